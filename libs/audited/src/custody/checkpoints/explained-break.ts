import type { ChainId } from '../../event/audit-record.js';
import type { KeyRing } from '../../integrity/notes/key-ring.js';
import { checkStatement, readStatement } from '../../integrity/notes/statement-note.js';
import type { RecordStream } from '../../storage/record-stream.js';
import { eventsOfType } from '../stored-events.js';

/**
 * When an operator last explained a break of the chain, in a statement that a key of this log signed: what was signed
 * before need not be continued any more.
 *
 * @returns milliseconds since the epoch; `undefined` when nobody ever did
 */
export async function lastExplanation(
  stream: RecordStream,
  { chain, origin }: { readonly chain: ChainId; readonly origin: string },
  ring: KeyRing,
): Promise<number | undefined> {
  let last: number | undefined;
  for (const { event } of await eventsOfType(stream, chain, 'audit.reanchor')) {
    const details = readStatement(event);
    if (details?.statement.chain === chain && checkStatement(details, ring, origin) === 'accepted') {
      last = Math.max(last ?? 0, Date.parse(details.statement.at));
    }
  }
  return last;
}
