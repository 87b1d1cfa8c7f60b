import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { checkPersonalPart } from './personal-check.js';
import { personalCommitment, PersonalSalts } from './personal-commitment.js';

const SALT = '00112233445566778899aabbccddeeff';
const PART = '{"/actor/email":"zoe@example.com"}';
const COMMITMENT = personalCommitment(SALT, PART);

describe('personalCommitment', () => {
  it('is the SHA-256 of the bytes of the salt followed by the UTF-8 bytes of the part', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.string({ unit: 'grapheme' }), (salt, part) => {
        const bytes = Buffer.concat([salt, Buffer.from(part, 'utf8')]);
        const expected = createHash('sha256').update(bytes).digest('hex');
        expect(personalCommitment(Buffer.from(salt).toString('hex'), part)).toBe(expected);
      }),
    );
  });
});

describe('personalCommitment to a long part', () => {
  const characters = fc.constantFrom('a', 'é', '€', '𝒳');

  it.each([2048, 4095, 4096, 4097, 100_000])('is the same arithmetic at %i characters', (length) => {
    fc.assert(
      fc.property(characters, (character) => {
        const part = character.repeat(length);
        const expected = createHash('sha256').update(SALT, 'hex').update(part, 'utf8').digest('hex');
        expect(personalCommitment(SALT, part)).toBe(expected);
        expect(personalCommitment(SALT, PART)).toBe(COMMITMENT);
      }),
      { numRuns: 8 },
    );
  });
});

describe('PersonalSalts', () => {
  it('gives 16 random bytes each time, never the same again', () => {
    const salts = new PersonalSalts();
    const drawn = Array.from({ length: 2000 }, () => salts.next());
    expect(drawn.every((salt) => /^[0-9a-f]{32}$/.test(salt))).toBe(true);
    expect(new Set(drawn).size).toBe(2000);
  });
});

describe('checkPersonalPart', () => {
  const verdict = (personal: unknown, salt: unknown, commitment: string | undefined = COMMITMENT) =>
    checkPersonalPart({ personal: personal as string | null, salt: salt as string | null }, commitment);
  const sealed = (part: string) => verdict(part, SALT, personalCommitment(SALT, part));

  it('accepts the part that was sealed, and hands it on', () => {
    expect(verdict(PART, SALT)).toStrictEqual({ state: 'intact', part: { '/actor/email': 'zoe@example.com' } });
  });

  it('accepts that part and salt are both gone: the person was erased', () => {
    expect(verdict(null, null)).toStrictEqual({ state: 'erased' });
  });

  it('accepts that nothing stands beside a record that was sealed without a part', () => {
    expect(checkPersonalPart({ personal: null, salt: null }, undefined)).toStrictEqual({ state: 'none' });
  });

  it.each([
    ['another part', PART.replace('zoe', 'eve'), SALT, /does not give the commitment/],
    ['another salt', PART, SALT.replace('00', '01'), /does not give the commitment/],
    ['no salt', PART, null, /only one of/],
    ['no part', null, SALT, /only one of/],
    ['a salt that is cut', PART, SALT.slice(2), /not 32 hex digits/],
    ['a salt in capitals', PART, SALT.toUpperCase(), /not 32 hex digits/],
    ['a part that is bytes', Buffer.from(PART), SALT, /no text/],
    ['a salt that is bytes', PART, Buffer.from(SALT), /no text/],
    ['a part with a lone surrogate', `${PART}\ud800`, SALT, /no text/],
  ])('finds %s', (_what, personal, salt, problem) => {
    expect(verdict(personal, salt)).toStrictEqual({ state: 'faulty', problem: expect.stringMatching(problem) });
  });

  it.each([
    [PART, null],
    [null, SALT],
    [PART, SALT],
  ])('finds what was put beside a record that was sealed without one: %j, %j', (personal, salt) => {
    expect(checkPersonalPart({ personal, salt }, undefined)).toStrictEqual({
      state: 'faulty',
      problem: expect.stringMatching(/sealed without one/),
    });
  });

  it.each(['null', '[]', '"text"', 'not json'])('survives a forged seal over the part %s', (part) => {
    expect(sealed(part)).toStrictEqual({ state: 'faulty', problem: expect.stringMatching(/not a JSON object/) });
  });

  it('finds any change of one character of part or salt', () => {
    fc.assert(
      fc.property(
        fc.nat(PART.length - 1),
        fc.nat(SALT.length - 1),
        fc.string({ minLength: 1, maxLength: 1 }),
        (at, saltAt, char) => {
          fc.pre(PART[at] !== char && SALT[saltAt] !== char);
          expect(verdict(PART.slice(0, at) + char + PART.slice(at + 1), SALT).state).toBe('faulty');
          expect(verdict(PART, SALT.slice(0, saltAt) + char + SALT.slice(saltAt + 1)).state).toBe('faulty');
        },
      ),
    );
  });
});
