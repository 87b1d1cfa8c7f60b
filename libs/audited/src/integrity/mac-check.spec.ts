import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { AuditSeal, StoredRecord } from '../event/audit-record.js';
import { anAppendableEvent } from '../testing/audit-event.fixture.js';
import { sealedRecords } from '../testing/sealed-records.fixture.js';
import { hmacSha256Scheme } from './hmac-sha256.scheme.js';
import { checkMac } from './mac-check.js';
import { RecordExaminer } from './verifying/record-flaw.js';
import { resolveSealKeys, type SealKeys } from './seal-keys.js';
import { Sealer } from './sealer.js';

const [first, second, stranger] = [randomBytes(32), randomBytes(48), randomBytes(32)];
const keysWith = (current?: string): SealKeys =>
  resolveSealKeys({
    ...(current === undefined ? {} : { current }),
    keys: [
      { id: 'k1', secret: first },
      { id: 'k.2_', secret: second },
    ],
  }) as SealKeys;
const KEYS = keysWith();
const [K1, K2, UNKEYED] = [new Sealer(keysWith('k1')), new Sealer(keysWith('k.2_')), new Sealer(KEYS)];

/** A chain that was sealed without key, then with the first, then with the second. */
const RECORDS = sealedRecords(
  Array.from({ length: 9 }, (_, index) => anAppendableEvent({ action: `Step ${index}` })),
  'main',
  (position) => (position <= 3 ? UNKEYED : position <= 6 ? K1 : K2),
);
const KEYED = RECORDS.slice(3);

function withSeal(record: StoredRecord, changes: Partial<AuditSeal>): StoredRecord {
  return { ...record, seal: { ...record.seal, ...changes } };
}

/** What an attacker does who knows the arithmetic, but not the key. */
function rehashed(record: StoredRecord): StoredRecord {
  return withSeal(record, { hash: hmacSha256Scheme.hash(record.seal, record.body) });
}

/** Found by the hash, which needs no key, or by the mac. */
function isFound(record: StoredRecord): boolean {
  return new RecordExaminer('main', []).flawOf(record) !== undefined || checkMac(record, KEYS) === 'wrong';
}

const flippedAt = (text: string, at: number): string =>
  text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);

describe('checkMac', () => {
  it('knows each record of a chain of several schemes and keys', () => {
    expect(RECORDS.map((record) => checkMac(record, KEYS))).toStrictEqual([
      ...Array.from({ length: 3 }, () => 'none'),
      ...Array.from({ length: 6 }, () => 'ok'),
    ]);
    expect(RECORDS.some(isFound)).toBe(false);
  });

  it('passes any chain, in whatever order schemes and keys took turns', () => {
    const sealers = fc.array(fc.constantFrom(UNKEYED, K1, K2), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sealers, (turns) => {
        const events = turns.map(() => anAppendableEvent());
        const records = sealedRecords(events, 'main', (position) => turns[position - 1] ?? UNKEYED);
        expect(records.map(({ seal }) => seal.scheme)).toStrictEqual(turns.map(({ schemeId }) => schemeId));
        expect(records.some(isFound)).toBe(false);
      }),
    );
  });

  it('cannot check a mac without keys, and takes no key for one that was given which is not', () => {
    expect(KEYED.map((record) => checkMac(record, undefined))).toStrictEqual(KEYED.map(() => 'unchecked'));
    const onlyFirst: SealKeys = { keys: [KEYS.keys[0]!] };
    expect(KEYED.map((record) => checkMac(record, onlyFirst))).toStrictEqual(
      KEYED.map(({ seal }) => (seal.mac?.startsWith('k1:') === true ? 'ok' : 'wrong')),
    );
  });

  it('finds another secret under the same id', () => {
    const wrong = resolveSealKeys({ keys: [{ id: 'k1', secret: stranger }] });
    expect(checkMac(KEYED[0]!, wrong)).toBe('wrong');
  });

  it.each<readonly [what: string, mac: unknown]>([
    ['no mac', undefined],
    ['an empty one', ''],
    ['no key id', `:${'0'.repeat(64)}`],
    ['upper-case digits', `k1:${'A'.repeat(64)}`],
    ['a digit too few', `k1:${'0'.repeat(63)}`],
    ['a line end', `k1:${'0'.repeat(64)}\n`],
    ['bytes', Buffer.from('k1')],
  ])('calls a keyed seal with %s wrong, with or without the keys', (_, mac) => {
    const { mac: _mac, ...seal } = KEYED[0]!.seal;
    const record = { ...KEYED[0]!, seal: mac === undefined ? seal : { ...seal, mac: mac as string } };
    expect([checkMac(record, KEYS), checkMac(record, undefined)]).toStrictEqual(['wrong', 'wrong']);
  });

  it('calls a mac beside a seal without key wrong', () => {
    expect(checkMac(withSeal(RECORDS[0]!, { mac: KEYED[0]!.seal.mac! }), KEYS)).toBe('wrong');
  });

  it('leaves the judgement of unknown schemes to whoever knows them', () => {
    expect(checkMac(withSeal(RECORDS[0]!, { scheme: 'later-v9' }), KEYS)).toBe('none');
    expect(checkMac(withSeal(KEYED[0]!, { scheme: 'later-v9' }), KEYS)).toBe('unchecked');
  });
});

describe('any keyed record', () => {
  const keyed = fc.constantFrom(...KEYED);
  const flipped = (field: 'mac' | 'body' | 'previousHash' | 'chain' | 'scheme' | 'hash') =>
    fc.tuple(keyed, fc.nat()).map(([record, place]): StoredRecord => {
      const text = field === 'body' ? record.body : record.seal[field]!;
      const changed = flippedAt(text, place % text.length);
      return field === 'body' ? { ...record, body: changed } : withSeal(record, { [field]: changed });
    });
  const moved = fc
    .tuple(keyed, fc.integer({ min: 1, max: 50 }))
    .map(([record, by]) => withSeal(record, { position: record.seal.position + by }));

  it('betrays any flipped bit of mac, key id, body, chain, previous hash, hash or scheme, and any other position', () => {
    const fields = (['mac', 'body', 'previousHash', 'chain', 'scheme', 'hash'] as const).map(flipped);
    fc.assert(
      fc.property(fc.oneof(moved, ...fields), (record) => {
        expect(isFound(record)).toBe(true);
      }),
    );
  });

  it('betrays the same when the hash is made anew, by the mac alone', () => {
    const fields = (['body', 'previousHash', 'chain'] as const).map(flipped);
    fc.assert(
      fc.property(fc.oneof(moved, ...fields), (record) => {
        expect(checkMac(rehashed(record), KEYS)).toBe('wrong');
      }),
    );
    fc.assert(
      fc.property(flipped('mac'), (record) => {
        // A flipped id may name a key that nobody has, and is then at least not taken for checked.
        expect(checkMac(rehashed(record), KEYS)).not.toBe('ok');
      }),
    );
  });

  it('cannot be passed off as sealed without a key and keep its mac', () => {
    const unkeyed = KEYED.map((record) => withSeal(record, UNKEYED.seal(record.seal, record.body)));
    expect(unkeyed.map((record) => checkMac(record, KEYS))).toStrictEqual(KEYED.map(() => 'wrong'));
  });
});

describe('Sealer', () => {
  it('seals without a key where none is current, as it always did', () => {
    const place = { chain: 'main', position: 1, previousHash: '0'.repeat(64) };
    expect(UNKEYED.seal(place, '{}')).toStrictEqual(new Sealer().seal(place, '{}'));
    expect(new Sealer().seal(place, '{}')).toStrictEqual({
      scheme: 'sha256-v1',
      hash: expect.any(String) as string,
    });
    expect([UNKEYED.isKeyed, UNKEYED.schemeId]).toStrictEqual([false, 'sha256-v1']);
    expect([K1.isKeyed, K1.schemeId]).toStrictEqual([true, 'hmac-sha256-v1']);
  });

  it('never goes on without a key that it was told to seal with', () => {
    expect(() => new Sealer({ current: 'gone', keys: KEYS.keys })).toThrow(/no seal key/);
  });
});
