import type { ChainId } from '../../event/audit-record.js';
import type { KeyRing } from '../../integrity/notes/key-ring.js';
import { PositionSet } from '../../integrity/position-ranges.js';
import { checkStatement, readStatement } from '../../integrity/notes/statement-note.js';
import type { RecordStream } from '../../storage/record-stream.js';
import { eventsOfType } from '../stored-events.js';

/** What operators explained about a chain. */
export interface ExplainedBreak {
  /** When the last explanation was made, in milliseconds since the epoch: what was signed before need not be continued. */
  readonly at: number;
  /** Positions that were missing then, and may be missing now. */
  readonly missing: PositionSet;
}

/** Faults that say that records are not there. */
const MISSING_KINDS: ReadonlySet<string> = new Set(['deleted', 'truncated']);

/**
 * Breaks of the chain that an operator explained, in statements that a key of this log signed.
 *
 * @param ring `undefined` in a log that signs nothing: every statement counts there
 * @returns `undefined` when nobody ever explained any
 */
export async function explainedBreak(
  stream: RecordStream,
  { chain, origin }: { readonly chain: ChainId; readonly origin?: string },
  ring: KeyRing | undefined,
): Promise<ExplainedBreak | undefined> {
  let at: number | undefined;
  const missing = new PositionSet();
  for (const { event } of await eventsOfType(stream, chain, 'audit.reanchor')) {
    const details = readStatement(event);
    const { statement } = details ?? {};
    if (
      details !== undefined &&
      statement?.kind === 'reanchor' &&
      statement.chain === chain &&
      checkStatement(details, ring, origin) === 'accepted'
    ) {
      at = Math.max(at ?? 0, Date.parse(statement.at));
      for (const { kind, from, through } of statement.faults) {
        if (MISSING_KINDS.has(kind)) {
          missing.add(from, through);
        }
      }
    }
  }
  return at === undefined ? undefined : { at, missing };
}
