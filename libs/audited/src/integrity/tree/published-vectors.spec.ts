import { hexOf } from '../../testing/merkle-tree.fixture.js';
import {
  PUBLISHED_CONSISTENCIES,
  PUBLISHED_ENTRIES,
  PUBLISHED_INCLUSIONS,
  PUBLISHED_LEAVES,
  PUBLISHED_ROOTS as ROOTS,
} from '../../testing/published-vectors.fixture.js';
import { CompactRange } from './compact-range.js';
import { EMPTY_ROOT, leafHash, type Hash } from './merkle-hash.js';
import { verifyConsistency, verifyInclusion } from './proof-check.js';
import { TileTree } from './tile-tree.js';

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
const leaves: readonly Hash[] = PUBLISHED_ENTRIES.map((entry) => leafHash(bytes(entry)));
const treeOf = (size: number): TileTree =>
  new TileTree(size, () => Promise.resolve([{ level: 0, index: 0, hashes: Buffer.concat(leaves) }]));

describe('the published vectors of RFC 6962', () => {
  it('give the same leaf hashes and roots', async () => {
    expect(hexOf(EMPTY_ROOT)).toBe(ROOTS[0]);
    expect(leaves.map((leaf) => hexOf(leaf))).toStrictEqual(PUBLISHED_LEAVES);
    const range = CompactRange.empty();
    for (const [index, leaf] of leaves.entries()) {
      range.append(leaf);
      expect(hexOf(range.root())).toBe(ROOTS[index + 1]);
      expect(hexOf(await treeOf(index + 1).root())).toBe(ROOTS[index + 1]);
    }
  });

  it.each(PUBLISHED_INCLUSIONS)(
    'give the same inclusion proof of leaf %i in a tree of %i',
    async (index, size, proof) => {
      const made = await treeOf(size).inclusionProof(index);
      expect(made.map((hash) => hexOf(hash))).toStrictEqual(proof);
      const claim = { index, size, leaf: leaves[index]!, root: bytes(ROOTS[size]!) };
      expect(verifyInclusion({ ...claim, proof: proof.map((hash) => bytes(hash)) })).toBe(true);
    },
  );

  it.each(PUBLISHED_CONSISTENCIES)(
    'give the same consistency proof from a tree of %i to one of %i',
    async (from, to, proof) => {
      const made = await treeOf(to).consistencyProof(from);
      expect(made.map((hash) => hexOf(hash))).toStrictEqual(proof);
      const claim = { fromSize: from, toSize: to, fromRoot: bytes(ROOTS[from]!), toRoot: bytes(ROOTS[to]!) };
      expect(verifyConsistency({ ...claim, proof: proof.map((hash) => bytes(hash)) })).toBe(true);
    },
  );
});
