import type { AuditDraft } from '../event/audit-draft.js';
import type { AuditResource } from '../event/audit-event.js';
import { StatementAlteredError } from '../event/custody.error.js';
import { canonicalJson } from '../event/canonical-json.js';
import type { ChainHead } from '../event/audit-record.js';
import type { Clock } from '../event/clock.js';
import type { JsonObject } from '../event/json-value.js';
import { originOf } from '../integrity/notes/checkpoint.js';
import type { CustodyStatement } from '../integrity/notes/custody-statement.js';
import type { NoteSigner } from '../integrity/notes/note-signer.js';
import { signStatement } from '../integrity/notes/statement-note.js';
import type { CustodyAct } from './custody-act.js';
import type { CustodyRecord, CustodyRecords } from './custody-records.js';

/** A statement without what the writer knows itself: the origin, the time, and the end of the chain. */
export type StatementFacts = CustodyStatement extends infer Kind
  ? Kind extends CustodyStatement
    ? Omit<Kind, 'origin' | 'at' | 'after'>
    : never
  : never;

/** The record around a statement. */
export interface StatementDraft {
  /** One of those that carry statements: `audit.prune`, `audit.erasure`, `audit.reanchor`. */
  readonly type: string;
  /** A human sentence: what was done, with figures. */
  readonly action: string;
  readonly act: CustodyAct;
  readonly resource?: AuditResource;
  /** Further facts for the reader; not signed on their own, redacted like everybody's. */
  readonly details?: JsonObject;
}

/** Where a statement went, and what exactly it says. */
export interface WrittenStatement extends CustodyRecord {
  readonly statement: CustodyStatement;
}

/** What a statement writer is made of. */
export interface StatementWriterParts {
  readonly records: CustodyRecords;
  /** Every one of them signs. None: statements are written unsigned. */
  readonly signers: readonly NoteSigner[];
  /** Name of the log, as in its checkpoints; needed by whoever signs. */
  readonly logName?: string | undefined;
  readonly clock: Clock;
  /** The ends of the chains, so that a statement says where it was made. Absent: it does not, and can be copied elsewhere. */
  readonly heads?: () => Promise<readonly ChainHead[]>;
}

/**
 * Writes what custody did to the log into the chain it did it to, signed where there is a key: whoever can write to the
 * database cannot make such a statement up.
 */
export class StatementWriter {
  constructor(private readonly parts: StatementWriterParts) {}

  /**
   * Signs, appends, and resolves when the record is durable.
   *
   * @throws SigningFailedError when a key did not sign; nothing was written
   * @throws StatementAlteredError when the record does not hold the statement to the letter; nothing may follow from it
   */
  async write(
    facts: StatementFacts,
    { type, action, act, resource, details }: StatementDraft,
  ): Promise<WrittenStatement> {
    const { records, signers, logName, clock, heads } = this.parts;
    const end = (await heads?.())?.find((head) => head.chain === facts.chain && isSound(head));
    const isSigned = signers.length > 0 && logName !== undefined;
    const statement = {
      ...facts,
      ...(isSigned ? { origin: originOf(logName, facts.chain) } : {}),
      at: new Date(clock.now()).toISOString(),
      ...(end === undefined ? {} : { after: { position: end.position, hash: end.hash } }),
    } as CustodyStatement;
    const signed = isSigned ? await signStatement(statement, signers) : { statement };
    const draft: AuditDraft = {
      type,
      action,
      outcome: 'success',
      actor: act.by,
      reason: act.reason,
      ...(act.ticket === undefined ? {} : { ticket: act.ticket }),
      ...(resource === undefined ? {} : { resource }),
      ...(details === undefined ? {} : { details }),
    };
    const record = await records.append(facts.chain, draft, signed as unknown as JsonObject);
    const stored = record.event.details?.['statement'] ?? null;
    if (canonicalJson(stored) !== canonicalJson(statement as unknown as JsonObject)) {
      throw new StatementAlteredError(type, record.position);
    }
    return { ...record, statement };
  }
}

/** A head that somebody damaged says nothing, and must not keep the operator from explaining it. */
function isSound({ position, hash }: ChainHead): boolean {
  return Number.isSafeInteger(position) && position > 0 && /^[0-9a-f]{64}$/.test(hash);
}
