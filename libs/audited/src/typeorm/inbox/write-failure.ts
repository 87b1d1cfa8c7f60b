import type { InboxEntry } from '../../storage/audit-inbox.js';

/** What an error may say of a write: where and why the server refused it, and nothing of what was written. */
const HARMLESS: ReadonlySet<PropertyKey> = new Set([
  'name',
  'message',
  'stack',
  'query',
  'driverError',
  'cause',
  'errors',
  'code',
  'errno',
  'sqlState',
  'severity',
  'fatal',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  'syscall',
  'address',
  'port',
]);
const NESTED = ['driverError', 'cause', 'errors'] as const;
const WITHHELD = '[withheld]';
/** Shorter texts would be found in any message by chance. */
const LEAST_QUOTED_LENGTH = 3;

/**
 * Takes what was written out of the errors of TypeORM and its drivers: they carry the values of the statement
 * (`parameters`, `sql`) and the row that was refused (`detail`), and frameworks print the whole of an error.
 *
 * @returns the same error
 */
export function withoutEvents<Failure>(failure: Failure, entries: readonly InboxEntry[]): Failure {
  clear(failure, quotableIn(entries), new Set());
  return failure;
}

function clear(failure: unknown, quotable: readonly string[], seen: Set<unknown>): void {
  if (typeof failure !== 'object' || failure === null || seen.has(failure)) {
    return;
  }
  seen.add(failure);
  if (Array.isArray(failure)) {
    failure.forEach((each) => clear(each, quotable, seen));
    return;
  }
  const fields = failure as Record<PropertyKey, unknown>;
  for (const key of Reflect.ownKeys(fields)) {
    const value = fields[key];
    if (key === 'parameters') {
      Reflect.set(fields, key, []);
    } else if (!HARMLESS.has(key)) {
      Reflect.deleteProperty(fields, key);
    } else if (typeof value === 'string' && quotable.some((text) => value.includes(text))) {
      Reflect.set(
        fields,
        key,
        quotable.reduce((kept, text) => kept.replaceAll(text, WITHHELD), value),
      );
    }
  }
  for (const key of NESTED) {
    clear(fields[key], quotable, seen);
  }
}

/** What a message could quote of the events: their texts as a whole, and each personal value. */
function quotableIn(entries: readonly InboxEntry[]): string[] {
  const texts = entries.flatMap(({ event: { body, personal, salt } }) => [
    body,
    ...(personal === undefined ? [] : [personal, ...textsIn(personal)]),
    ...(salt === undefined ? [] : [salt]),
  ]);
  // The longest first: a shorter one may be a part of it.
  return texts.filter(({ length }) => length >= LEAST_QUOTED_LENGTH).sort((one, other) => other.length - one.length);
}

function textsIn(json: string): string[] {
  const texts: string[] = [];
  try {
    JSON.parse(json, (_key, value: unknown) => {
      if (typeof value === 'string') {
        texts.push(value);
      }
      return value;
    });
  } catch {
    // Somebody's own event, whose personal part is no JSON: it has no values, and counts as a whole.
  }
  return texts;
}
