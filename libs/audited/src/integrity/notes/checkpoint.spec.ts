import { EMPTY_ROOT } from '../tree/merkle-hash.js';
import { checkLogName, checkpointText, originOf, parseCheckpoint, type Checkpoint } from './checkpoint.js';
import { generateKeyPair, signerFromPem } from './note-signer.js';
import { signNote } from './signed-note.js';

/** The example of C2SP tlog-checkpoint. */
const PUBLISHED = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;
const ROOT = new Uint8Array(Buffer.from('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=', 'base64'));
const OURS: Checkpoint = { origin: 'a.example/main', size: 7, root: ROOT, time: '2026-11-22T02:00:00.000Z' };

describe('a checkpoint', () => {
  it('reads the published one, with its signature and without', () => {
    const expected = { origin: 'example.com/behind-the-sofa', size: 20_852_163, root: ROOT };
    expect(parseCheckpoint(PUBLISHED)).toStrictEqual(expected);
    expect(parseCheckpoint(PUBLISHED.split('\n\n')[0] + '\n')).toStrictEqual(expected);
    expect(checkpointText(expected)).toBe(PUBLISHED.split('\n\n')[0] + '\n');
  });

  it('says in one more line when it was signed', async () => {
    const text = checkpointText(OURS);
    expect(text).toBe(`a.example/main\n7\n${Buffer.from(ROOT).toString('base64')}\ntime 2026-11-22T02:00:00.000Z\n`);
    expect(parseCheckpoint(text)).toStrictEqual(OURS);
    const note = await signNote(text, OURS.origin, [signerFromPem(generateKeyPair().privatePem)]);
    expect(parseCheckpoint(note)).toStrictEqual(OURS);
  });

  it('of an empty chain has size 0 and the root of nothing', () => {
    const text = checkpointText({ origin: 'a/main', size: 0, root: EMPTY_ROOT });
    expect(text).toBe('a/main\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n');
    expect(parseCheckpoint(text).size).toBe(0);
  });

  it('ignores extension lines of others', () => {
    const { time: _time, ...without } = OURS;
    const text = checkpointText(without);
    expect(parseCheckpoint(`${text}something else\ntime 2026-11-22T02:00:00.000Z\n`)).toStrictEqual(OURS);
    for (const line of ['time 1679315147', 'time 2026-02-30T00:00:00.000Z', 'time 2026-11-22T02:00:00Z']) {
      expect(parseCheckpoint(`${text}${line}\n`)).toStrictEqual(without);
    }
  });

  it.each([
    ['nothing', ''],
    ['two lines', 'a/main\n7\n'],
    ['no line break at the end', checkpointText(OURS).slice(0, -1)],
    ['no origin', checkpointText(OURS).replace('a.example/main', '')],
    ['an empty extension line', checkpointText(OURS).replace('time', '\ntime')],
    ['a size with a leading zero', checkpointText(OURS).replace('\n7\n', '\n07\n')],
    ['a negative size', checkpointText(OURS).replace('\n7\n', '\n-7\n')],
    ['a size with a fraction', checkpointText(OURS).replace('\n7\n', '\n7.0\n')],
    ['a size in other digits', checkpointText(OURS).replace('\n7\n', '\n٧\n')],
    ['a size that numbers cannot count', checkpointText(OURS).replace('\n7\n', '\n9007199254740992\n')],
    ['a root of 31 bytes', checkpointText(OURS).replace(/\n[^\n]*=\n/, `\n${Buffer.alloc(31).toString('base64')}\n`)],
    ['a root in hex', checkpointText(OURS).replace(/\n[^\n]*=\n/, `\n${'ab'.repeat(32)}\n`)],
    ['no signature after the empty line', `${checkpointText(OURS)}\n`],
  ])('with %s is malformed', (_what, text) => {
    expect(() => parseCheckpoint(text)).toThrow(expect.objectContaining({ code: 'AUDIT_NOTE_MALFORMED' }));
  });

  it('is never made of what could not be read back', () => {
    for (const part of [
      { size: -1 },
      { size: 1.5 },
      { size: 2 ** 53 },
      { root: new Uint8Array(31) },
      { origin: '' },
      { origin: 'a\nb' },
      { time: 'a\n\nb' },
    ]) {
      expect(() => checkpointText({ ...OURS, ...part })).toThrow(
        expect.objectContaining({ code: 'AUDIT_NOTE_MALFORMED' }),
      );
    }
  });
});

describe('a log name', () => {
  it('with a chain is an origin', () => {
    expect(originOf(checkLogName('audit.example.com/billing'), 'main')).toBe('audit.example.com/billing/main');
  });

  it.each([[''], [' '], ['a b'], ['a+b'], ['/a'], ['a/'], ['a\nb'], ['a\u00a0b'], ['x'.repeat(201)], [undefined], [7]])(
    'may not be %j',
    (name) => {
      expect(() => checkLogName(name)).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID' }));
    },
  );
});
