import fc from 'fast-check';
import { anEntry, hexOf, naiveRoot, TileShelf, withFlippedBit } from '../../testing/merkle-tree.fixture.js';
import { EMPTY_ROOT, leafHash, nodeHash, type Hash } from './merkle-hash.js';
import { inclusionRoot, verifyConsistency, verifyInclusion, type InclusionProof } from './proof-check.js';
import { TILE_WIDTH, type ReadTiles } from './tile.js';
import { TileTree } from './tile-tree.js';

const LARGEST = 600;
const LEAVES = Array.from({ length: LARGEST }, (_, index) => leafHash(anEntry(index)));
const shelf = TileShelf.ofSize(LARGEST);
const roots = Array.from({ length: LARGEST + 1 }, (_, size) => naiveRoot(LEAVES.slice(0, size)));

const treeOf = (size: number): TileTree => new TileTree(size, shelf.read);
const aSize = fc.oneof(fc.integer({ min: 1, max: LARGEST }), fc.constantFrom(1, 2, 255, 256, 257, 511, 512, 513));
const indexAndSize = aSize.chain((size) => fc.tuple(fc.nat(size - 1), fc.constant(size)));
const twoSizes = aSize.chain((to) => fc.tuple(fc.nat(to), fc.constant(to)));
const aBit = fc.nat(255);

/** The number with one of its lowest 11 bits turned round: every size and index here has no more. */
const flipped = (value: number, bit: number): number => value ^ (1 << (bit % 11));

/** Everything that is in a claim, with one bit turned round, each in turn. */
function mutationsOf<Claim extends object>(claim: Claim, bit: number): Claim[] {
  return Object.entries(claim).flatMap(([name, value]: [string, unknown]): Claim[] => {
    if (typeof value === 'number') {
      return [{ ...claim, [name]: flipped(value, bit) }];
    }
    if (value instanceof Uint8Array) {
      return [{ ...claim, [name]: withFlippedBit(value, bit) }];
    }
    const hashes = value as readonly Hash[];
    return [
      ...hashes.map((hash, index) => ({ ...claim, [name]: hashes.with(index, withFlippedBit(hash, bit)) })),
      ...hashes.map((_, index) => ({ ...claim, [name]: hashes.toSpliced(index, 1) })),
      { ...claim, [name]: [...hashes, EMPTY_ROOT] },
    ];
  });
}

/** A checkpoint says size and root together: whoever changes the size gets the root of that size. */
const rootOf = (size: number): Hash => roots[size] ?? EMPTY_ROOT;

describe('an inclusion proof', () => {
  it('verifies for every leaf of every size, and no bit of it may be another', async () => {
    await fc.assert(
      fc.asyncProperty(indexAndSize, aBit, async ([index, size], bit) => {
        const proof = await treeOf(size).inclusionProof(index);
        const claim = { index, size, leaf: LEAVES[index]!, proof, root: rootOf(size) };
        expect(verifyInclusion(claim)).toBe(true);
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
        for (const changed of mutationsOf(claim, bit)) {
          const root = changed.size === size ? changed.root : rootOf(changed.size);
          expect(verifyInclusion({ ...changed, root })).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of nonsense is refused without an exception', () => {
    const hash = LEAVES[0]!;
    const base = { index: 0, size: 1, leaf: hash, proof: [] };
    const nonsense: readonly Partial<InclusionProof>[] = [
      { size: 0 },
      { index: -1 },
      { index: 1 },
      { index: 0.5 },
      { size: Infinity },
      { size: NaN },
      { size: 2 ** 53 },
      { leaf: hash.subarray(1) },
      { proof: [new Uint8Array()] },
      { proof: [hash] },
    ];
    expect(inclusionRoot(base)).toStrictEqual(hash);
    expect(nonsense.map((part) => inclusionRoot({ ...base, ...part }))).toStrictEqual(nonsense.map(() => undefined));
  });
});

describe('a consistency proof', () => {
  it('verifies between any two sizes, and no bit of it may be another', async () => {
    await fc.assert(
      fc.asyncProperty(twoSizes, aBit, async ([fromSize, toSize], bit) => {
        const proof = await treeOf(toSize).consistencyProof(fromSize);
        const claim = { fromSize, toSize, fromRoot: rootOf(fromSize), toRoot: rootOf(toSize), proof };
        expect(verifyConsistency(claim)).toBe(true);
        for (const changed of mutationsOf(claim, bit)) {
          const isOtherSize = changed.fromSize !== fromSize || changed.toSize !== toSize;
          const fromRoot = isOtherSize ? rootOf(changed.fromSize) : changed.fromRoot;
          const toRoot = isOtherSize ? rootOf(changed.toSize) : changed.toRoot;
          // True claims that need no proof: a tree continues the empty one and itself.
          const isFromNothing = changed.fromSize === 0 && hexOf(fromRoot) === hexOf(EMPTY_ROOT) && changed.toSize > 0;
          const isItself = isOtherSize && changed.fromSize === changed.toSize;
          const isTrue = changed.proof.length === 0 && (isFromNothing || isItself);
          if (isTrue) {
            continue;
          }
          expect(verifyConsistency({ ...changed, fromRoot, toRoot })).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('does not verify a history that was rewritten, wherever', async () => {
    await fc.assert(
      fc.asyncProperty(twoSizes, fc.nat(), async ([fromSize, toSize], place) => {
        fc.pre(fromSize > 0);
        const rewritten = LEAVES.slice(0, toSize).with(place % fromSize, leafHash(anEntry(-1)));
        const proof = await treeOf(toSize).consistencyProof(fromSize);
        const claim = { fromSize, toSize, proof, toRoot: rootOf(toSize) };
        expect(verifyConsistency({ ...claim, fromRoot: naiveRoot(rewritten.slice(0, fromSize)) })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('of nonsense is refused without an exception', () => {
    const root = rootOf(1);
    const base = { fromSize: 1, toSize: 1, fromRoot: root, toRoot: root, proof: [] };
    expect(verifyConsistency(base)).toBe(true);
    for (const part of [
      { fromSize: 2 },
      { fromSize: -1 },
      { fromSize: 0 },
      { toSize: NaN },
      { fromSize: 0.5 },
      { proof: [root] },
      { toSize: 2 },
      { fromRoot: new Uint8Array(31) },
      { fromSize: 0, toSize: 0 },
    ]) {
      expect(verifyConsistency({ ...base, ...part })).toBe(false);
    }
  });
});

describe('a tree of up to 2^53 - 1 leaves that are all alike', () => {
  const alike = [leafHash(anEntry(0))];
  const heights = Array.from({ length: 53 }, (_, height) => {
    const below = alike[height]!;
    alike.push(nodeHash(below, below));
    return below;
  });
  /** Every complete subtree of a height is the same, so every tile of a level is. */
  const read: ReadTiles = (wanted) =>
    Promise.resolve(
      wanted.map(({ level, index }) => ({
        level,
        index,
        hashes: Buffer.concat(Array.from({ length: TILE_WIDTH }, () => heights[level * 8]!)),
      })),
    );
  const rootOfAlike = (size: number): Hash => {
    const split = 2 ** Math.floor(Math.log2(size));
    const height = Math.log2(split);
    return split === size ? heights[height]! : nodeHash(heights[height]!, rootOfAlike(size - split));
  };
  const aLargeSize = fc.oneof(
    fc.integer({ min: 1, max: 2 ** 20 }),
    fc.integer({ min: 2 ** 31, max: 2 ** 33 }),
    fc.integer({ min: 2 ** 40, max: 2 ** 47 }),
  );

  it('has roots and proofs that verify', async () => {
    await fc.assert(
      fc.asyncProperty(aLargeSize, fc.double({ min: 0, max: 0.999, noNaN: true }), async (size, share) => {
        const tree = new TileTree(size, read);
        const index = Math.floor(size * share);
        const root = await tree.root();
        expect(hexOf(root)).toBe(hexOf(rootOfAlike(size)));
        expect(hexOf((await tree.frontier()).root())).toBe(hexOf(root));
        const proof = await tree.inclusionProof(index);
        expect(verifyInclusion({ index, size, leaf: heights[0]!, proof, root })).toBe(true);
        const fromSize = Math.max(1, index);
        const consistency = await tree.consistencyProof(fromSize);
        const claim = { fromSize, toSize: size, fromRoot: rootOfAlike(fromSize), toRoot: root };
        expect(verifyConsistency({ ...claim, proof: consistency })).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('works at the largest size that a number can count exactly', async () => {
    const size = Number.MAX_SAFE_INTEGER;
    const tree = new TileTree(size, read);
    const root = await tree.root();
    for (const index of [0, 2 ** 52, size - 1]) {
      const proof = await tree.inclusionProof(index);
      expect(verifyInclusion({ index, size, leaf: heights[0]!, proof, root })).toBe(true);
    }
  });
});
