import * as crypto from 'node:crypto';
import { PUBLISHED_SIGNATURES } from '../../testing/published-vectors.fixture.js';
import { verifyEd25519 } from './ed25519.js';
import { generateKeyPair, signerFromPem } from './note-signer.js';

const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = crypto.generateKeyPairSync('ed25519');
const pkcs8 = { format: 'pem', type: 'pkcs8' } as const;

describe('a signer', () => {
  it('signs what its public key verifies', async () => {
    const { privatePem, publicKey } = generateKeyPair();
    const signer = signerFromPem(privatePem);
    expect(signer.publicKey).toStrictEqual(publicKey);
    const message = Buffer.from('a message');
    const signature = await signer.sign(message);
    expect(verifyEd25519(publicKey, message, signature)).toBe(true);
    expect(verifyEd25519(publicKey, Buffer.from('another message'), signature)).toBe(false);
  });

  it('makes the signatures that RFC 8032 publishes (section 7.1, tests 1 to 3)', async () => {
    for (const { seed, publicKey, message, signature } of PUBLISHED_SIGNATURES) {
      const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
      const signer = signerFromPem(
        crypto.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export(pkcs8).toString(),
      );
      expect(Buffer.from(signer.publicKey).toString('hex')).toBe(publicKey);
      expect(Buffer.from(await signer.sign(Buffer.from(message, 'hex'))).toString('hex')).toBe(signature);
    }
  });

  it.each([
    ['nothing', '', 'empty'],
    ['white space', ' \n', 'empty'],
    ['a password', 'hunter2', 'no PEM'],
    ['a public key', generateKeyPair().publicPem, 'it is a public key'],
    ['an RSA key', rsa.privateKey.export(pkcs8).toString(), 'of the type rsa, not ed25519'],
    ['a key of another curve', ec.privateKey.export(pkcs8).toString(), 'of the type ec, not ed25519'],
    [
      'an encrypted key',
      ed.privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      'encrypted with a passphrase',
    ],
    ['a key whose line breaks were lost', generateKeyPair().privatePem.replaceAll('\n', '\\n'), 'damaged'],
    ['a key that was cut', generateKeyPair().privatePem.slice(0, 60), 'damaged'],
  ])('is not made of %s', (_what, pem, problem) => {
    expect(() => signerFromPem(pem)).toThrow(problem);
    expect(() => signerFromPem(pem)).toThrow(expect.objectContaining({ code: 'AUDIT_KEY_INVALID' }));
  });

  it('does not repeat a secret in its message', () => {
    const damaged = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----';
    expect(() => signerFromPem(damaged)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('c2VjcmV0') }),
    );
    expect(() => signerFromPem(damaged)).not.toThrow(expect.objectContaining({ cause: expect.anything() }));
    expect(() => signerFromPem('hunter2')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});

describe('verifying', () => {
  it('says no to keys and signatures of a wrong length, and to keys that are no points', () => {
    const message = Buffer.from('m');
    expect(verifyEd25519(new Uint8Array(31), message, new Uint8Array(64))).toBe(false);
    expect(verifyEd25519(new Uint8Array(32), message, new Uint8Array(63))).toBe(false);
    expect(verifyEd25519(new Uint8Array(32).fill(255), message, new Uint8Array(64))).toBe(false);
  });
});
