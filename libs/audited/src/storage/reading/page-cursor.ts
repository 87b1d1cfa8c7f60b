import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { QueryInvalidError } from '../../event/audit.error.js';
import type { CheckedQuery } from '../audit-query.js';

const VERSION = 1;
const SELECTION_BYTES = 16;
const MAC_BYTES = 32;
const SEQUENCE_AT = 2;
const SELECTION_AT = 10;
const MAC_AT = SELECTION_AT + SELECTION_BYTES;
const CURSOR_BYTES = MAC_AT + MAC_BYTES;

/** What a cursor goes on with: everything but how many records a page has. */
export type CursorQuery = Omit<CheckedQuery, 'limit' | 'offset' | 'total' | 'timeLimitMs' | 'signal' | 'cursor'>;

/**
 * A place in the answer to a query, as a text that nobody can make or change who has not the key: it tells its query and the
 * sequence number of the record before.
 *
 * @param key secret of the log
 */
export function pageCursor(query: CursorQuery, sequence: number, key: Buffer): string {
  const content = Buffer.alloc(MAC_AT);
  content.writeUInt8(VERSION, 0);
  content.writeUInt8(query.order === 'newest' ? 0 : 1, 1);
  content.writeBigUInt64BE(BigInt(sequence), SEQUENCE_AT);
  selectionHash(query).copy(content, SELECTION_AT);
  return Buffer.concat([content, macOf(content, key)]).toString('base64url');
}

/**
 * The sequence number that a cursor goes on behind.
 *
 * @throws QueryInvalidError when a page of this query, of this log, did not give it
 */
export function cursorSequence(cursor: string, query: CursorQuery, key: Buffer): number {
  const bytes = Buffer.from(cursor, 'base64url');
  const content = bytes.subarray(0, MAC_AT);
  const isOurs =
    bytes.length === CURSOR_BYTES &&
    // The decoder passes over what is not of its alphabet.
    bytes.toString('base64url') === cursor &&
    timingSafeEqual(bytes.subarray(MAC_AT), macOf(content, key)) &&
    content.readUInt8(0) === VERSION;
  if (!isOurs) {
    throw new QueryInvalidError(
      'cursor',
      'is not one that a page of this log gave',
      'Pass the "next" of the page before, unchanged.',
    );
  }
  const isOfQuery =
    content.readUInt8(1) === (query.order === 'newest' ? 0 : 1) &&
    content.subarray(SELECTION_AT).equals(selectionHash(query));
  if (!isOfQuery) {
    throw new QueryInvalidError(
      'cursor',
      'is of another query',
      'Pass it with the filters, the text and the order of the page that gave it; only the limit may be another one.',
    );
  }
  return Number(content.readBigUInt64BE(SEQUENCE_AT));
}

function selectionHash({ filters, terms, from, to, tenants, masked }: CursorQuery): Buffer {
  const selection = [
    filters.map(({ name, values, isNegated }) => [
      name,
      isNegated,
      values.map((value) => JSON.stringify(value)).sort(),
    ]),
    [...terms].sort(),
    from ?? null,
    to ?? null,
    tenants === undefined ? null : [...tenants].sort(),
    masked,
  ];
  return createHash('sha256').update(JSON.stringify(selection)).digest().subarray(0, SELECTION_BYTES);
}

function macOf(content: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(content).digest();
}
