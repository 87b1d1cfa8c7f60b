import type { ChainId } from '../../event/audit-record.js';
import { CustodyInputError, HistoryChangedError, ReanchorNeedlessError } from '../../event/custody.error.js';
import type { IntegrityFault, IntegrityReport } from '../../integrity/integrity-fault.js';
import { parseCheckpoint } from '../../integrity/notes/checkpoint.js';
import type { ReanchorStatement } from '../../integrity/notes/custody-statement.js';
import type { CustodyAct } from '../custody-act.js';
import { checkAct } from '../custody-input.js';
import type { StatementWriter } from '../statement-writer.js';

/** Why a chain was broken by somebody who was allowed to. */
export const REANCHOR_CAUSES = ['restore', 'disaster', 'migration', 'other'] as const;
export type ReanchorCause = (typeof REANCHOR_CAUSES)[number];

/** So many separate places one statement explains; a log with more of them was not broken by one cause. */
const MAX_PLACES = 200;

/** What re-anchoring needs. */
export interface ReanchorParts {
  readonly statements: StatementWriter;
  /** Verifies one chain with the keys that this application trusts, and with checkpoints that were kept outside. */
  readonly verify: (chain: ChainId, checkpoints: readonly string[]) => Promise<IntegrityReport>;
  readonly checkpoint: (chain: ChainId) => Promise<unknown>;
}

/** What is explained. */
export interface ReanchorRequest {
  readonly chain: ChainId;
  readonly cause: ReanchorCause;
  /** Signed notes that were kept outside and that the log does not fit any more, after a restore for instance. */
  readonly checkpoints?: readonly string[];
}

/** What was explained. */
export interface Reanchored {
  readonly chain: ChainId;
  /** Position of the record that explains. */
  readonly position: number;
  readonly faults: ReanchorStatement['faults'];
  /** Why no checkpoint could be signed over it; absent when one was, and where nothing is signed. */
  readonly unsigned?: string;
}

/**
 * Explains a legitimate break, such as a restore from a backup: who, why, and exactly which faults. Nothing turns green
 * by it: the verifier goes on to name the faults, and names the explanation with them.
 *
 * @throws CustodyInputError, ReanchorNeedlessError when there is nothing to explain
 */
export async function reanchor(parts: ReanchorParts, request: ReanchorRequest, act: CustodyAct): Promise<Reanchored> {
  checkAct(act);
  const { chain, cause, checkpoints = [] } = request;
  if (!REANCHOR_CAUSES.includes(cause)) {
    throw new CustodyInputError('cause', `is ${JSON.stringify(cause)}`, `Use one of: ${REANCHOR_CAUSES.join(', ')}.`);
  }
  const report = await parts.verify(chain, checkpoints);
  const open = report.faults.filter((fault) => fault.explainedBy === undefined);
  if (open.length === 0) {
    throw new ReanchorNeedlessError(chain);
  }
  if (open.length < report.faultCount && report.faults.length < report.faultCount) {
    throw new CustodyInputError(
      'chain',
      `has ${report.faultCount} faults, more than a report names`,
      'No single cause explains so many: restore the log from a backup first.',
    );
  }
  const largest = Math.max(0, ...checkpoints.map((note) => parseCheckpoint(note).size));
  const end = report.chains.find((verdict) => verdict.chain === chain)?.position ?? 0;
  const faults = explained(open, end, largest);
  const { position } = await parts.statements.write(
    { kind: 'reanchor', chain, cause, faults },
    {
      type: 'audit.reanchor',
      action: `Explained ${open.length} fault(s) of chain ${chain}`,
      act,
      resource: { type: 'audit.chain', id: chain },
      details: { faults: open.length },
    },
  );
  const unsigned = await problemOf(parts.checkpoint(chain));
  return { chain, position, faults, ...(unsigned === undefined ? {} : { unsigned }) };
}

/** The explanation is in the log already: that nobody can sign over the break is told with it, and not instead of it. */
async function problemOf(checkpoint: Promise<unknown>): Promise<string | undefined> {
  try {
    await checkpoint;
    return undefined;
  } catch (error) {
    if (error instanceof HistoryChangedError) {
      return error.message;
    }
    throw error;
  }
}

type Explained = ReanchorStatement['faults'][number];

/**
 * The faults as kinds and places, with what each of them turns into as soon as the chain goes on: a cut end becomes a
 * gap, a wrong head a fork at the next record, and a checkpoint beyond the end one with another root.
 */
function explained(faults: readonly IntegrityFault[], end: number, largestCheckpoint: number): readonly Explained[] {
  const places: Explained[] = [];
  for (const { kind, position, through = position } of faults) {
    const last = places.at(-1);
    if (last !== undefined && last.kind === kind && position <= last.through + 1 && position >= last.from) {
      places[places.length - 1] = { ...last, through: Math.max(last.through, through) };
    } else {
      places.push({ kind, from: position, through });
    }
  }
  if (faults.some(({ kind }) => kind === 'truncated')) {
    places.push({ kind: 'deleted', from: end + 1, through: end + 1 });
    places.push({ kind: 'checkpoint', from: end + 1, through: Math.max(end + 1, largestCheckpoint) });
  }
  if (faults.some(({ kind }) => kind === 'head' || kind === 'truncated')) {
    places.push({ kind: 'forked', from: end + 1, through: end + 1 });
  }
  if (places.length > MAX_PLACES) {
    throw new CustodyInputError(
      'chain',
      `is broken at ${places.length} separate places`,
      `One statement explains at most ${MAX_PLACES}. Restore the log from a backup first.`,
    );
  }
  return places;
}
