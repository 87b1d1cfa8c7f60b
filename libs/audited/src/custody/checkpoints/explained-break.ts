import type { ChainId } from '../../event/audit-record.js';
import type { KeyRing } from '../../integrity/notes/key-ring.js';
import { checkStatement, readStatement } from '../../integrity/notes/statement-note.js';
import type { RecordStream } from '../../storage/record-stream.js';
import { eventsOfType } from '../stored-events.js';

/**
 * Whether an operator explained a break of the chain after a moment, in a statement that a key of this log signed: then a
 * history that is no continuation of what was signed before may be signed anew.
 *
 * @param since milliseconds since the epoch
 */
export async function isExplainedSince(
  stream: RecordStream,
  { chain, origin }: { readonly chain: ChainId; readonly origin: string },
  since: number,
  ring: KeyRing,
): Promise<boolean> {
  for (const { event } of await eventsOfType(stream, chain, 'audit.reanchor')) {
    const details = readStatement(event);
    const isLater = details?.statement.chain === chain && Date.parse(details.statement.at) >= since;
    if (details !== undefined && isLater && checkStatement(details, ring, origin) === 'accepted') {
      return true;
    }
  }
  return false;
}
