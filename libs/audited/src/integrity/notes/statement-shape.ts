import { canonicalJson } from '../../event/canonical-json.js';
import type { JsonValue } from '../../event/json-value.js';
import { PositionsInvalidError } from '../../event/proof.error.js';
import { parseRanges } from '../position-ranges.js';
import type { CustodyStatement } from './custody-statement.js';

type Members = Readonly<Record<string, unknown>>;

const HEX_HASH = /^[0-9a-f]{64}$/;
/** Every fault of a report is compared with every explanation, so a statement of a million would take a verifier hours. */
const MAX_EXPLAINED = 1000;

/** What each kind has beside origin, chain and time. */
const SHAPES: Readonly<Record<CustodyStatement['kind'], (members: Members) => boolean>> = {
  prune: ({ from, through, hash, archive }) =>
    isSpan(from, through) && isHash(hash) && (archive === undefined || isArchive(archive)),
  erasure: ({ positions, events }) => isRanges(positions) && (events === undefined || isListOf(events, isText)),
  reanchor: ({ cause, faults }) => isText(cause) && isListOf(faults, isExplainedFault, MAX_EXPLAINED),
};

/** Whether a value from a record has the shape of a statement of this kind. */
export function isStatement(value: unknown, kind: CustodyStatement['kind']): value is CustodyStatement {
  return (
    isObject(value) &&
    value['kind'] === kind &&
    isText(value['chain']) &&
    isText(value['at']) &&
    (value['origin'] === undefined || isText(value['origin'])) &&
    (value['after'] === undefined || isEnd(value['after'])) &&
    SHAPES[kind](value) &&
    isCanonical(value)
  );
}

/** A record that somebody wrote past us may hold what no writer stores: half surrogates, a million brackets. */
function isCanonical(value: unknown): boolean {
  try {
    return canonicalJson(value as JsonValue) !== '';
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      return false;
    }
    throw error;
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && HEX_HASH.test(value);
}

function isSpan(from: unknown, through: unknown): boolean {
  return (
    Number.isSafeInteger(from) && Number.isSafeInteger(through) && 1 <= Number(from) && Number(from) <= Number(through)
  );
}

function isEnd(value: unknown): boolean {
  return isObject(value) && isSpan(value['position'], value['position']) && isHash(value['hash']);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean, most = Infinity): boolean {
  return Array.isArray(value) && value.length <= most && value.every((item) => isItem(item));
}

function isArchive(value: unknown): boolean {
  return isObject(value) && isText(value['name']) && isHash(value['sha256']);
}

/** Positions of faults may be 0 (a head without records). */
function isExplainedFault(value: unknown): boolean {
  if (!isObject(value)) {
    return false;
  }
  const { kind, from, through } = value;
  const isOrdered = Number.isSafeInteger(from) && Number.isSafeInteger(through) && Number(from) <= Number(through);
  return isText(kind) && isOrdered;
}

function isRanges(value: unknown): boolean {
  if (typeof value !== 'string') {
    return false;
  }
  try {
    parseRanges(value);
    return true;
  } catch (error) {
    if (error instanceof PositionsInvalidError) {
      return false;
    }
    throw error;
  }
}
