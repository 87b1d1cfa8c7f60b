import { EventRefusedError } from '../../event/audit.error.js';
import { RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import { MAC_COLUMN, SEAL_COLUMN_NAMES } from '../server/record-row.js';
import type { SealedBatch } from '../server/sealed-batch.js';

/** Writes a value into SQL. */
export type Escape = (value: string | number | null) => string;

const INSERT = insertInto([...SEAL_COLUMN_NAMES, ...RECORD_COLUMN_NAMES]);
const KEYED_INSERT = insertInto([...SEAL_COLUMN_NAMES, ...RECORD_COLUMN_NAMES, MAC_COLUMN]);
/** Room for the beginning of the statement, the head of the packet and what the server adds to it. */
const STATEMENT_RESERVE_BYTES = 4096;
/** Larger statements are no faster, and the server holds each of them as a whole. */
const MOST_STATEMENT_BYTES = 8 * 2 ** 20;

/**
 * The statements that insert a batch: one, or more where one would be larger than the server takes. All of them belong
 * to one transaction.
 *
 * @param maxPacketBytes the server's max_allowed_packet
 * @throws EventRefusedError naming the event that alone is larger than the server takes
 */
export function insertStatements(batch: SealedBatch, maxPacketBytes: number, escape: Escape): readonly string[] {
  const mostBytes = Math.min(maxPacketBytes, MOST_STATEMENT_BYTES) - STATEMENT_RESERVE_BYTES;
  const insert = batch.macs === undefined ? INSERT : KEYED_INSERT;
  const statements: string[] = [];
  let rows: string[] = [];
  let bytes = 0;
  for (const [index, event] of batch.events.entries()) {
    const row = rowOf(batch, index, escape);
    const rowBytes = Buffer.byteLength(row) + 1;
    if (rowBytes > maxPacketBytes - STATEMENT_RESERVE_BYTES) {
      throw tooLarge(event.id, rowBytes, maxPacketBytes);
    }
    if (rows.length > 0 && bytes + rowBytes > mostBytes) {
      statements.push(insert + rows.join(','));
      rows = [];
      bytes = 0;
    }
    rows.push(row);
    bytes += rowBytes;
  }
  statements.push(insert + rows.join(','));
  return statements;
}

function insertInto(columns: readonly string[]): string {
  return `INSERT INTO audit_records (${columns.join(', ')}) VALUES `;
}

function rowOf(batch: SealedBatch, index: number, escape: Escape): string {
  const { chain, scheme, firstPosition, hashes, macs, previousHash, events } = batch;
  const event = events[index] as SealedBatch['events'][number];
  const values = [
    chain,
    firstPosition + index,
    index === 0 ? previousHash : (hashes[index - 1] ?? ''),
    hashes[index] ?? '',
    scheme,
    event.body,
    event.personal,
    event.salt,
    ...event.columns,
    ...(macs === undefined ? [] : [macs[index] ?? null]),
  ];
  return `(${values.map(escape).join(',')})`;
}

function tooLarge(id: string, rowBytes: number, maxPacketBytes: number): EventRefusedError {
  const neededMegabytes = Math.ceil((rowBytes + STATEMENT_RESERVE_BYTES) / 2 ** 20);
  return new EventRefusedError(
    `the event "${id}" takes ${rowBytes} bytes, and max_allowed_packet of the server is ${maxPacketBytes}. ` +
      `Run SET GLOBAL max_allowed_packet = ${neededMegabytes * 2 ** 20}; and set it in the server's configuration.`,
  );
}
