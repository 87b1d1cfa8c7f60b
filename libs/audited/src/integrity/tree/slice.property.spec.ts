import fc from 'fast-check';
import { anEntry, hexOf, naiveRoot, TileShelf, withFlippedBit } from '../../testing/merkle-tree.fixture.js';
import { EMPTY_ROOT, leafHash, type Hash } from './merkle-hash.js';
import { sliceRoot } from './slice-check.js';
import type { LeafRange } from './slice-parts.js';
import { TileTree } from './tile-tree.js';

const LARGEST = 600;
const LEAVES = Array.from({ length: LARGEST }, (_, index) => leafHash(anEntry(index)));
const shelf = TileShelf.ofSize(LARGEST);

async function* streamOf(hashes: Iterable<Hash>): AsyncGenerator<Hash, void> {
  yield* hashes;
}

interface Slice {
  readonly size: number;
  readonly ranges: readonly LeafRange[];
  readonly leaves: readonly Hash[];
  readonly nodes: readonly Hash[];
}

const rootOf = ({ size, ranges, leaves, nodes }: Slice): Promise<Hash> =>
  sliceRoot(size, ranges, streamOf(leaves), streamOf(nodes));

/** What a verifier that does not believe it says: another root, or that it is malformed. */
const verdictOf = (slice: Slice): Promise<string> =>
  rootOf(slice).then(
    (root) => hexOf(root),
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

async function sliceOf(size: number, ranges: readonly LeafRange[]): Promise<Slice> {
  const leaves = ranges.flatMap(([begin, end]) => LEAVES.slice(begin, end));
  const nodes: Hash[] = [];
  for await (const node of new TileTree(size, shelf.read).sliceProof(ranges)) {
    nodes.push(node);
  }
  return { size, ranges, leaves, nodes };
}

const aSlice = fc
  .tuple(fc.oneof(fc.nat(LARGEST), fc.constantFrom(0, 1, 256, 257, 512)), fc.array(fc.nat(90), { maxLength: 14 }))
  .map(([size, steps]) => {
    // Lengths of what is left out and of what is selected, in turn.
    const ranges: LeafRange[] = [];
    let at = 0;
    for (const [index, step] of steps.entries()) {
      const end = Math.min(size, at + step);
      if (index % 2 === 1 && end > at) {
        ranges.push([at, end]);
      }
      at = end;
    }
    return { size, ranges };
  });

describe('a slice proof', () => {
  it('gives the root of the tree for every selection of leaves', async () => {
    await fc.assert(
      fc.asyncProperty(aSlice, async ({ size, ranges }) => {
        const slice = await sliceOf(size, ranges);
        expect(hexOf(await rootOf(slice))).toBe(hexOf(naiveRoot(LEAVES.slice(0, size))));
        expect(slice.nodes.length).toBeLessThanOrEqual((ranges.length + 1) * 2 * Math.ceil(Math.log2(size + 2)));
      }),
      { numRuns: 300 },
    );
  });

  it('of one leaf has the hashes of its inclusion proof', async () => {
    const [tree, index] = [new TileTree(509, shelf.read), 300];
    const { nodes } = await sliceOf(509, [[index, index + 1]]);
    const proof = await tree.inclusionProof(index);
    expect(nodes.map((hash) => hexOf(hash)).toSorted()).toStrictEqual(proof.map((hash) => hexOf(hash)).toSorted());
  });

  it('betrays any bit, leaf or node that is another, missing or too much', async () => {
    await fc.assert(
      fc.asyncProperty(aSlice, fc.nat(), fc.nat(255), async ({ size, ranges }, place, bit) => {
        const slice = await sliceOf(size, ranges);
        const root = hexOf(await rootOf(slice));
        for (const part of ['leaves', 'nodes'] as const) {
          const hashes = slice[part];
          const at = hashes.length === 0 ? 0 : place % hashes.length;
          const changed: (readonly Hash[])[] = [[...hashes, EMPTY_ROOT], hashes.toSpliced(at, 0, EMPTY_ROOT)];
          if (hashes.length > 0) {
            changed.push(hashes.toSpliced(at, 1), hashes.with(at, withFlippedBit(hashes[at]!, bit)));
          }
          for (const hashesOfPart of changed) {
            expect(await verdictOf({ ...slice, [part]: hashesOfPart })).not.toBe(root);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('betrays leaves that are claimed for another place', async () => {
    await fc.assert(
      fc.asyncProperty(aSlice, fc.nat(), fc.constantFrom(-1, 1), async ({ size, ranges }, place, shift) => {
        fc.pre(ranges.length > 0);
        const slice = await sliceOf(size, ranges);
        const at = place % ranges.length;
        const [begin, end] = ranges[at]!;
        const moved = ranges.with(at, [begin + shift, end + shift]);
        expect(await verdictOf({ ...slice, ranges: moved })).not.toBe(hexOf(await rootOf(slice)));
      }),
      { numRuns: 150 },
    );
  });

  it('refuses selections that no tree has', async () => {
    const bad: readonly (readonly LeafRange[])[] = [
      [[0, 11]],
      [[-1, 2]],
      [[3, 3]],
      [[4, 2]],
      [
        [4, 6],
        [5, 7],
      ],
      [
        [4, 6],
        [0, 2],
      ],
      [[0.5, 2]],
      [[0, NaN]],
    ];
    for (const ranges of bad) {
      expect(await verdictOf({ size: 10, ranges, leaves: [], nodes: [] })).toBe('AUDIT_PROOF_MALFORMED');
      await expect(sliceOf(10, ranges)).rejects.toMatchObject({ code: 'AUDIT_PROOF_MALFORMED' });
    }
    for (const size of [-1, 0.5, NaN, 2 ** 53]) {
      expect(await verdictOf({ size, ranges: [], leaves: [], nodes: [] })).toBe('AUDIT_PROOF_MALFORMED');
    }
    const short = { size: 1, ranges: [], leaves: [], nodes: [new Uint8Array(31)] };
    expect(await verdictOf(short)).toBe('AUDIT_PROOF_MALFORMED');
  });
});
