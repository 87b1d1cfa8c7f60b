import { NoteMalformedError } from '../../event/proof.error.js';
import { PUBLISHED_NOTE } from '../../testing/published-vectors.fixture.js';
import { judgeSignatures, parseTrustedKeys } from './key-ring.js';
import { generateKeyPair, signerFromPem, type NoteSigner } from './note-signer.js';
import { assembleNote, keyId, MAX_SIGNATURES, parseNote, signNote, verifierKey } from './signed-note.js';

const { text: TEXT, peter, enoch } = PUBLISHED_NOTE;
const NOTE = assembleNote(TEXT, [peter.line]);

function pemOfSeed(seed: string): string {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'hex')]);
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}

const problemOf = (note: string): string => {
  try {
    parseNote(note);
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(NoteMalformedError);
    return (error as NoteMalformedError).problem;
  }
};

describe('a signed note', () => {
  it('is the published one, byte by byte, when it is signed with the published key', async () => {
    expect(await signNote(TEXT, 'PeterNeumann', [signerFromPem(pemOfSeed(peter.seed))])).toBe(NOTE);
  });

  it('that was published verifies with the published keys', () => {
    for (const [name, key] of [
      ['PeterNeumann', peter.key],
      ['EnochRoot', enoch.key],
    ] as const) {
      const keys = parseTrustedKeys(key);
      const note = parseNote(assembleNote(TEXT, [peter.line, enoch.line]));
      expect(judgeSignatures(note, name, keys)).toStrictEqual({ state: 'trusted', publicKeys: [keys[0]!.publicKey] });
    }
  });

  it('names its key as the published verifier key does', () => {
    const [{ publicKey } = { publicKey: new Uint8Array() }] = parseTrustedKeys(peter.key);
    expect(verifierKey('PeterNeumann', publicKey)).toBe(peter.key);
    expect(keyId('PeterNeumann', publicKey)).toBe('c74f20a3');
    expect(parseNote(NOTE).signatures[0]).toMatchObject({ name: 'PeterNeumann', keyId: 'c74f20a3', line: peter.line });
  });

  it('takes the examples of the C2SP specification apart', () => {
    const poem = 'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n';
    const line =
      '— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=';
    const { text, signatures } = parseNote(assembleNote(poem, [line]));
    expect(text).toBe(poem);
    expect(signatures).toMatchObject([{ name: 'quasimodo.example/salvatore', keyId: '367ba04b' }]);
    expect(signatures[0]!.signature).toHaveLength(64);
  });

  it('carries the lines of all signers, in their order', async () => {
    const [first, second] = [generateKeyPair(), generateKeyPair()].map(({ privatePem }) => signerFromPem(privatePem));
    const note = await signNote('a\n\nb\n', 'log', [first!, second!]);
    expect(parseNote(note).text).toBe('a\n\nb\n');
    expect(parseNote(note).signatures.map(({ keyId: id }) => id)).toStrictEqual([
      keyId('log', first!.publicKey),
      keyId('log', second!.publicKey),
    ]);
  });

  it('may end its text with empty lines', async () => {
    const note = await signNote('a\n\n\n', 'log', [signerFromPem(generateKeyPair().privatePem)]);
    expect(parseNote(note).text).toBe('a\n\n\n');
  });

  it('may have as many signatures as the specification demands, and a hundred', () => {
    const lines = Array.from({ length: MAX_SIGNATURES }, () => peter.line);
    expect(parseNote(assembleNote(TEXT, lines)).signatures).toHaveLength(MAX_SIGNATURES);
    expect(problemOf(assembleNote(TEXT, [...lines, peter.line]))).toContain('more than 100 signatures');
  });

  it.each([
    ['nothing', '', 'no empty line'],
    ['only text', TEXT, 'no empty line'],
    ['no signature', `${TEXT}\n`, 'no signature'],
    ['no line break at its end', NOTE.slice(0, -1), 'does not end with a line break'],
    ['a control character', `\u0001${NOTE}`, 'control character'],
    ['line breaks of Windows', NOTE.replaceAll('\n', '\r\n'), 'no empty line'],
    ['a tab', NOTE.replace(' ', '\t'), 'control character'],
    ['half of a surrogate pair', `\ud800${NOTE}`, 'surrogate'],
    ['a line that is no signature', `${NOTE}Unexpected line.\n`, 'is no signature'],
    ['an ASCII dash', NOTE.replace('—', '-'), 'is no signature'],
    ['a name with a space', NOTE.replace('PeterNeumann', 'Bad Name'), 'is no signature'],
    ['a name with a no-break space', NOTE.replace('PeterNeumann', 'Bad\u00a0Name'), 'is no signature'],
    ['a name with a plus', NOTE.replace('PeterNeumann', 'a+b'), 'is no signature'],
    ['no name', NOTE.replace('PeterNeumann', ''), 'is no signature'],
    ['base64 that is none', NOTE.replace('x08go', 'x08g*'), 'is no signature'],
    ['base64 for URLs', NOTE.replace('go/', 'go_'), 'is no signature'],
    ['base64 with other unused bits', NOTE.replace('nAM=', 'nAN='), 'is no signature'],
    ['base64 without padding', NOTE.replace('nAM=', 'nAM'), 'is no signature'],
    ['a key id without signature', assembleNote(TEXT, ['— PeterNeumann x08gow==']), 'is no signature'],
    ['more than a million characters', 'x'.repeat(1_000_001), 'at most 1000000 characters'],
  ])('with %s is malformed', (_what, note, problem) => {
    expect(problemOf(note)).toContain(problem);
  });

  it('is not made of a text, a name or a signer that cannot stand in one', async () => {
    const signer = signerFromPem(generateKeyPair().privatePem);
    const malformed = { code: 'AUDIT_NOTE_MALFORMED' };
    await expect(signNote('no line break', 'log', [signer])).rejects.toMatchObject(malformed);
    await expect(signNote('a\tb\n', 'log', [signer])).rejects.toMatchObject(malformed);
    for (const name of ['', 'a b', 'a+b', 'a\u2003b', 'a\nb', '\udc00']) {
      await expect(signNote('a\n', name, [signer])).rejects.toMatchObject(malformed);
      expect(() => verifierKey(name, signer.publicKey)).toThrow(NoteMalformedError);
    }
    await expect(signNote('a\n', 'log', [])).rejects.toMatchObject({ code: 'AUDIT_KEY_INVALID' });
  });

  it('is not published when a key service answers with what does not verify', async () => {
    const { publicKey } = generateKeyPair();
    const wrong: NoteSigner = { ...signerFromPem(generateKeyPair().privatePem), publicKey };
    const short: NoteSigner = { publicKey, sign: () => Promise.resolve(new Uint8Array(3)) };
    const down: NoteSigner = { publicKey, sign: () => Promise.reject(new Error('the key service is down')) };
    await expect(signNote('a\n', 'log', [wrong])).rejects.toMatchObject({ code: 'AUDIT_KEY_INVALID' });
    await expect(signNote('a\n', 'log', [short])).rejects.toMatchObject({ code: 'AUDIT_KEY_INVALID' });
    await expect(signNote('a\n', 'log', [down])).rejects.toThrow('the key service is down');
  });
});
