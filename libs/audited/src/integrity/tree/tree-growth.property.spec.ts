import fc from 'fast-check';
import { anEntry, hexOf, naiveRoot, TileShelf } from '../../testing/merkle-tree.fixture.js';
import { CompactRange } from './compact-range.js';
import { leafHash } from './merkle-hash.js';
import { TILE_WIDTH, tileWidth } from './tile.js';
import { TreeGrowth } from './tree-growth.js';

const LEAVES = Array.from({ length: 1400 }, (_, index) => leafHash(anEntry(index)));
/** Sizes on both sides of one and of two tiles come up as often as all others. */
const aSize = fc.oneof(fc.nat(600), fc.constantFrom(0, 1, 255, 256, 257, 511, 512, 513));

describe('a tree of any size', () => {
  it('has the root that RFC 6962 defines, as a growing tree and as a compact range', () => {
    fc.assert(
      fc.property(aSize, (size) => {
        const growth = TreeGrowth.empty();
        const range = CompactRange.empty();
        for (let index = 0; index < size; index++) {
          growth.append(anEntry(index));
          range.append(leafHash(anEntry(index)));
        }
        const root = hexOf(naiveRoot(LEAVES.slice(0, size)));
        expect([growth.size, hexOf(growth.root()), hexOf(range.root())]).toStrictEqual([size, root, root]);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on from its stored tiles wherever it stopped, and every tile only gets wider', async () => {
    const steps = fc.array(fc.oneof(fc.nat(40), fc.nat(400)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (counts, isReloaded) => {
        const shelf = new TileShelf();
        let growth = await TreeGrowth.load(0, shelf.read);
        for (const count of counts) {
          const end = Math.min(growth.size + count, LEAVES.length);
          while (growth.size < end) {
            growth.append(anEntry(growth.size));
          }
          for (const tile of growth.takeChangedTiles()) {
            expect(tileWidth(tile)).toBeGreaterThan(shelf.widthOf(tile));
            expect(tileWidth(tile)).toBeLessThanOrEqual(TILE_WIDTH);
            shelf.put(tile);
          }
          growth = isReloaded ? await TreeGrowth.load(end, shelf.read) : growth;
          expect(hexOf(growth.root())).toBe(hexOf(naiveRoot(LEAVES.slice(0, end))));
          expect(growth.takeChangedTiles()).toStrictEqual([]);
        }
        // C2SP tlog-tiles: the tile at level l has floor(s / 256^l) mod 256 hashes, the full ones 256.
        const { size } = growth;
        for (const [level, width] of [size, Math.floor(size / TILE_WIDTH)].entries()) {
          for (let index = 0; index * TILE_WIDTH < width; index++) {
            expect(shelf.widthOf({ level, index })).toBe(Math.min(TILE_WIDTH, width - index * TILE_WIDTH));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('goes on from tiles that another process made wider since', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(600), fc.nat(300), async (from, more) => {
        const shelf = TileShelf.ofSize(from + more);
        const growth = await TreeGrowth.load(from, shelf.read);
        expect(hexOf(growth.root())).toBe(hexOf(naiveRoot(LEAVES.slice(0, from))));
        while (growth.size < from + more) {
          growth.append(anEntry(growth.size));
        }
        expect(hexOf(growth.root())).toBe(hexOf(naiveRoot(LEAVES.slice(0, from + more))));
      }),
      { numRuns: 60 },
    );
  });

  it('does not begin on a tile that is missing or too narrow', async () => {
    const shelf = TileShelf.ofSize(700);
    await expect(TreeGrowth.load(701, shelf.read)).rejects.toMatchObject({ code: 'AUDIT_TREE_INCOMPLETE' });
    await expect(TreeGrowth.load(70_000, shelf.read)).rejects.toThrow(
      /tree of 70000 records lacks tile 273 of level 0/,
    );
  });
});
