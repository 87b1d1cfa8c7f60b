import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { OptionsInvalidError } from '../event/audit.error.js';
import { resolveSealKeys, type SealKeys } from './seal-keys.js';

const secret = randomBytes(32);
const text = secret.toString('base64');

function failureOf(given: unknown): OptionsInvalidError {
  try {
    resolveSealKeys(given);
  } catch (error) {
    if (error instanceof OptionsInvalidError) {
      return error;
    }
    throw error;
  }
  throw new Error('the keys were accepted');
}

const keysOf = (...secrets: unknown[]): unknown => ({
  keys: secrets.map((given, index) => ({ id: `k${index + 1}`, secret: given })),
});

describe('the option seal', () => {
  it('may be left out, and is then nothing', () => {
    expect(resolveSealKeys(undefined)).toBeUndefined();
  });

  it('takes secrets as bytes, base64 and base64url, with and without padding', () => {
    const forms = [secret, new Uint8Array(secret), text, text.replace(/=+$/, ''), secret.toString('base64url')];
    const resolved = resolveSealKeys({ current: 'k5', ...(keysOf(...forms) as object) });
    expect(resolved?.current).toBe('k5');
    expect(resolved?.keys.map(({ id }) => id)).toStrictEqual(['k1', 'k2', 'k3', 'k4', 'k5']);
    expect(resolved?.keys.every((key) => secret.equals(key.secret))).toBe(true);
  });

  it('takes what it gave', () => {
    const resolved = resolveSealKeys({ current: 'k1', ...(keysOf(text) as object) });
    expect(resolveSealKeys(resolved)).toStrictEqual(resolved);
  });

  it('copies a secret into memory of its own, so that nobody changes or shares it', () => {
    const given = Buffer.from(text, 'base64');
    const { keys } = resolveSealKeys(keysOf(given)) as SealKeys;
    given.fill(0);
    expect(secret.equals(keys[0]!.secret)).toBe(true);
    expect(keys[0]!.secret.buffer.byteLength).toBe(32);
  });

  it('shows no secret where keys are printed', () => {
    const resolved = resolveSealKeys({ current: 'k1', ...(keysOf(secret) as object) });
    expect(JSON.stringify(resolved)).toBe('{"current":"k1","keys":[{"id":"k1"}]}');
    expect(inspect(resolved)).toBe("{ current: 'k1', keys: [ SealKey k1 ] }");
  });

  it.each<readonly [what: string, given: unknown, option: string, message: RegExp]>([
    ['no object', text, 'seal', /must be an object.*keys: \[\{ id, secret \}\]/],
    ['an unknown name', { key: [] }, 'seal.key', /is unknown\. Known are: current, keys/],
    ['no list', { keys: {} }, 'seal.keys', /must be a list/],
    ['no key', { keys: [] }, 'seal.keys', /is empty\. Leave "seal" out/],
    ['a key that is no object', { keys: [text] }, 'seal.keys[0]', /must be an object/],
    ['a key without id', { keys: [{ secret }] }, 'seal.keys[0].id', /is no id of a key\. Use 1 to 24 characters/],
    ['an id with a colon', { keys: [{ id: 'a:b', secret }] }, 'seal.keys[0].id', /is no id of a key/],
    ['a long id', { keys: [{ id: 'x'.repeat(25), secret }] }, 'seal.keys[0].id', /is no id of a key/],
    [
      'an id twice',
      {
        keys: [
          { id: 'a', secret },
          { id: 'a', secret: text },
        ],
      },
      'seal.keys[1].id',
      /is the id of seal\.keys\[0\] too/,
    ],
    ['an unknown current key', { current: 'k9', keys: [{ id: 'k1', secret }] }, 'seal.current', /Known are: k1\./],
    ['a current that is no text', { current: 1, keys: [{ id: 'k1', secret }] }, 'seal.current', /is not the id/],
    ['no secret', keysOf(undefined), 'seal.keys[0].secret', /must be a Uint8Array or a base64 text/],
    ['a short secret', keysOf(secret, randomBytes(31)), 'seal.keys[1].secret', /has 31 bytes\. It needs at least 32/],
    ['a short text', keysOf(randomBytes(30).toString('base64')), 'seal.keys[0].secret', /has 30 bytes/],
    ['an empty text', keysOf(''), 'seal.keys[0].secret', /has 0 bytes/],
    ['hexadecimal text', keysOf(secret.toString('hex')), 'seal.keys[0].secret', /Buffer\.from\(text, 'hex'\)/],
    ['a pass phrase', keysOf(`${text} and more`), 'seal.keys[0].secret', /is no base64 text/],
    ['a text with a line end', keysOf(`${text}\n`), 'seal.keys[0].secret', /is no base64 text/],
    ['two alphabets in one text', keysOf(`+_${text.slice(2)}`), 'seal.keys[0].secret', /is no base64 text/],
    ['one byte over and over', keysOf(Buffer.alloc(32)), 'seal.keys[0].secret', /anybody can guess it/],
  ])('refuses %s, with field and cure', (_, given, option, message) => {
    const failure = failureOf(given);
    expect(failure.option).toBe(option);
    expect(failure.message).toMatch(message);
  });

  it('shows no secret in an error, wherever the secret was put', () => {
    const short = fc.string({ unit: fc.constantFrom(...'abcXYZ019+/!'.split('')), minLength: 12, maxLength: 40 });
    const misplaced = short.chain((password) =>
      fc
        .constantFrom<unknown>(
          password,
          [password],
          { keys: password },
          { keys: [password] },
          { keys: [{ id: password, secret: password }] },
          { keys: [{ id: 'a', secret: password }] },
          { current: password, keys: [{ id: 'a', secret }] },
        )
        .map((given) => [password, given] as const),
    );
    fc.assert(
      fc.property(misplaced, ([password, given]) => {
        let told = '';
        try {
          resolveSealKeys(given);
        } catch (error) {
          told = String((error as Error).stack);
        }
        expect(told.includes(password)).toBe(false);
      }),
    );
  });
});
