import { TreeIncompleteError } from '../../event/proof.error.js';
import { subtreeSizes } from './compact-range.js';
import { nodeHash, type Hash } from './merkle-hash.js';
import { hashInTile, TILE_WIDTH, type ReadTiles, type Tile, type TileCoordinates } from './tile.js';

/** A complete subtree of a tree: its first leaf is a multiple of its size, and the size a power of two. */
interface Subtree {
  readonly begin: number;
  readonly size: number;
}

/** Where the hashes stand that a complete subtree is made of: 1 to 128 neighbours of one tile. */
interface Place extends TileCoordinates {
  readonly first: number;
  readonly count: number;
}

type Tiles = ReadonlyMap<string, Tile>;

/** Reads hashes of subtrees from tiles, many at a time. Keeps the tiles of the last reading only. */
export class TileReader {
  private recent: Tiles = new Map();

  constructor(
    private readonly size: number,
    private readonly read: ReadTiles,
  ) {}

  /**
   * Hashes of the given RFC 6962 subtrees (begin included, end excluded), complete ones or those at the right edge.
   *
   * @throws TreeIncompleteError when a tile is missing
   */
  async hashesOf(ranges: readonly (readonly [begin: number, end: number])[]): Promise<readonly Hash[]> {
    const split = ranges.map(([begin, end]) => completeSubtrees(begin, end).map((subtree) => placeOf(subtree)));
    const tiles = await this.load(split.flat());
    return split.map((places) =>
      places.map((place) => this.hashAt(tiles, place)).reduceRight((right, left) => nodeHash(left, right)),
    );
  }

  /** Hashes of the complete subtrees that a range of leaves consists of, from left to right. */
  async completeHashesOf(begin: number, end: number): Promise<readonly Hash[]> {
    const places = completeSubtrees(begin, end).map((subtree) => placeOf(subtree));
    const tiles = await this.load(places);
    return places.map((place) => this.hashAt(tiles, place));
  }

  private async load(places: readonly Place[]): Promise<Tiles> {
    const wanted = new Map(places.map((place) => [keyOf(place), place]));
    const known = new Map([...this.recent].filter(([key]) => wanted.has(key)));
    const missing = [...wanted].filter(([key]) => !known.has(key)).map(([, { level, index }]) => ({ level, index }));
    for (const tile of missing.length === 0 ? [] : await this.read(missing)) {
      known.set(keyOf(tile), tile);
    }
    this.recent = known;
    // Handed on, not read from the field: another reading may have begun since.
    return known;
  }

  private hashAt(tiles: Tiles, place: Place): Hash {
    const tile = tiles.get(keyOf(place));
    const hashes: Hash[] = [];
    for (let offset = 0; offset < place.count; offset++) {
      const hash = tile === undefined ? undefined : hashInTile(tile, place.first + offset);
      if (hash === undefined) {
        throw new TreeIncompleteError(this.size, place.level, place.index);
      }
      hashes.push(hash);
    }
    return rootOfComplete(hashes);
  }
}

/** Root over hashes whose number is a power of two. */
function rootOfComplete(hashes: readonly Hash[]): Hash {
  let level = hashes;
  while (level.length > 1) {
    const pairs = level;
    level = Array.from({ length: pairs.length / 2 }, (_, pair) =>
      nodeHash(pairs[pair * 2] as Hash, pairs[pair * 2 + 1] as Hash),
    );
  }
  return level[0] as Hash;
}

function completeSubtrees(begin: number, end: number): readonly Subtree[] {
  let next = begin;
  return subtreeSizes(begin, end).map((size) => {
    const subtree = { begin: next, size };
    next += size;
    return subtree;
  });
}

function placeOf({ begin, size }: Subtree): Place {
  let [level, count, node] = [0, size, begin];
  while (count >= TILE_WIDTH) {
    level++;
    count /= TILE_WIDTH;
    node /= TILE_WIDTH;
  }
  return { level, index: Math.floor(node / TILE_WIDTH), first: node % TILE_WIDTH, count };
}

function keyOf({ level, index }: TileCoordinates): string {
  return `${level}/${index}`;
}
