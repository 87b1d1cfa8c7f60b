import type { AuditSeal, ChainId } from '../../event/audit-record.js';
import { HistoryChangedError } from '../../event/custody.error.js';
import { TreeIncompleteError } from '../../event/proof.error.js';
import type { PositionSet } from '../../integrity/position-ranges.js';
import { equalHashes, HASH_BYTES, leafHash, type Hash } from '../../integrity/tree/merkle-hash.js';
import { verifyInclusion } from '../../integrity/tree/proof-check.js';
import type { ReadTiles } from '../../integrity/tree/tile.js';
import { TileTree } from '../../integrity/tree/tile-tree.js';
import { TreeGrowth } from '../../integrity/tree/tree-growth.js';
import type { RecordStream } from '../../storage/record-stream.js';
import type { TreeStore } from '../../storage/tree-store.js';
import { storedSize } from './stored-size.js';

/** What the tree must extend. */
export interface TreeBase {
  readonly size: number;
  readonly root: Hash;
}

/** Hashes that one read asks for. */
const READ_ENTRIES = 8192;
/** Hashes between two turns of the event loop: about a millisecond. */
const SLICE_ENTRIES = 512;
/** Tiles of so many leaves are kept in memory before they are stored: 2 MB. */
const SAVE_ENTRIES = 65_536;

/** No operator explains more of them away in one go. */
const MOST_LOST = 1_000_000;
const HASH_HEX = /^[0-9a-f]{64}$/;
/** Stands for a record that is lost: no record has this hash. */
const LOST_ENTRY = Buffer.alloc(HASH_BYTES);

/** Brings the stored tree of a chain up to its records. */
export class TreeGrower {
  constructor(private readonly store: TreeStore & Pick<RecordStream, 'records'>) {}

  /**
   * The tree over the positions 1 to `through`. Its changed tiles are not stored yet, so that they and the checkpoint
   * over them are stored together.
   *
   * @param signed what was signed before, all of it at most `through` long; empty when nothing was, or nothing holds any
   * more: then the tree is made anew from the records, as far as those are there
   * @param explained positions that may be missing, because an operator said why
   * @throws HistoryChangedError when the records do not continue what was signed, or one is missing
   */
  async grow(
    chain: ChainId,
    through: number,
    signed: readonly TreeBase[],
    explained?: Pick<PositionSet, 'has'>,
  ): Promise<TreeGrowth> {
    const [largest, ...others] = signed.toSorted((left, right) => right.size - left.size);
    const growth = largest === undefined ? await this.anew(chain, through) : await this.after(chain, largest, others);
    await this.append(chain, growth, through, explained);
    return growth;
  }

  /** As {@link grow}, where nobody signs: goes on from the tiles that are stored, as long as they fit the records. */
  async growUnsigned(chain: ChainId, through: number, explained?: Pick<PositionSet, 'has'>): Promise<TreeGrowth> {
    const growth = await this.fromTiles(chain, through);
    await this.append(chain, growth, through, explained);
    return growth;
  }

  private async after(chain: ChainId, largest: TreeBase, others: readonly TreeBase[]): Promise<TreeGrowth> {
    const growth = await this.loaded(chain, largest.size);
    const isSound = growth !== undefined && equalHashes(growth.root(), largest.root);
    if (isSound && (await this.endFits(chain, largest)) && (await this.holdsAll(chain, others))) {
      return growth;
    }
    return this.remade(chain, [...others, largest]);
  }

  /** Whether the stored tree had these roots when it was as small. */
  private async holdsAll(chain: ChainId, signed: readonly TreeBase[]): Promise<boolean> {
    for (const { size, root } of signed) {
      const stored = await unlessIncomplete(() => new TileTree(size, this.reader(chain)).root());
      if (stored === undefined || !equalHashes(stored, root)) {
        return false;
      }
    }
    return true;
  }

  /** Tiles are lost or damaged, or the records changed: all are read again, and must give what was signed. */
  private async remade(chain: ChainId, signed: readonly TreeBase[]): Promise<TreeGrowth> {
    const growth = await TreeGrowth.load(0, this.reader(chain));
    const ascending = signed.toSorted((left, right) => left.size - right.size);
    if (!(await this.hasRecord(chain, 1))) {
      throw new HistoryChangedError(
        chain,
        `the stored tree does not give the root of the ${ascending.at(-1)?.size ?? 0} records that were signed, and the ` +
          'records to make it again of are pruned',
      );
    }
    for (const { size, root } of ascending) {
      await this.append(chain, growth, size);
      if (!equalHashes(growth.root(), root)) {
        throw new HistoryChangedError(chain, `the first ${size} records are not those that were signed`);
      }
    }
    return growth;
  }

  private async anew(chain: ChainId, through: number): Promise<TreeGrowth> {
    return (await this.hasRecord(chain, 1)) ? TreeGrowth.load(0, this.reader(chain)) : this.fromTiles(chain, through);
  }

  private async fromTiles(chain: ChainId, through: number): Promise<TreeGrowth> {
    const size = await storedSize(this.store, chain, through);
    const growth = await this.loaded(chain, size);
    if (growth !== undefined && (size === 0 || (await this.endFits(chain, { size, root: growth.root() })))) {
      return growth;
    }
    return TreeGrowth.load(0, this.reader(chain));
  }

  /** `undefined` when tiles are missing. */
  private async loaded(chain: ChainId, size: number): Promise<TreeGrowth | undefined> {
    return unlessIncomplete(() => TreeGrowth.load(size, this.reader(chain)));
  }

  /**
   * Whether the last record of a tree is in it: every record stands for all before it, so a history that was made anew
   * has another one there. False when tiles are missing, too; true when the record itself was pruned.
   */
  private async endFits(chain: ChainId, { size, root }: TreeBase): Promise<boolean> {
    const entry = size === 0 ? new Uint8Array() : await this.store.recordHashes(chain, size, 1);
    if (entry.length === 0) {
      return true;
    }
    const index = size - 1;
    const proof = await unlessIncomplete(() => new TileTree(size, this.reader(chain)).inclusionProof(index));
    return proof !== undefined && verifyInclusion({ index, size, root, proof, leaf: leafHash(entry) });
  }

  private async append(
    chain: ChainId,
    growth: TreeGrowth,
    through: number,
    explained?: Pick<PositionSet, 'has'>,
  ): Promise<void> {
    let unsaved = 0;
    while (growth.size < through) {
      const wanted = Math.min(READ_ENTRIES, through - growth.size);
      const entries = await this.store.recordHashes(chain, growth.size + 1, wanted);
      if (entries.length === 0) {
        await this.passGap(chain, growth, explained);
      } else {
        await appendInSlices(growth, entries);
      }
      unsaved += entries.length / HASH_BYTES;
      if (unsaved >= SAVE_ENTRIES) {
        await this.store.save(chain, growth.takeChangedTiles());
        unsaved = 0;
      }
    }
  }

  /**
   * What is missing and explained keeps its places in the tree: the last of them is what the next record continues, and
   * nobody knows the others any more.
   */
  private async passGap(chain: ChainId, growth: TreeGrowth, explained?: Pick<PositionSet, 'has'>): Promise<void> {
    const from = growth.size + 1;
    const seal = await this.nextSeal(chain, from);
    const end = seal === undefined ? from + 1 : seal.position;
    for (let position = from; position < end; position++) {
      if (seal === undefined || end - from > MOST_LOST || explained?.has(position) !== true) {
        throw new HistoryChangedError(chain, `the record at position ${position} is missing`);
      }
      const isKnown = position + 1 === end && HASH_HEX.test(seal.previousHash);
      growth.append(isKnown ? Buffer.from(seal.previousHash, 'hex') : LOST_ENTRY);
    }
  }

  private async nextSeal(chain: ChainId, from: number): Promise<AuditSeal | undefined> {
    for await (const records of this.store.records(chain, { from })) {
      const [next] = records;
      if (next !== undefined) {
        return next.seal;
      }
    }
    return undefined;
  }

  private async hasRecord(chain: ChainId, position: number): Promise<boolean> {
    return (await this.store.recordHashes(chain, position, 1)).length > 0;
  }

  private reader(chain: ChainId): ReadTiles {
    return (wanted) => this.store.tiles(chain, wanted);
  }
}

async function appendInSlices(growth: TreeGrowth, entries: Uint8Array): Promise<void> {
  const count = entries.length / HASH_BYTES;
  for (let entry = 0; entry < count; entry++) {
    growth.append(entries.subarray(entry * HASH_BYTES, (entry + 1) * HASH_BYTES));
    if (entry % SLICE_ENTRIES === SLICE_ENTRIES - 1) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
}

async function unlessIncomplete<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TreeIncompleteError) {
      return undefined;
    }
    throw error;
  }
}
