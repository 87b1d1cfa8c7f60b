import { AuditError } from './audit.error.js';

/** A legal hold of this name is in force already. */
export class HoldExistsError extends AuditError {
  override readonly name = 'HoldExistsError';

  constructor(hold: string) {
    super(
      'AUDIT_HOLD_EXISTS',
      `A legal hold "${hold}" is in force already. Choose another name, or lift that one first.`,
    );
  }
}

/** No legal hold of this name is in force. */
export class HoldUnknownError extends AuditError {
  override readonly name = 'HoldUnknownError';

  constructor(hold: string, known: readonly string[]) {
    const inForce = known.length === 0 ? 'none is' : known.map((name) => `"${name}"`).join(', ');
    super('AUDIT_HOLD_UNKNOWN', `No legal hold "${hold}" is in force. In force: ${inForce}.`);
  }
}

/** What was asked of custody is incomplete or malformed; nothing was done. */
export class CustodyInputError extends AuditError {
  override readonly name = 'CustodyInputError';

  constructor(
    readonly field: string,
    problem: string,
    cure: string,
  ) {
    super('AUDIT_CUSTODY_INPUT', `"${field}" ${problem}. ${cure}`);
  }
}

/**
 * Why a prune was refused: the chain has faults (`explained`: an operator explained each of them), a legal hold came
 * between, or the archive could not be made.
 */
export type PruneObstacle = 'broken' | 'explained' | 'hold' | 'archive';

/** Records may not be pruned now; nothing was removed. */
export class PruneRefusedError extends AuditError {
  override readonly name = 'PruneRefusedError';
  readonly obstacle: PruneObstacle;

  constructor(
    chain: string,
    problem: string,
    cure: string,
    { obstacle = 'broken', ...options }: ErrorOptions & { readonly obstacle?: PruneObstacle } = {},
  ) {
    super('AUDIT_PRUNE_REFUSED', `Chain "${chain}" was not pruned: ${problem}. ${cure}`, options);
    this.obstacle = obstacle;
  }
}

/** There is no fault that an operator could explain. */
export class ReanchorNeedlessError extends AuditError {
  override readonly name = 'ReanchorNeedlessError';

  constructor(chain: string) {
    super(
      'AUDIT_REANCHOR_NEEDLESS',
      `Chain "${chain}" has no unexplained fault. To explain a difference from a checkpoint that was kept outside, pass that checkpoint.`,
    );
  }
}

/** A key did not sign: the key service is down, hangs, refuses, or answers with what is no signature. */
export class SigningFailedError extends AuditError {
  override readonly name = 'SigningFailedError';

  constructor(key: string, problem: string, options?: ErrorOptions) {
    super('AUDIT_SIGNING_FAILED', `The key ${key} did not sign: ${problem}. Nothing was signed or written.`, options);
  }
}

/** A record was stored that does not hold its statement to the letter. */
export class StatementAlteredError extends AuditError {
  override readonly name = 'StatementAlteredError';

  constructor(type: string, position: number) {
    super(
      'AUDIT_STATEMENT_ALTERED',
      `The record "${type}" at position ${position} does not hold its statement to the letter, so nobody could check it. ` +
        'What it announces was not done.',
    );
  }
}

/** The log is no continuation of what was signed before, so it is not signed again. */
export class HistoryChangedError extends AuditError {
  override readonly name = 'HistoryChangedError';

  constructor(chain: string, problem: string) {
    super(
      'AUDIT_HISTORY_CHANGED',
      `The log no longer extends what was signed: in chain "${chain}" ${problem}. No checkpoint is signed over it. ` +
        'Verify the log; after a restore from a backup, explain the break with a re-anchor.',
    );
  }
}

/** A checkpoint was signed and stored, but could not be added to the file that is to witness it. */
export class CheckpointFileError extends AuditError {
  override readonly name = 'CheckpointFileError';

  constructor(file: string, problem: string, options?: ErrorOptions) {
    super(
      'AUDIT_CHECKPOINT_FILE',
      `The checkpoint file "${file}" could not be written (${problem}). The checkpoint itself is signed and stored; ` +
        'make room or restore the rights, the next one is added again.',
      options,
    );
  }
}
