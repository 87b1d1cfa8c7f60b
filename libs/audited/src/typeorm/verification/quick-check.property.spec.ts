import fc from 'fast-check';
import type { AuditEvent } from '../../event/audit-event.js';
import { GENESIS_HASH, type PersonalPart } from '../../event/audit-record.js';
import type { JsonObject } from '../../event/json-value.js';
import { personalCommitment } from '../../integrity/personal-commitment.js';
import { sha256Scheme } from '../../integrity/sha256.scheme.js';
import { soundRecord } from '../../integrity/verifying/sound-record.js';
import { columnValues, RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import type { AuditRecordRow } from '../audit-record.entity.js';
import { storedRecord } from '../server/record-row.js';
import { mismatchedColumns } from './column-check.js';
import { QUICK_COLUMNS, QuickCheck } from './quick-check.js';

const CHAIN = 'main';
const SALT = '00112233445566778899aabbccddeeff';

type Texts = Pick<AuditRecordRow, 'body' | 'personal' | 'salt'>;

/** A row as whoever can write to the database and compute hashes would write it: the hash is right, whatever the body. */
function rowOf({ body, personal, salt }: Texts, columns: Partial<AuditRecordRow> = {}, position = 1): AuditRecordRow {
  const seal = { chain: CHAIN, position, previousHash: GENESIS_HASH };
  return {
    ...columnsOf(body, personal),
    sequence: position + 5,
    chain: CHAIN,
    position,
    previous_hash: GENESIS_HASH,
    hash: sha256Scheme.hash(seal, body),
    scheme: sha256Scheme.id,
    mac: null,
    body,
    personal,
    salt,
    ...columns,
  } as AuditRecordRow;
}

function columnsOf(body: string, personal: string | null): Partial<AuditRecordRow> {
  try {
    const part = personal === null ? undefined : (JSON.parse(personal) as PersonalPart);
    const values = columnValues(JSON.parse(body) as AuditEvent, part);
    return Object.fromEntries(RECORD_COLUMN_NAMES.map((name, index) => [name, values[index] ?? null]));
  } catch {
    // No event: whoever forges such a row has to write something.
    return Object.fromEntries(RECORD_COLUMN_NAMES.map((name) => [name, 'x']));
  }
}

function isQuicklyGood(row: AuditRecordRow, separator: ',' | ', ' = ','): boolean {
  const list = QUICK_COLUMNS.map((column) => JSON.stringify(row[column as keyof AuditRecordRow]));
  const columns = `[${list.join(separator)}]`;
  const { body, personal, position } = row;
  return new QuickCheck(CHAIN, separator).check({ columns, body, personal }, position, GENESIS_HASH) !== undefined;
}

/** What the exact check finds nothing wrong with, and what no other record has to speak for. */
function isExactlyGood(row: AuditRecordRow): boolean {
  const sound = soundRecord(storedRecord(row), {
    chain: CHAIN,
    mismatchedColumns: (_record, event, personal) => mismatchedColumns(row, event, personal, (text) => text),
  });
  return sound !== undefined && sound.erasedId === undefined && sound.mac === 'none';
}

const word = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('id', '"', '\\', '\u0000\n\u001f', '","id":"x', 'é€𝒳', '\u2028', '\ufffd', ''),
);
/** Keys with escapes, keys that UTF-16 and UTF-8 sort differently and U+FFFD are left to the exact check. */
const plainKey = fc.string({ unit: fc.constantFrom('a', 'B', '0', '/', ' ', 'é', '€', '~', '!') });
const plainWord = word.filter((text) => !text.includes('\ufffd'));
const optional = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(arbitrary, { nil: undefined });

function eventWith(text: fc.Arbitrary<string>, key: fc.Arbitrary<string>): fc.Arbitrary<Texts> {
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(key, tie('json'), { maxKeys: 3 }),
    ),
  }));
  const facts = fc.record({
    action: text,
    actor: fc.record({ kind: fc.constant('user' as const), id: text, tenantId: text }, { requiredKeys: ['kind'] }),
    details: fc.dictionary(key, json, { maxKeys: 4 }) as fc.Arbitrary<JsonObject>,
    origin: fc.record({ component: text, environment: text, host: text }, { requiredKeys: [] }),
    transport: fc.oneof(
      fc.constant({ kind: 'manual' as const }),
      fc.record(
        { kind: fc.constant('http' as const), method: text, path: text, route: text, status: fc.nat(599) },
        { requiredKeys: ['kind', 'method', 'path'] },
      ),
    ),
    resource: optional(fc.record({ type: text, id: text }, { requiredKeys: ['type'] })),
    sessionId: optional(text),
    correlationId: optional(text),
  });
  const pointer = fc.constantFrom('/actor/email', '/actor/ip', '/actor/name', '/x');
  return fc.tuple(facts, optional(fc.dictionary(pointer, text))).map(([given, personal]) => {
    const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const { body, personal: part = null, salt = null } = anAppendableEvent(known, personal);
    return { body, personal: part, salt };
  });
}

const event = eventWith(word, word);

/** Pieces that a body is forged with. */
const piece = fc.oneof(
  fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', ' ', '\n', '\u0001', '\\u0069', '\\x', '0', '-', '1e5', 'é'),
  fc.constantFrom(
    '"id":"forged",',
    '"type":"forged",',
    ',"a":1',
    '"actor":{},',
    '"actor":{"kind":"user"},',
    'null',
    'tru',
  ),
  fc.constantFrom('"__proto__":{"id":"x"},', '"\\u0069d":"forged",', '"idx":"x",', '"i":1,', '"":{},', ',"zz":[01]'),
);
const forgery = fc.record({ at: fc.nat(), remove: fc.nat(6), insert: piece });
const forged = (text: string, { at, remove, insert }: { at: number; remove: number; insert: string }): string => {
  const place = at % (text.length + 1);
  return text.slice(0, place) + insert + text.slice(place + remove);
};

describe('the quick check', () => {
  it('says of any good record that it is good, unless its texts have what only the exact check looks at', () => {
    fc.assert(
      fc.property(eventWith(plainWord, plainKey), fc.constantFrom(',' as const, ', ' as const), (texts, separator) => {
        const row = rowOf(texts);
        expect(isExactlyGood(row)).toBe(true);
        expect(isQuicklyGood(row, separator)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('says of no forged body that it is good, unless the exact check says so too', () => {
    let accepted = 0;
    fc.assert(
      fc.property(event, fc.array(forgery, { minLength: 1, maxLength: 3 }), (texts, forgeries) => {
        const body = forgeries.reduce(forged, texts.body);
        // The columns are those of the genuine body, and those of the forged one.
        for (const row of [
          rowOf({ ...texts, body }),
          rowOf({ ...texts, body }, columnsOf(texts.body, texts.personal)),
        ]) {
          if (isQuicklyGood(row)) {
            accepted++;
            expect(isExactlyGood(row)).toBe(true);
          }
        }
      }),
      { numRuns: 3000 },
    );
    // Some forgeries change nothing: the property was not met by refusing everything.
    expect(accepted).toBeGreaterThan(10);
  });

  it('says of no forged personal part that it is good, unless the exact check says so too', () => {
    fc.assert(
      fc.property(event, fc.array(forgery, { minLength: 1, maxLength: 2 }), (texts, forgeries) => {
        const personal = forgeries.reduce(forged, texts.personal ?? '{"/actor/email":"a","/actor/ip":"b"}');
        const parsed = JSON.parse(texts.body) as AuditEvent;
        const { body } = anAppendableEvent({ ...parsed, personal: personalCommitment(SALT, personal) });
        const row = rowOf({ body, personal, salt: SALT });
        const rows = [row, { ...row, actor_email: 'a', actor_ip: null }, { ...row, actor_email: 'a', actor_ip: 'b' }];
        for (const candidate of rows.filter((each) => isQuicklyGood(each))) {
          expect(isExactlyGood(candidate)).toBe(true);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('says of no changed column that it is good, unless the exact check says so too', () => {
    const value = fc.oneof(word, fc.constant(null), fc.integer(), fc.double(), fc.constantFrom('http', 'user', '200'));
    const column = fc.constantFrom(...RECORD_COLUMN_NAMES, 'hash', 'previous_hash', 'scheme', 'mac', 'chain', 'salt');
    fc.assert(
      fc.property(event, column, value, (texts, name, changed) => {
        const row = rowOf(texts, { [name]: changed });
        fc.pre(Number.isFinite(changed) || typeof changed !== 'number');
        if (isQuicklyGood(row)) {
          expect(isExactlyGood(row)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it.each<[string, (good: AuditEvent) => string]>([
    ['the same member twice', (good) => JSON.stringify(good).replace('{', '{"type":"decoy",')],
    [
      'a member twice, the first time with an escape in its key',
      (good) => JSON.stringify(good).replace('{', '{"\\u0069d":"decoy",'),
    ],
    ['an actor that is no object', (good) => JSON.stringify({ ...good, actor: 'u-1' })],
    ['no transport', (good) => JSON.stringify({ ...good, transport: undefined })],
    ['white space', (good) => JSON.stringify(good, undefined, 1)],
    ['a control character in a string', (good) => JSON.stringify(good).replace('Deployment', 'Deploy\u0007ment')],
    [
      'a number that JSON does not have',
      (good) => JSON.stringify({ ...good, durationMs: 7 }).replace('"durationMs":7', '"durationMs":07'),
    ],
    ['something behind its end', (good) => `${JSON.stringify(good)} `],
    ['no end', (good) => JSON.stringify(good).slice(0, -1)],
    [
      'a type of the log itself, which may carry a statement',
      (good) => JSON.stringify({ ...good, type: 'audit.prune' }),
    ],
  ])('is not sure of a body with %s', (_what, forge) => {
    const { body } = anAppendableEvent();
    const forgedBody = forge(JSON.parse(body) as AuditEvent);
    expect(forgedBody).not.toBe(body);
    expect(isQuicklyGood(rowOf({ body: forgedBody, personal: null, salt: null }))).toBe(false);
  });

  it('is not sure of a previous hash whose characters are others than their lowest bytes', () => {
    const { body } = anAppendableEvent();
    const wide = '\u0130'.repeat(64);
    const columns = QUICK_COLUMNS.map((column) => {
      const row = rowOf({ body, personal: null, salt: null }, { previous_hash: wide });
      return JSON.stringify(row[column as keyof AuditRecordRow]);
    });
    const row = { columns: `[${columns.join(',')}]`, body, personal: null };
    expect(new QuickCheck(CHAIN).check(row, 1, wide)).toBeUndefined();
  });
});
