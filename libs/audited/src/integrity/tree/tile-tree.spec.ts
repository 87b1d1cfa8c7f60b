import { hexOf, TileShelf } from '../../testing/merkle-tree.fixture.js';
import { EMPTY_ROOT, leafHash } from './merkle-hash.js';
import type { ReadTiles, TileCoordinates } from './tile.js';
import { TileTree } from './tile-tree.js';

const SIZE = 70_000;
const shelf = TileShelf.ofSize(SIZE);

/** Counts what is read, to show that proofs do not read the tree. */
function counting(read: ReadTiles): { read: ReadTiles; asked: TileCoordinates[] } {
  const asked: TileCoordinates[] = [];
  return { asked, read: (wanted) => (asked.push(...wanted), read(wanted)) };
}

async function lengthOf(hashes: AsyncIterable<unknown>): Promise<number> {
  let length = 0;
  for await (const hash of hashes) {
    length += hash === undefined ? 0 : 1;
  }
  return length;
}

describe('a tree read from its tiles', () => {
  it('stores 70,000 leaves in the tiles that C2SP tlog-tiles names for that size', () => {
    const widths = [
      [0, 272],
      [0, 273],
      [0, 274],
      [1, 0],
      [1, 1],
      [1, 2],
      [2, 0],
      [3, 0],
    ].map(([level = 0, index = 0]) => shelf.widthOf({ level, index }));
    expect(widths).toStrictEqual([256, 112, 0, 256, 17, 0, 1, 0]);
  });

  it('of nothing has the root of nothing, empty proofs, and reads no tile', async () => {
    const { asked, read } = counting(shelf.read);
    const tree = new TileTree(0, read);
    expect(await tree.root()).toStrictEqual(EMPTY_ROOT);
    expect((await tree.frontier()).root()).toStrictEqual(EMPTY_ROOT);
    expect(await tree.consistencyProof(0)).toStrictEqual([]);
    expect(await lengthOf(tree.sliceProof([]))).toBe(0);
    expect(asked).toStrictEqual([]);
  });

  it('reads a handful of tiles for a proof, each once', async () => {
    const { asked, read } = counting(shelf.read);
    const tree = new TileTree(SIZE, read);
    expect(await tree.inclusionProof(12_345)).toHaveLength(17);
    expect(asked.length).toBeLessThanOrEqual(5);
    asked.length = 0;
    await tree.consistencyProof(12_345);
    expect(asked.length).toBeLessThanOrEqual(5);
  });

  it('proves thousands of scattered leaves without reading a tile twice', async () => {
    const { asked, read } = counting(shelf.read);
    const ranges = Array.from({ length: 7000 }, (_, place) => [place * 10, place * 10 + 1] as const);
    expect(await lengthOf(new TileTree(SIZE, read).sliceProof(ranges))).toBeGreaterThan(7000);
    const levelZero = asked.filter(({ level }) => level === 0).map(({ index }) => index);
    expect(levelZero).toHaveLength(new Set(levelZero).size);
  });

  it('says which tile is missing', async () => {
    const damaged = TileShelf.ofSize(1000);
    damaged.remove({ level: 0, index: 1 });
    const tree = new TileTree(1000, damaged.read);
    expect(hexOf(await tree.root())).toBe(hexOf(await new TileTree(1000, TileShelf.ofSize(1000).read).root()));
    await expect(tree.inclusionProof(300)).rejects.toMatchObject({ code: 'AUDIT_TREE_INCOMPLETE' });
    await expect(tree.inclusionProof(300)).rejects.toThrow('The tree of 1000 records lacks tile 1 of level 0.');
    await expect(new TileTree(1001, damaged.read).root()).rejects.toThrow('lacks tile 3 of level 0');
  });

  it('refuses leaves and sizes that it does not have', async () => {
    const tree = new TileTree(10, shelf.read);
    for (const index of [-1, 10, 0.5, NaN]) {
      await expect(tree.inclusionProof(index)).rejects.toMatchObject({ code: 'AUDIT_PROOF_MALFORMED' });
    }
    for (const size of [-1, 11, 0.5]) {
      await expect(tree.consistencyProof(size)).rejects.toMatchObject({ code: 'AUDIT_PROOF_MALFORMED' });
    }
    expect(() => new TileTree(-1, shelf.read)).toThrow('-1 is no tree size');
    expect(() => new TileTree(2 ** 53, shelf.read)).toThrow('is no tree size');
  });
});

describe('a leaf hash', () => {
  it('does not depend on what was hashed before, whatever the length', () => {
    const long = Buffer.alloc(32, 7);
    const short = Buffer.alloc(3, 1);
    const before = [hexOf(leafHash(short)), hexOf(leafHash(long))];
    leafHash(Buffer.alloc(32, 255));
    expect([hexOf(leafHash(short)), hexOf(leafHash(long))]).toStrictEqual(before);
  });
});
