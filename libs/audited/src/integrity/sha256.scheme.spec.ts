import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson } from '../event/canonical-json.js';
import type { JsonObject } from '../event/json-value.js';
import { CURRENT_SCHEME, INTEGRITY_SCHEMES } from './integrity-schemes.js';
import { sha256Scheme } from './sha256.scheme.js';

const hex64 = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: 64, maxLength: 64 });
const sealing = fc.record({
  chain: fc.string({ unit: fc.constantFrom(...'abcXYZ019._:-'.split('')), minLength: 1, maxLength: 64 }),
  position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  previousHash: hex64,
});
const event = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })) as fc.Arbitrary<JsonObject>;

describe('sha256-v1', () => {
  it('hashes the canonical JSON of chain, event, position, previous and scheme, in full', () => {
    fc.assert(
      fc.property(sealing, event, (seal, facts) => {
        const text = canonicalJson({
          scheme: 'sha256-v1',
          chain: seal.chain,
          position: seal.position,
          previous: seal.previousHash,
          event: facts,
        });
        const expected = createHash('sha256').update(text, 'utf8').digest('hex');
        expect(sha256Scheme.hash(seal, canonicalJson(facts))).toBe(expected);
      }),
    );
  });

  it('gives the hash of any position at the price of a few bytes', () => {
    fc.assert(
      fc.property(sealing, event, fc.integer({ min: 1 }), (seal, facts, position) => {
        const body = canonicalJson(facts);
        expect(sha256Scheme.hashAtPosition(seal, body)(position)).toBe(sha256Scheme.hash({ ...seal, position }, body));
      }),
    );
  });

  it('gives another hash for any other chain, position, previous hash or body', () => {
    fc.assert(
      fc.property(sealing, sealing, event, event, (seal, other, facts, otherFacts) => {
        const [body, otherBody] = [canonicalJson(facts), canonicalJson(otherFacts)];
        fc.pre(body !== otherBody && seal.position !== other.position);
        const hashes = [
          sha256Scheme.hash(seal, body),
          sha256Scheme.hash(seal, otherBody),
          sha256Scheme.hash({ ...seal, position: other.position }, body),
          sha256Scheme.hash({ ...seal, chain: `${seal.chain}x` }, body),
          sha256Scheme.hash({ ...seal, previousHash: sha256Scheme.hash(seal, body) }, body),
        ];
        expect(new Set(hashes).size).toBe(hashes.length);
      }),
    );
  });

  it('is found by the id that every seal carries, and seals new records', () => {
    expect(INTEGRITY_SCHEMES.get('sha256-v1')).toBe(sha256Scheme);
    expect(CURRENT_SCHEME).toBe(sha256Scheme);
    expect([...INTEGRITY_SCHEMES].every(([id, scheme]) => id === scheme.id)).toBe(true);
  });
});
