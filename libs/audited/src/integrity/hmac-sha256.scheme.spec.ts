import { createHash, createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson } from '../event/canonical-json.js';
import type { JsonObject } from '../event/json-value.js';
import { hmacSha256Scheme, macOf } from './hmac-sha256.scheme.js';
import { INTEGRITY_SCHEMES } from './integrity-schemes.js';

const hex64 = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: 64, maxLength: 64 });
const id = fc.string({ unit: fc.constantFrom(...'abcXYZ019._-'.split('')), minLength: 1, maxLength: 24 });
const place = fc.record({
  chain: fc.string({ unit: fc.constantFrom(...'abcXYZ019._:-'.split('')), minLength: 1, maxLength: 64 }),
  position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  previousHash: hex64,
});
const event = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })) as fc.Arbitrary<JsonObject>;
const secret = randomBytes(32);

describe('hmac-sha256-v1', () => {
  it('macs the canonical JSON of chain, event, key, position, previous and scheme', () => {
    fc.assert(
      fc.property(place, event, id, (seal, facts, key) => {
        const text = canonicalJson({
          scheme: 'hmac-sha256-v1',
          chain: seal.chain,
          key,
          position: seal.position,
          previous: seal.previousHash,
          event: facts,
        });
        const expected = `${key}:${createHmac('sha256', secret).update(text, 'utf8').digest('hex')}`;
        expect(macOf({ id: key, secret }, seal, canonicalJson(facts))).toBe(expected);
      }),
    );
  });

  it('hashes the canonical JSON of chain, event, mac, position, previous and scheme, without the key', () => {
    fc.assert(
      fc.property(place, event, id, hex64, (seal, facts, key, digits) => {
        const mac = `${key}:${digits}`;
        const text = canonicalJson({
          scheme: 'hmac-sha256-v1',
          chain: seal.chain,
          mac,
          position: seal.position,
          previous: seal.previousHash,
          event: facts,
        });
        const expected = createHash('sha256').update(text, 'utf8').digest('hex');
        expect(hmacSha256Scheme.hash({ ...seal, mac }, canonicalJson(facts))).toBe(expected);
      }),
    );
  });

  it('gives the hash of any position with the stored mac, so that misplaced records are found', () => {
    fc.assert(
      fc.property(place, event, fc.integer({ min: 1 }), (where, facts, position) => {
        const body = canonicalJson(facts);
        const seal = { ...where, mac: macOf({ id: 'k1', secret }, where, body) };
        expect(hmacSha256Scheme.hashAtPosition(seal, body)(position)).toBe(
          hmacSha256Scheme.hash({ ...seal, position }, body),
        );
      }),
    );
  });

  it('gives another hash for any other mac, and for none', () => {
    fc.assert(
      fc.property(place, hex64, hex64, (seal, one, other) => {
        fc.pre(one !== other);
        const macs = [`k1:${one}`, `k2:${one}`, `k1:${other}`, undefined];
        const hashes = macs.map((mac) => hmacSha256Scheme.hash(mac === undefined ? seal : { ...seal, mac }, '{}'));
        expect(new Set(hashes).size).toBe(macs.length);
      }),
    );
  });

  it('is found by the id that every seal carries', () => {
    expect(INTEGRITY_SCHEMES.get('hmac-sha256-v1')).toBe(hmacSha256Scheme);
  });
});
