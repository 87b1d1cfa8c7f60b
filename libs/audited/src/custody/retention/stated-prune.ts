import type { ChainId } from '../../event/audit-record.js';
import type { PruneStatement, StatementDetails } from '../../integrity/notes/custody-statement.js';
import { readStatement } from '../../integrity/notes/statement-note.js';
import type { RecordStream } from '../../storage/record-stream.js';
import { eventOf } from '../stored-events.js';

/** A prune that the log itself tells of. */
export interface StatedPrune {
  readonly position: number;
  readonly statement: PruneStatement;
  readonly details: StatementDetails;
}

/** The latest prune of a chain, finished or not; `undefined` when it was never pruned. */
export async function statedPrune(stream: RecordStream, chain: ChainId): Promise<StatedPrune | undefined> {
  const position = (await stream.positionsOfType(chain, 'audit.prune')).at(-1);
  if (position === undefined) {
    return undefined;
  }
  for await (const records of stream.records(chain, { from: position, through: position })) {
    const event = records[0] === undefined ? undefined : eventOf(records[0]);
    const details = event === undefined ? undefined : readStatement(event);
    if (details?.statement.kind === 'prune') {
      return { position, statement: details.statement, details };
    }
  }
  return undefined;
}
