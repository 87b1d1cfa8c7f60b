import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict';
import { MAIN_CHAIN } from '../event/audit-record.js';
import { HASH_BYTES } from '../integrity/tree/merkle-hash.js';
import type { Tile } from '../integrity/tree/tile.js';
import type { StoredCheckpoint, TreeStore } from '../storage/tree-store.js';
import { anAppendableEvent } from './audit-event.fixture.js';
import type { CustodyCase } from './custody-under-test.js';
import { sealedRecords } from './sealed-records.fixture.js';

function aTile(level: number, index: number, width: number, first = level + index): Tile {
  const hashes = Buffer.alloc(width * HASH_BYTES);
  for (let place = 0; place < width; place++) {
    hashes.fill((first + place) % 256, place * HASH_BYTES, (place + 1) * HASH_BYTES);
  }
  return { level, index, hashes };
}

function aCheckpoint(facts: Partial<StoredCheckpoint> = {}): StoredCheckpoint {
  const { size = 3, signedAt = '2026-11-22T10:00:00.000Z' } = facts;
  const note = `log.example/main\n${size}\nroot=\ntime ${signedAt}\n\n— log.example/main c2lnbmF0dXJl\n`;
  return { chain: MAIN_CHAIN, size, root: 'ab'.repeat(HASH_BYTES), signedAt, note, ...facts };
}

async function storedTile(trees: TreeStore, chain: string, level: number, index: number): Promise<string | undefined> {
  const [tile] = await trees.tiles(chain, [{ level, index }]);
  return tile === undefined ? undefined : Buffer.from(tile.hashes).toString('hex');
}

const hex = ({ hashes }: Tile): string => Buffer.from(hashes).toString('hex');

/** The promises of `TreeStore` and `CheckpointReader`. */
export const treeCases: readonly CustodyCase[] = [
  [
    'gives the hashes of records from a position on',
    async ({ store, custody }) => {
      const given = Array.from({ length: 40 }, () => anAppendableEvent());
      await store.append(MAIN_CHAIN, given);
      await store.append('other', [anAppendableEvent()]);
      const hashes = sealedRecords(given).map(({ seal }) => seal.hash);
      const read = async (from: number, maxCount: number): Promise<string> =>
        Buffer.from(await custody.recordHashes(MAIN_CHAIN, from, maxCount)).toString('hex');
      strictEqual(await read(1, 40), hashes.join(''));
      strictEqual(await read(1, 100_000), hashes.join(''));
      strictEqual(await read(8, 3), hashes.slice(7, 10).join(''));
      strictEqual(await read(40, 5), hashes[39]);
      strictEqual(await read(41, 5), '');
      strictEqual((await custody.recordHashes('nobody', 1, 5)).length, 0);
    },
  ],
  [
    'gives no hash before a position where nothing stands',
    async ({ store, custody }) => {
      await store.append(
        MAIN_CHAIN,
        Array.from({ length: 12 }, () => anAppendableEvent()),
      );
      await custody.removePrefix(MAIN_CHAIN, 5);
      strictEqual((await custody.recordHashes(MAIN_CHAIN, 5, 10)).length, 0);
      strictEqual((await custody.recordHashes(MAIN_CHAIN, 1, 10)).length, 0);
      strictEqual((await custody.recordHashes(MAIN_CHAIN, 6, 10)).length, 7 * HASH_BYTES);
    },
  ],
  [
    'keeps tiles by chain, level and index',
    async ({ custody }) => {
      const tiles = Array.from({ length: 450 }, (_, index) => aTile(index % 3, index, 1 + (index % 256)));
      await custody.save(MAIN_CHAIN, tiles);
      await custody.save('other', [aTile(0, 0, 2, 77)]);
      const found = await custody.tiles(MAIN_CHAIN, [...tiles, { level: 9, index: 9 }, { level: 0, index: 1 }]);
      const expected = new Map(tiles.map((tile) => [`${tile.level}/${tile.index}`, hex(tile)]));
      deepStrictEqual(new Map(found.map((tile) => [`${tile.level}/${tile.index}`, hex(tile)])), expected);
      strictEqual(found.length, tiles.length);
      strictEqual(await storedTile(custody, 'other', 0, 0), hex(aTile(0, 0, 2, 77)));
      deepStrictEqual([...(await custody.tiles(MAIN_CHAIN, []))], []);
    },
  ],
  [
    'replaces a tile by a wider one, never by a narrower one',
    async ({ custody }) => {
      for (const [given, kept] of [
        [3, 3],
        [200, 200],
        [199, 200],
        [256, 256],
        [1, 256],
      ] as const) {
        await custody.save(MAIN_CHAIN, [aTile(0, 0, given)]);
        strictEqual(await storedTile(custody, MAIN_CHAIN, 0, 0), hex(aTile(0, 0, kept)));
      }
    },
  ],
  [
    'lets several grow one tree at the same time',
    async ({ custody }) => {
      const widths = Array.from({ length: 20 }, (_, index) => 1 + ((index * 37) % 256));
      await Promise.all(widths.map((width) => custody.save(MAIN_CHAIN, [aTile(0, 0, width), aTile(0, 1, width)])));
      const widest = Math.max(...widths);
      strictEqual(await storedTile(custody, MAIN_CHAIN, 0, 0), hex(aTile(0, 0, widest)));
      strictEqual(await storedTile(custody, MAIN_CHAIN, 0, 1), hex(aTile(0, 1, widest)));
    },
  ],
  [
    'keeps checkpoints, and reads them largest first, of one size the newest first',
    async ({ custody }) => {
      const small = aCheckpoint({ size: 3 });
      const early = aCheckpoint({ size: 9 });
      const late = aCheckpoint({ size: 9, signedAt: '2026-11-22T11:00:00.000Z' });
      const empty = aCheckpoint({ size: 0, chain: 'other' });
      for (const checkpoint of [late, small, early, empty]) {
        await custody.save(checkpoint.chain, [aTile(0, 0, 3)], checkpoint);
      }
      deepStrictEqual([...(await custody.checkpoints())], [late, early, small, empty]);
      deepStrictEqual([...(await custody.checkpoints({ chain: MAIN_CHAIN, limit: 2 }))], [late, early]);
      deepStrictEqual([...(await custody.checkpoints({ minSize: 1, maxSize: 8 }))], [small]);
      deepStrictEqual([...(await custody.checkpoints({ chain: 'nobody' }))], []);
      strictEqual(await storedTile(custody, 'other', 0, 0), hex(aTile(0, 0, 3)));
    },
  ],
  [
    'keeps two notes of one size, and the same note once',
    async ({ custody }) => {
      const first = aCheckpoint();
      const second = aCheckpoint({ note: `${first.note}— other c2ln\n`, signedAt: '2026-11-22T10:00:01.000Z' });
      for (const checkpoint of [first, second, first, second]) {
        await custody.save(MAIN_CHAIN, [], checkpoint);
      }
      deepStrictEqual([...(await custody.checkpoints())], [second, first]);
    },
  ],
  [
    'saves nothing for a name that no chain may have',
    async ({ custody }) => {
      await rejects(custody.save('no chain', [aTile(0, 0, 1)]), { code: 'AUDIT_CHAIN_INVALID' });
    },
  ],
];
