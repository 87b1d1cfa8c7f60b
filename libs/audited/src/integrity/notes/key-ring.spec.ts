import { generateKeyPair, signerFromPem } from './note-signer.js';
import { KeyRing, parseTrustedKeys, type TrustedKey } from './key-ring.js';
import { assembleNote, keyId, parseNote, signNote, verifierKey } from './signed-note.js';

const ORIGIN = 'audit.example.com/billing/main';
const pair = generateKeyPair();
const signer = signerFromPem(pair.privatePem);
const stranger = signerFromPem(generateKeyPair().privatePem);
const trusted: TrustedKey = { publicKey: pair.publicKey };
const ring = new KeyRing([trusted]);
const TEXT = `${ORIGIN}\n5\nsomething\n`;

const stateOf = (note: string, keys: readonly TrustedKey[] = [trusted], at?: string): string =>
  new KeyRing(keys).check(note, ORIGIN, at).state;

/** The same note whose first signature has one bit turned round. */
function forged(note: string): string {
  const { text, signatures } = parseNote(note);
  const lines = signatures.map(({ name, keyId: id, signature }, index) => {
    const bytes = Buffer.concat([Buffer.from(id, 'hex'), signature]);
    bytes[20] = (bytes[20] ?? 0) ^ (index === 0 ? 1 : 0);
    return `— ${name} ${bytes.toString('base64')}`;
  });
  return assembleNote(text, lines);
}

describe('a key ring', () => {
  it('trusts what a trusted key signed', async () => {
    const note = await signNote(TEXT, ORIGIN, [signer]);
    expect(ring.check(note, ORIGIN)).toStrictEqual({ state: 'trusted', publicKeys: [pair.publicKey] });
  });

  it('ignores signatures of keys that it does not know, in front and behind', async () => {
    const note = await signNote(TEXT, ORIGIN, [stranger, signer, stranger]);
    expect(stateOf(note)).toBe('trusted');
    expect(stateOf(forged(note))).toBe('trusted');
  });

  it('knows no key that signed', async () => {
    const note = await signNote(TEXT, ORIGIN, [stranger]);
    expect(stateOf(note)).toBe('unknown-key');
    expect(stateOf(note, [])).toBe('unknown-key');
    expect(new KeyRing([]).check(note, ORIGIN)).toMatchObject({ problem: expect.stringContaining(ORIGIN) });
  });

  it('ignores a signature in another name, even by a trusted key', async () => {
    expect(stateOf(await signNote(TEXT, 'another.example/log', [signer]))).toBe('unknown-key');
  });

  it('says forged when the text or the signature is not what the key signed', async () => {
    const note = await signNote(TEXT, ORIGIN, [signer]);
    expect(stateOf(note.replace('\n5\n', '\n6\n'))).toBe('forged');
    expect(stateOf(forged(note))).toBe('forged');
  });

  it('says forged when one signature is forged, though another is genuine', async () => {
    const note = await signNote(TEXT, ORIGIN, [signer, stranger]);
    expect(stateOf(forged(note), [trusted, { publicKey: stranger.publicKey }])).toBe('forged');
  });

  it('counts a key that signed twice, or is given twice, once', async () => {
    const note = await signNote(TEXT, ORIGIN, [signer, signer]);
    const verdict = new KeyRing([trusted, trusted]).check(note, ORIGIN);
    expect(verdict).toStrictEqual({ state: 'trusted', publicKeys: [pair.publicKey] });
  });

  it('lets nobody in whose key only has the same id', async () => {
    const { text } = parseNote(await signNote(TEXT, ORIGIN, [signer]));
    const content = Buffer.concat([
      Buffer.from(keyId(ORIGIN, pair.publicKey), 'hex'),
      await stranger.sign(Buffer.from(text)),
    ]);
    expect(stateOf(assembleNote(text, [`— ${ORIGIN} ${content.toString('base64')}`]))).toBe('forged');
  });

  it('tells a note of another log, and of another chain', async () => {
    for (const origin of ['audit.example.com/shipping/main', 'audit.example.com/billing/tenant-1', `${ORIGIN}2`]) {
      const note = await signNote(`${origin}\n5\nsomething\n`, origin, [signer]);
      expect(stateOf(note)).toBe('other-log');
    }
  });

  it('calls everything else malformed', () => {
    expect(ring.check('nonsense', ORIGIN)).toStrictEqual({
      state: 'malformed',
      problem: expect.stringContaining('The note is malformed: there is no empty line'),
    });
  });

  it('trusts a named key for its log, and for each chain of it, only', async () => {
    const note = await signNote(TEXT, ORIGIN, [signer]);
    const named = (name: string): string => stateOf(note, [{ ...trusted, name }]);
    expect([named(ORIGIN), named('audit.example.com/billing'), named('audit.example.com')]).toStrictEqual(
      Array.from({ length: 3 }, () => 'trusted'),
    );
    expect([named('audit.example.com/bill'), named('main'), named(`${ORIGIN}/x`)]).toStrictEqual(
      Array.from({ length: 3 }, () => 'unknown-key'),
    );
  });

  it('trusts a key for the time in which it was valid, both ends included', async () => {
    const note = await signNote(TEXT, ORIGIN, [signer]);
    const key = { ...trusted, notBefore: '2026-01-01T00:00:00.000Z', notAfter: '2026-12-31T23:59:59.999Z' };
    const at = (time?: string): string => stateOf(note, [key], time);
    expect(
      ['2026-01-01T00:00:00.000Z', '2026-06-01T02:00:00+02:00', '2026-12-31T23:59:59.999Z', undefined].map(at),
    ).toStrictEqual(Array.from({ length: 4 }, () => 'trusted'));
    expect(['2025-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z', 'yesterday'].map(at)).toStrictEqual(
      Array.from({ length: 3 }, () => 'expired'),
    );
    expect(stateOf(note, [trusted], 'yesterday')).toBe('trusted');
    expect(stateOf(note, [key, trusted], '2030-01-01T00:00:00.000Z')).toBe('trusted');
  });

  it('goes over from an old key to a new one without a gap', async () => {
    const successor = generateKeyPair();
    const keys = [
      { ...trusted, notAfter: '2026-06-01T00:00:00.000Z' },
      { publicKey: successor.publicKey, notBefore: '2026-05-01T00:00:00.000Z' },
    ];
    const both = await signNote(TEXT, ORIGIN, [signer, signerFromPem(successor.privatePem)]);
    const verdicts = ['2026-04-01T00:00:00Z', '2026-05-15T00:00:00Z', '2026-07-01T00:00:00Z'].map((at) =>
      new KeyRing(keys).check(both, ORIGIN, at),
    );
    expect(verdicts).toStrictEqual([
      { state: 'trusted', publicKeys: [pair.publicKey] },
      { state: 'trusted', publicKeys: [pair.publicKey, successor.publicKey] },
      { state: 'trusted', publicKeys: [successor.publicKey] },
    ]);
  });
});

describe('a list of trusted keys', () => {
  const line = verifierKey('audit.example.com/billing', pair.publicKey);

  it('holds PEM blocks, verifier keys, comments and validities', () => {
    const text = `\uFEFF# the keys of our log\r\n\r\n${line} notBefore=2026-01-01 notAfter=2027-01-01T00:00:00+01:00\r\n
      # the old one, notAfter=2025-12-31T23:59:59Z\n${pair.publicPem}\n${pair.publicPem}# the end`;
    const { publicKey } = pair;
    expect(parseTrustedKeys(text)).toStrictEqual([
      {
        publicKey,
        name: 'audit.example.com/billing',
        notBefore: '2026-01-01T00:00:00.000Z',
        notAfter: '2026-12-31T23:00:00.000Z',
      },
      { publicKey, notAfter: '2025-12-31T23:59:59.000Z' },
      { publicKey },
    ]);
    expect(parseTrustedKeys('')).toStrictEqual([]);
    expect(parseTrustedKeys('\n# nothing\n')).toStrictEqual([]);
  });

  it.each([
    ['a private key', pair.privatePem, 'line 1 holds a private key'],
    ['free text', `\n${'trust me'}`, 'line 2'],
    ['a PEM block that does not end', pair.publicPem.slice(0, 60), 'damaged'],
    ['a damaged PEM block', pair.publicPem.replace('MCow', 'MCo*'), 'damaged'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', 'is no key'],
    [
      'a verifier key of another type',
      'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
      'type Ed25519',
    ],
    [
      'a verifier key that is too long',
      'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==',
      'line 1',
    ],
    ['a verifier key with another id', line.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), 'does not have the id'],
    ['a name with a plus', `a+${line}`, 'line 1'],
    ['a validity that is no time', `${line} notBefore=tomorrow`, 'notBefore at line 1 is no time'],
    ['a day that does not exist', `${line} notAfter=2026-13-01`, 'is no time'],
    ['a day that the month does not have', `${line} notAfter=2026-02-31`, 'is no time'],
    ['two validities of one name', `${line} notAfter=2025-01-01 notAfter=2099-01-01`, 'twice'],
    ['a misspelt attribute before a PEM block', `# notafter=2026-01-01\n${pair.publicPem}`, 'cannot be read'],
    ['an attribute in words before a PEM block', `# not after: 2026-01-01\n${pair.publicPem}`, 'cannot be read'],
    ['a misspelt attribute', `${line} notafter=2026-01-01`, 'neither notBefore= nor notAfter='],
    ['a time that is no time before a PEM block', `# notAfter=never\n${pair.publicPem}`, 'is no time'],
  ])('with %s is refused', (_what, text, problem) => {
    expect(() => parseTrustedKeys(text)).toThrow(problem);
    expect(() => parseTrustedKeys(text)).toThrow(expect.objectContaining({ code: 'AUDIT_KEY_INVALID' }));
  });

  it('refuses every part and every change of the published verifier key', () => {
    const key = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    for (let begin = 0; begin < key.length; begin++) {
      for (let end = begin + 1; end <= key.length; end++) {
        const part = key.slice(begin, end);
        expect(part === key || isRefused(part)).toBe(true);
      }
      const next = String.fromCodePoint((key.codePointAt(begin) ?? 0) + 1);
      expect(isRefused(key.slice(0, begin) + next + key.slice(begin + 1))).toBe(true);
    }
  });
});

function isRefused(text: string): boolean {
  try {
    parseTrustedKeys(text);
    return false;
  } catch (error) {
    return (error as { code?: string }).code === 'AUDIT_KEY_INVALID';
  }
}
