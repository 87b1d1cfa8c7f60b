import { createHash } from 'node:crypto';
import { RECORD_COLUMN_NAMES, type ColumnValue } from '../../../storage/record-columns.js';

/** Columns of a record that counts are kept by; those of `audit_counts` have the same names. */
export const COUNTED_COLUMNS = ['tenant_id', 'type', 'severity', 'outcome', 'risk', 'environment'] as const;

export type CountedColumn = (typeof COUNTED_COLUMNS)[number];

/**
 * Bytes (UTF-8) that a text of a key may have at most: an index of PostgreSQL takes 2704 bytes in all, one of InnoDB 3072,
 * at four bytes a character.
 */
export const KEY_BYTES = {
  tenant_id: 128,
  type: 160,
  severity: 40,
  outcome: 40,
  risk: 40,
  environment: 96,
  resource_type: 160,
  name: 320,
} as const;

const HASH_DIGITS = 32;
const EQUALS_SIGN = '='.charCodeAt(0);
const TILDE = '~'.charCodeAt(0);

/**
 * A text as keys hold it: nothing is the empty text, and what is too long is `~`, its beginning, `~` and a hash of the
 * whole. Different texts have different keys.
 *
 * @param text as the column of the record holds it
 */
export function keyText(text: string | null, maxBytes: number): string {
  if (text === null) {
    return '';
  }
  const first = text.charCodeAt(0);
  const escaped = text === '' || first === EQUALS_SIGN || first === TILDE ? `=${text}` : text;
  return escaped.length * 3 <= maxBytes || Buffer.byteLength(escaped) <= maxBytes ? escaped : cutText(text, maxBytes);
}

/** What a key stands for: `null` for nothing; a text that was cut is its beginning, `…` and the hash. */
export function textOfKey(key: string): string | null {
  if (key === '') {
    return null;
  }
  switch (key.charCodeAt(0)) {
    case EQUALS_SIGN:
      return key.slice(1);
    case TILDE:
      return `${key.slice(1, -HASH_DIGITS - 1)}…${key.slice(-HASH_DIGITS)}`;
    default:
      return key;
  }
}

/** The beginnings that the keys of all texts with this beginning have, none of which is longer than 120 bytes (`MOST_PREFIX_BYTES` of queries): so much is in every key, also in one that was cut. */
export function keyPrefixes(prefix: string): readonly string[] {
  return [keyText(prefix, Number.POSITIVE_INFINITY), `~${prefix}`];
}

function cutText(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  let end = maxBytes - HASH_DIGITS - 2;
  // Not within a character.
  while ((bytes[end] ?? 0) >> 6 === 0b10) {
    end--;
  }
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);
  return `~${bytes.subarray(0, end).toString()}~${hash}`;
}

/** What counts need of a record: texts as its columns hold them. */
export interface CountedFacts {
  readonly occurredAt: string;
  readonly texts: readonly (string | null)[];
}

const OCCURRED_AT = RECORD_COLUMN_NAMES.indexOf('occurred_at');
const PLACES = COUNTED_COLUMNS.map((column) => RECORD_COLUMN_NAMES.indexOf(column));

/** @param columns in the order of `RECORD_COLUMN_NAMES` */
export function countedFacts(columns: readonly ColumnValue[]): CountedFacts {
  return {
    occurredAt: String(columns[OCCURRED_AT]),
    texts: PLACES.map((place) => (columns[place] ?? null) as string | null),
  };
}
