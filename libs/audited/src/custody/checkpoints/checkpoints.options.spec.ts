import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { generateKeyPair, signerFromPem } from '../../integrity/notes/note-signer.js';
import { verifierKey } from '../../integrity/notes/signed-note.js';
import { resolveCheckpoints, type CheckpointsOptions } from './checkpoints.options.js';

const { privatePem, publicPem, publicKey } = generateKeyPair();
const origin = 'audit.example.com/orders';
const VARIABLE = 'AUDITED_SPEC_CHECKPOINT_KEY';
const folder = mkdtempSync(join(tmpdir(), 'audited-keys-'));
const file = join(folder, 'key.pem');
writeFileSync(file, privatePem);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  delete process.env[VARIABLE];
});

const sign = (message: Uint8Array): Promise<Uint8Array> => signerFromPem(privatePem).sign(message);

describe('the option checkpoints', () => {
  it('signs nothing unless a key is named', () => {
    for (const given of [undefined, {}, { origin }, { origin, keys: [] }]) {
      expect(resolveCheckpoints(given)).toMatchObject({ signers: [], trustedKeys: [], intervalMs: 60_000 });
    }
  });

  it.each<[string, CheckpointsOptions['keys']]>([
    ['a PEM text', { pem: privatePem }],
    ['a file', { file }],
    ['a function and the public key as bytes', { publicKey, sign }],
    ['a function and the public key as PEM', { publicKey: publicPem, sign }],
    ['a function and a verifier key', { publicKey: verifierKey(origin, publicKey), sign }],
  ])('takes a key from %s', async (_from, keys) => {
    const { signers, trustedKeys, logName } = resolveCheckpoints({ origin, keys: keys ?? [] });
    expect(logName).toBe(origin);
    expect(signers.map((signer) => Buffer.from(signer.publicKey))).toEqual([Buffer.from(publicKey)]);
    expect(trustedKeys).toEqual([publicPem]);
    expect(await signers[0]?.sign(Buffer.from('text'))).toHaveLength(64);
  });

  it('takes a key from the environment, with line breaks or with written-out ones', () => {
    for (const text of [privatePem, privatePem.replaceAll('\n', '\\n')]) {
      process.env[VARIABLE] = text;
      expect(resolveCheckpoints({ origin, keys: { env: VARIABLE } }).signers).toHaveLength(1);
    }
  });

  it('trusts its own public keys and those of earlier days', () => {
    const earlier = generateKeyPair().publicPem;
    const { trustedKeys } = resolveCheckpoints({ origin, keys: { pem: privatePem }, trustedKeys: earlier });
    expect(trustedKeys).toEqual([publicPem, earlier]);
    expect(resolveCheckpoints({ trustedKeys: [earlier] }).trustedKeys).toEqual([earlier]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no name of the log', { keys: { pem: privatePem } }, /"checkpoints\.origin" is missing\. Name the log/],
    [
      'a name that no key may have',
      { origin: 'my log', keys: { pem: privatePem } },
      /"checkpoints\.origin" is "my log"/,
    ],
    ['an unknown name', { interval: 3 }, /"checkpoints\.interval" is unknown/],
    ['an interval that is too short', { intervalMs: 99 }, /"checkpoints\.intervalMs" is 99/],
    ['a quiet interval below the interval', { quietIntervalMs: 1000 }, /"checkpoints\.quietIntervalMs" is 1000/],
    ['a PEM that is none', { origin, keys: { pem: 'hunter2' } }, /"checkpoints\.keys\.pem" is no key .*no PEM/],
    ['a public key in place of the private one', { origin, keys: { pem: publicPem } }, /it is a public key/],
    [
      'a file that is not there',
      { origin, keys: [{ file: join(folder, 'none') }] },
      /"checkpoints\.keys\[0\]\.file" cannot be read: .*ENOENT.*audited keys generate/,
    ],
    [
      'a variable that is not set',
      { origin, keys: { env: 'AUDITED_SPEC_UNSET' } },
      /"AUDITED_SPEC_UNSET", which is not set/,
    ],
    ['a text in place of an object', { origin, keys: privatePem }, /"checkpoints\.keys" is no object\. Give \{ pem \}/],
    ['two places of one key', { origin, keys: { pem: privatePem, file } }, /names 2 places of a key/],
    ['a key without anything', { origin, keys: {} }, /"checkpoints\.keys" is empty/],
    [
      'a function without public key',
      { origin, keys: { sign } },
      /"checkpoints\.keys\.publicKey" is no Ed25519 public key/,
    ],
    ['a public key without function', { origin, keys: { publicKey } }, /"checkpoints\.keys\.sign" is no function/],
    [
      'the same key twice',
      { origin, keys: [{ pem: privatePem }, { file }] },
      /"checkpoints\.keys\[1\]" is the same key/,
    ],
    [
      'a trusted key that is none',
      { trustedKeys: ['nonsense'] },
      /"checkpoints\.trustedKeys\[0\]" holds no public keys/,
    ],
  ])('refuses %s, and never repeats a key', (_what, given, message) => {
    const resolve = (): unknown => resolveCheckpoints(given as CheckpointsOptions);
    expect(resolve).toThrow(OptionsInvalidError);
    expect(resolve).toThrow(message);
    try {
      resolve();
    } catch (error) {
      expect(String(error)).not.toMatch(/PRIVATE KEY-----\n|hunter2/);
    }
  });
});
