import type { ChainHead } from '../../event/audit-record.js';
import type { RecordStream } from '../../storage/record-stream.js';
import { eventOf } from '../stored-events.js';
import { CHECKPOINT_TYPE, CONFIG_TYPE, KEY_CHANGE } from './checkpoint-drafts.js';

/** More records than this are never all about checkpoints. */
const MOST_LOOKED_AT = 8;

/**
 * Whether anything was recorded after the first `size` records that is not about checkpoints themselves: each of them
 * leaves a record, and signing that one in its turn would never end.
 */
export async function hasNews(stream: RecordStream, { chain, position }: ChainHead, size: number): Promise<boolean> {
  if (position === size || position - size > MOST_LOOKED_AT) {
    return position !== size;
  }
  for await (const records of stream.records(chain, { from: size + 1, through: position })) {
    for (const record of records) {
      const event = eventOf(record);
      const isOwn =
        event?.type === CHECKPOINT_TYPE || (event?.type === CONFIG_TYPE && event.details?.[KEY_CHANGE] !== undefined);
      if (!isOwn) {
        return true;
      }
    }
  }
  return false;
}
