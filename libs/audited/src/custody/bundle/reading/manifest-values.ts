const HASH = /^[0-9a-f]{64}$/;
const MAX_TEXT = 4096;

/** A JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A JSON object without other members than these. What nobody knows is refused, not carried along: it could be nested
 * so deep that whoever walks through it fails.
 */
export function isObjectOf(value: unknown, names: readonly string[]): value is Readonly<Record<string, unknown>> {
  return isObject(value) && Object.keys(value).every((name) => names.includes(name));
}

/** A text that is neither empty nor absurdly long. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT && value.isWellFormed();
}

/** A whole number from 0 on. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** 64 lower-case hex digits. */
export function isHash(value: unknown): value is string {
  return typeof value === 'string' && HASH.test(value);
}

/** ISO 8601 in UTC with milliseconds, as `Date` writes it. */
export function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;
}

/** The same check, satisfied by an absent member too. */
export function isOptional(isRight: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || isRight(value);
}

/** What a manifest repeats of the selection. */
export function isSelection(value: unknown): boolean {
  if (!isObjectOf(value, ['chain', 'from', 'to', 'tenantId', 'positions'])) {
    return false;
  }
  const { chain, from, to, tenantId, positions } = value;
  const isPlace =
    positions === undefined ||
    (isObjectOf(positions, ['chain', 'from', 'through']) &&
      isText(positions['chain']) &&
      isCount(positions['from']) &&
      isCount(positions['through']));
  return (
    isPlace &&
    isOptional(isText)(chain) &&
    isOptional(isTime)(from) &&
    isOptional(isTime)(to) &&
    isOptional(isText)(tenantId)
  );
}
