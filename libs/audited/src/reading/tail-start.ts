import type { ChainId } from '../event/audit-record.js';
import { QueryInvalidError } from '../event/audit.error.js';
import type { AuditReader } from '../storage/audit-reader.js';
import type { TailOptions } from '../storage/reading/record-flows.js';
import type { RecordStream } from '../storage/record-stream.js';
import { readRecord } from '../storage/stored-record.js';

/** What is asked to find a beginning. */
export interface TailStartParts {
  readonly reader: Pick<AuditReader, 'get'>;
  readonly stream: Pick<RecordStream, 'heads' | 'records'>;
}

/**
 * The position in each chain behind which a tail begins: where the chains end now, or right behind a record.
 *
 * @throws QueryInvalidError when whoever reads can see no such record
 */
export async function tailStart(parts: TailStartParts, options: TailOptions): Promise<Map<ChainId, number>> {
  const { after, signal: _signal, ...visible } = options;
  const heads = await parts.stream.heads();
  const start = new Map(heads.map(({ chain, position }) => [chain, position]));
  if (after === undefined) {
    return start;
  }
  const record = await parts.reader.get(after, visible);
  if (record === undefined) {
    throw new QueryInvalidError(
      'lastEventId',
      'names no record',
      'It may have been pruned; leave it out to begin now, and read what is missing with find().',
    );
  }
  start.set(record.seal.chain, record.seal.position);
  const others = heads.filter(({ chain }) => chain !== record.seal.chain);
  for (const { chain, position } of others) {
    start.set(chain, await positionBefore(parts.stream, chain, position, record.event.recordedAt));
  }
  return start;
}

/** The last position of a chain that was recorded before a time, by halving: each look reads one record. */
async function positionBefore(
  stream: TailStartParts['stream'],
  chain: ChainId,
  through: number,
  time: string,
): Promise<number> {
  let before = 0;
  let from = through + 1;
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    // What was pruned is older than whatever is left.
    const recordedAt = (await recordedAtOf(stream, chain, middle)) ?? '';
    if (recordedAt >= time) {
      from = middle;
    } else {
      before = middle;
    }
  }
  return before;
}

async function recordedAtOf(
  stream: TailStartParts['stream'],
  chain: ChainId,
  position: number,
): Promise<string | undefined> {
  for await (const [record] of stream.records(chain, { from: position, through: position })) {
    if (record !== undefined) {
      return readRecord(record).event.recordedAt;
    }
  }
  return undefined;
}
