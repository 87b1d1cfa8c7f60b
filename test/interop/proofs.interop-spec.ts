import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventProofText, proveEvent } from '../../libs/audited/src/custody/bundle/event-proof.js';
import { checkpointText } from '../../libs/audited/src/integrity/notes/checkpoint.js';
import { generateKeyPair, signerFromPem } from '../../libs/audited/src/integrity/notes/note-signer.js';
import { assembleNote, signNote, verifierKey } from '../../libs/audited/src/integrity/notes/signed-note.js';
import { signStatement, statementText } from '../../libs/audited/src/integrity/notes/statement-note.js';
import { Sealer } from '../../libs/audited/src/integrity/sealer.js';
import { TileTree } from '../../libs/audited/src/integrity/tree/tile-tree.js';
import { TreeGrowth } from '../../libs/audited/src/integrity/tree/tree-growth.js';
import { anAppendableEvent } from '../../libs/audited/src/testing/audit-event.fixture.js';
import { MemoryCustody } from '../../libs/audited/src/testing/memory.custody-store.js';
import { anEntry, hexOf, TileShelf, withFlippedBit } from '../../libs/audited/src/testing/merkle-tree.fixture.js';
import {
  PUBLISHED_CONSISTENCIES,
  PUBLISHED_ENTRIES,
  PUBLISHED_INCLUSIONS,
  PUBLISHED_LEAVES,
  PUBLISHED_NOTE,
  PUBLISHED_ROOTS,
  PUBLISHED_SIGNATURES,
} from '../../libs/audited/src/testing/published-vectors.fixture.js';
import { leafHash } from '../../libs/audited/src/integrity/tree/merkle-hash.js';

const PROGRAM = fileURLToPath(new URL('./verify_proof.py', import.meta.url));
const isThere = spawnSync('python3', ['--version']).status === 0;
if (!isThere) {
  console.log('skipped: there is no python3 on this machine');
}

type Claim = Readonly<Record<string, unknown>>;

function verdictsOf(input: string): { status: number | null; verdicts: string[]; stderr: string } {
  const { status, stdout, stderr } = spawnSync('python3', [PROGRAM], { encoding: 'utf8', input, maxBuffer: 2 ** 26 });
  return { status, verdicts: stdout.trimEnd().split('\n'), stderr };
}

function verify(claims: readonly Claim[]): string[] {
  const { verdicts, stderr } = verdictsOf(JSON.stringify(claims));
  expect(stderr).toBe('');
  expect(verdicts).toHaveLength(claims.length);
  return verdicts;
}

/** Claims that the program believes though nothing of them is true, and none that is true. */
const believed = (claims: readonly Claim[]): Claim[] => {
  const verdicts = verify(claims);
  return claims.filter((_, index) => verdicts[index] === 'ok');
};
const refused = (claims: readonly Claim[]): string[] => verify(claims).filter((verdict) => verdict !== 'ok');

const SIZES = [1, 2, 3, 7, 8, 255, 256, 257, 300, 511, 512, 513, 600];
const LARGEST = SIZES.at(-1) ?? 0;
const ORIGIN = 'audit.example.com/billing/main';
const shelf = TileShelf.ofSize(LARGEST);
const treeOf = (size: number): TileTree => new TileTree(size, shelf.read);
const leafAt = (index: number): string => hexOf(leafHash(anEntry(index)));
const rootAt = async (size: number): Promise<string> => hexOf(await treeOf(size).root());
const pair = generateKeyPair();
const signer = signerFromPem(pair.privatePem);
const keys = [verifierKey(ORIGIN, pair.publicKey)];

function published(): Claim[] {
  const { text, peter, enoch } = PUBLISHED_NOTE;
  const note = assembleNote(text, [peter.line, enoch.line]);
  return [
    ...PUBLISHED_ROOTS.map((root, size) => ({ kind: 'tree', entries: PUBLISHED_ENTRIES.slice(0, size), root })),
    ...PUBLISHED_INCLUSIONS.map(([index, size, proof]) => {
      return { kind: 'inclusion', index, size, leaf: PUBLISHED_LEAVES[index], proof, root: PUBLISHED_ROOTS[size] };
    }),
    ...PUBLISHED_CONSISTENCIES.map(([fromSize, toSize, proof]) => {
      const [fromRoot, toRoot] = [PUBLISHED_ROOTS[fromSize], PUBLISHED_ROOTS[toSize]];
      return { kind: 'consistency', fromSize, toSize, fromRoot, toRoot, proof };
    }),
    ...PUBLISHED_SIGNATURES.map((vector) => ({ kind: 'signature', ...vector })),
    ...[[peter.key], [enoch.key], [peter.key, enoch.key]].map((known) => ({ kind: 'note', note, keys: known })),
  ];
}

async function inclusions(): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const size of SIZES) {
    for (const index of new Set([0, Math.floor(size / 3), Math.floor(size / 2), size - 1])) {
      const proof = (await treeOf(size).inclusionProof(index)).map((hash) => hexOf(hash));
      claims.push({ kind: 'inclusion', index, size, leaf: leafAt(index), proof, root: await rootAt(size) });
    }
  }
  return claims;
}

async function consistencies(): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const toSize of SIZES) {
    for (const fromSize of [0, ...SIZES].filter((size) => size <= toSize)) {
      const proof = (await treeOf(toSize).consistencyProof(fromSize)).map((hash) => hexOf(hash));
      const roots = { fromRoot: await rootAt(fromSize), toRoot: await rootAt(toSize) };
      claims.push({ kind: 'consistency', fromSize, toSize, ...roots, proof });
    }
  }
  return claims;
}

async function slices(): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const size of SIZES) {
    const every = (step: number): [number, number][] =>
      Array.from({ length: Math.ceil(size / step) }, (_, place) => [place * step, place * step + 1]);
    const middle: [number, number] = [Math.floor(size / 4), Math.ceil((size * 3) / 4)];
    for (const ranges of [[], [[0, size]], [middle], every(3), every(7)] as [number, number][][]) {
      const nodes: string[] = [];
      for await (const node of treeOf(size).sliceProof(ranges)) {
        nodes.push(hexOf(node));
      }
      const leaves = ranges.flatMap(([begin, end]) =>
        Array.from({ length: end - begin }, (_, offset) => leafAt(begin + offset)),
      );
      claims.push({ kind: 'slice', size, ranges, leaves, nodes, root: await rootAt(size) });
    }
  }
  return claims;
}

const flippedHex = (hex: string): string => hexOf(withFlippedBit(Buffer.from(hex, 'hex'), 77));

/** One hash of each list and each hash with a bit turned round, a list with one too few and one too many. */
function tampered(claim: Claim): Claim[] {
  return Object.entries(claim).flatMap(([name, value]): Claim[] => {
    if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) {
      // The empty tree is the beginning of every tree: there the newer root is not looked at.
      return name === 'toRoot' && claim['fromSize'] === 0 ? [] : [{ ...claim, [name]: flippedHex(value) }];
    }
    if (!Array.isArray(value) || name === 'ranges') {
      return [];
    }
    const hashes = value as readonly string[];
    const place = Math.floor(hashes.length / 2);
    const wrong = [[...hashes, leafAt(0)]];
    if (hashes.length > 0) {
      wrong.push(hashes.slice(1), hashes.with(place, flippedHex(hashes[place]!)));
    }
    return wrong.map((list) => ({ ...claim, [name]: list }));
  });
}

(isThere ? describe : describe.skip)('a verifier of proofs in the standard library of Python', () => {
  it('agrees with what RFC 6962, RFC 8032 and C2SP publish', () => {
    const claims = published();
    expect(claims).toHaveLength(30);
    expect(refused(claims)).toStrictEqual([]);
  });

  it('computes the roots of our trees from their entries', async () => {
    const claims: Claim[] = [];
    const growth = TreeGrowth.empty();
    const entries: string[] = [];
    for (const size of [0, ...SIZES]) {
      while (growth.size < size) {
        entries.push(hexOf(anEntry(growth.size)));
        growth.append(anEntry(growth.size));
      }
      expect(hexOf(growth.root())).toBe(await rootAt(size));
      claims.push({ kind: 'tree', entries: [...entries], root: hexOf(growth.root()) });
    }
    expect(refused(claims)).toStrictEqual([]);
  });

  it.each([
    ['inclusion', inclusions],
    ['consistency', consistencies],
    ['slice', slices],
  ])('accepts our proofs of %s, and none that was tampered with', async (_kind, proofs) => {
    const claims = await proofs();
    expect(refused(claims)).toStrictEqual([]);
    expect(believed(claims.flatMap((claim) => tampered(claim)))).toStrictEqual([]);
  });

  it('does not accept a leaf at another place, or leaves of another selection', async () => {
    const moved = (await inclusions())
      .filter(({ size }) => size !== 1)
      .map((claim) => ({ ...claim, index: Number(claim['index']) ^ 1 }));
    const shifted = (await slices())
      .map((claim) => ({ ...claim, ranges: claim['ranges'] as [number, number][] }))
      .filter(({ ranges }) => ranges.length > 1)
      .map((claim) => ({ ...claim, ranges: claim.ranges.map(([begin, end]) => [begin + 1, end + 1]) }));
    expect(believed([...moved, ...shifted])).toStrictEqual([]);
  });

  it('accepts our checkpoints and statements, and none that was changed, forged or is of another log', async () => {
    const [size, root] = [300, await rootAt(300)];
    const text = checkpointText({
      origin: ORIGIN,
      size,
      root: Buffer.from(root, 'hex'),
      time: '2026-11-22T02:00:00.000Z',
    });
    const stranger = signerFromPem(generateKeyPair().privatePem);
    const note = await signNote(text, ORIGIN, [stranger, signer]);
    const good = { kind: 'checkpoint', note, keys, origin: ORIGIN, size, root };
    const { statement, signatures = [] } = await signStatement(
      { kind: 'erasure', origin: ORIGIN, chain: 'main', at: '2026-11-22T02:00:00.000Z', positions: '1-5,9' },
      [signer],
    );
    const stated = { kind: 'note', note: assembleNote(statementText(statement), signatures), keys };
    expect(verify([good, stated])).toStrictEqual(['ok', 'ok']);

    const wrong = [
      { ...good, size: size + 1 },
      { ...good, root: flippedHex(root) },
      { ...good, origin: 'audit.example.com/billing/other' },
      { ...good, note: note.replace('\n300\n', '\n301\n') },
      { ...good, note: note.replace('time 2026', 'time 2027') },
      { ...good, keys: [verifierKey(ORIGIN, generateKeyPair().publicKey)] },
      { ...good, keys: [verifierKey('audit.example.com/billing/other', pair.publicKey)] },
      { ...good, keys: [] },
      { ...good, note: text },
      { ...good, note: note.replace('—', '-') },
      { ...stated, note: stated.note.replace('1-5', '1-6') },
      { ...stated, note: stated.note.replace('erasure/v1', 'prune/v1') },
    ];
    expect(believed(wrong)).toStrictEqual([]);
  });

  it('accepts the proof of an event that we would mail, with its personal part and without', async () => {
    const custody = new MemoryCustody();
    const people = { '/actor/email': 'zoë@example.com' };
    await custody.append(
      'main',
      Array.from({ length: 300 }, (_, index) => anAppendableEvent({ action: `Step “${index}”` }, people)),
    );
    const growth = TreeGrowth.empty();
    for (const { seal } of custody.rows('main')) {
      growth.append(Buffer.from(seal.hash, 'hex'));
    }
    const time = '2026-11-22T02:00:00.000Z';
    const text = checkpointText({ origin: ORIGIN, size: growth.size, root: growth.root(), time });
    const note = await signNote(text, ORIGIN, [signer]);
    const stored = { chain: 'main', size: growth.size, root: hexOf(growth.root()), signedAt: time, note };
    await custody.save('main', growth.takeChangedTiles(), stored);

    const { seal, body } = custody.rows('main')[123]!;
    const { id } = JSON.parse(body) as { id: string };
    const reader = { get: () => Promise.resolve({ event: JSON.parse(body), seal }) } as never;
    const proofOf = async (withPersonal: boolean): Promise<Record<string, unknown>> =>
      JSON.parse(eventProofText(await proveEvent({ reader, source: custody }, id, { withPersonal }))) as Record<
        string,
        unknown
      >;
    const [bare, whole] = [await proofOf(false), await proofOf(true)];
    expect(Object.keys(whole)).toStrictEqual(expect.arrayContaining(['personal', 'salt']));
    expect(verify([bare, whole].map((proof) => ({ kind: 'event', proof, keys })))).toStrictEqual(['ok', 'ok']);

    const wrong = [
      { ...bare, body: body.replace('Step', 'Stop') },
      { ...bare, seal: { ...seal, position: 125 } },
      { ...bare, seal: { ...seal, previousHash: flippedHex(seal.previousHash) } },
      { ...bare, seal: { ...seal, hash: flippedHex(seal.hash) } },
      { ...bare, inclusion: { ...(bare['inclusion'] as object), index: 122 } },
      { ...bare, inclusion: { ...(bare['inclusion'] as object), hashes: [] } },
      { ...whole, personal: '{"/actor/email":"eve@example.com"}' },
      { ...whole, salt: '00'.repeat(16) },
      { ...bare, checkpoint: note.replace('\n300\n', '\n301\n') },
      {},
    ];
    expect(believed(wrong.map((proof) => ({ kind: 'event', proof, keys })))).toStrictEqual([]);
  });

  it('accepts the proof of an event with a keyed seal, without the key', async () => {
    const sealer = new Sealer({ current: 'k1', keys: [{ id: 'k1', secret: Buffer.alloc(32, 7) }] });
    const place = { chain: 'main', position: 1, previousHash: '0'.repeat(64) };
    const { body } = anAppendableEvent();
    const seal = { ...place, ...sealer.seal(place, body) };
    const growth = TreeGrowth.empty();
    growth.append(Buffer.from(seal.hash, 'hex'));
    const checkpoint = await signNote(checkpointText({ origin: ORIGIN, size: 1, root: growth.root() }), ORIGIN, [
      signer,
    ]);
    const proof = { format: 'audited-proof/1', seal, body, checkpoint, inclusion: { index: 0, size: 1, hashes: [] } };
    const otherMac = { ...proof, seal: { ...seal, mac: seal.mac?.replace('k1', 'k2') } };
    expect(
      verify([
        { kind: 'event', proof, keys },
        { kind: 'event', proof: otherMac, keys },
      ]),
    ).toStrictEqual(['ok', 'no: the record does not have its hash']);
  });

  it('verifies the signatures that we make, and none with a bit turned round', async () => {
    const claims: Claim[] = [];
    for (const length of [0, 1, 64, 300]) {
      const message = Buffer.alloc(length, length);
      const signature = hexOf(await signer.sign(message));
      claims.push({ kind: 'signature', publicKey: hexOf(pair.publicKey), message: message.toString('hex'), signature });
    }
    expect(refused(claims)).toStrictEqual([]);
    const wrong = claims.flatMap((claim) =>
      [5, 250, 300, 505].flatMap((bit) => [
        { ...claim, signature: hexOf(withFlippedBit(Buffer.from(String(claim['signature']), 'hex'), bit)) },
        { ...claim, publicKey: hexOf(withFlippedBit(pair.publicKey, bit)) },
        { ...claim, message: `${String(claim['message'])}00` },
      ]),
    );
    expect(believed(wrong)).toStrictEqual([]);
  });

  it('answers nonsense with a sentence', () => {
    for (const input of ['', '{}', 'nonsense', '\u0000']) {
      expect(verdictsOf(input)).toMatchObject({ status: 2, stderr: 'the input is no JSON array of claims\n' });
    }
    const nonsense: unknown[] = [
      null,
      1,
      {},
      { kind: 'slice' },
      { kind: 'inclusion', index: -1, size: 1.5, proof: 'x' },
    ];
    for (const verdict of verify(nonsense as Claim[])) {
      expect(verdict).toMatch(/^no: /);
    }
  });
});
