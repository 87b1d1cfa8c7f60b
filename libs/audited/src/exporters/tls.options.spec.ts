import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import forge from 'node-forge';
import { tlsSettings, type TlsOptions } from './tls.options.js';

const PASSPHRASE = 'correct horse';
const keys = forge.pki.rsa.generateKeyPair(2048);
const certificate = forge.pki.createCertificate();
certificate.publicKey = keys.publicKey;
certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
certificate.setSubject([{ name: 'commonName', value: 'client' }]);
certificate.setIssuer([{ name: 'commonName', value: 'client' }]);
certificate.sign(keys.privateKey, forge.md.sha256.create());
const cert = forge.pki.certificateToPem(certificate);
const key = forge.pki.privateKeyToPem(keys.privateKey);
const lockedKey = forge.pki.encryptRsaPrivateKey(keys.privateKey, PASSPHRASE, { algorithm: 'aes256' });
const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'audited-tls-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('tlsSettings', () => {
  it('verifies the server unless told otherwise, and speaks nothing older than TLS 1.2', () => {
    expect(tlsSettings()).toEqual({ rejectUnauthorized: true, minVersion: 'TLSv1.2' });
    expect(tlsSettings({ rejectUnauthorized: false })).toMatchObject({ rejectUnauthorized: false });
  });

  it('takes PEM as a text and from a file', () => {
    const file = join(folder, 'cert.pem');
    writeFileSync(file, cert);
    expect(tlsSettings({ ca: cert, cert: { file }, key })).toMatchObject({ ca: cert, cert, key });
  });

  it('opens a key with its passphrase', () => {
    expect(tlsSettings({ cert, key: lockedKey, passphrase: PASSPHRASE })).toMatchObject({ passphrase: PASSPHRASE });
  });

  it('calls the name as node:tls does', () => {
    expect(tlsSettings({ serverName: 'siem.example.com' })).toMatchObject({ servername: 'siem.example.com' });
  });

  it.each<[string, unknown, string, RegExp]>([
    ['an unknown name', { cafile: 'x' }, 'tls.cafile', /is unknown/],
    ['what is no object', 'secure', 'tls', /must be an object/],
    ['a flag that is none', { rejectUnauthorized: 'no' }, 'tls.rejectUnauthorized', /true or false/],
    ['a certificate without its key', { cert }, 'tls.key', /is missing/],
    ['a key without its certificate', { key }, 'tls.cert', /is missing/],
    ['a file that is not there', { ca: { file: '/nowhere/ca.pem' } }, 'tls.ca.file', /cannot be read \(ENOENT\)/],
    ['a folder instead of a file', { ca: { file: '/' } }, 'tls.ca.file', /cannot be read \(EISDIR\)/],
    ['a path instead of PEM', { ca: '/etc/ssl/ca.pem' }, 'tls.ca', /is no PEM/],
    [
      'a certificate that is garbage',
      { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
      'tls.ca',
      /cannot be read/,
    ],
    ['an authority that is cut off', { ca: cert.slice(0, 200) }, 'tls.ca', /cannot be read/],
    ['a key instead of an authority', { ca: key }, 'tls.ca', /holds no certificate/],
    ['a key of another certificate', { cert, key: otherKey }, 'tls', /cannot be used/],
    ['a locked key without passphrase', { cert, key: lockedKey }, 'tls', /cannot be used/],
    ['a wrong passphrase', { cert, key: lockedKey, passphrase: 'wrong horse' }, 'tls', /cannot be used/],
    ['an empty name', { serverName: '' }, 'tls.serverName', /not empty/],
  ])('refuses %s', (_what, given, option, problem) => {
    expect(() => tlsSettings(given as TlsOptions)).toThrow(
      expect.objectContaining({ option, message: expect.stringMatching(problem) }),
    );
  });

  it('repeats no secret in an error', () => {
    const attempts = [
      { cert, key: otherKey },
      { cert, key: lockedKey, passphrase: 'wrong horse' },
      { cert: 'SECRET-PEM', key },
    ];
    for (const given of attempts) {
      expect(() => tlsSettings(given as TlsOptions)).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/wrong horse|SECRET-PEM|BEGIN|MII/) }),
      );
    }
  });
});
