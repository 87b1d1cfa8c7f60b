import {
  GENESIS_HASH,
  type AuditRecord,
  type ChainHead,
  type ChainId,
  type StoredRecord,
} from '../event/audit-record.js';
import type { AuditEvent } from '../event/audit-event.js';
import { EventRefusedError } from '../event/audit.error.js';
import type { SealKeys } from '../integrity/seal-keys.js';
import { Sealer } from '../integrity/sealer.js';
import type { Tile, TileCoordinates } from '../integrity/tree/tile.js';
import type { AppendableEvent, AppendReceipt, AuditStore, ReplayReceipt } from '../storage/audit-store.js';
import type {
  ErasureSelection,
  ErasureStore,
  PersonalMatch,
  RemovalProgress,
  RetentionStore,
} from '../storage/custody-store.js';
import { checkSelection } from '../storage/checked-selection.js';
import { checkChainName } from '../storage/chain-name.js';
import type { PositionRange, RecordStream } from '../storage/record-stream.js';
import { readRecord } from '../storage/stored-record.js';
import type { CheckpointQuery, CheckpointReader, StoredCheckpoint, TreeStore } from '../storage/tree-store.js';
import { personalMatcher } from './personal-matcher.js';

/** Records of one chunk of a stream: few, so that tests cross the border between chunks. */
const CHUNK_RECORDS = 7;
const DEFAULT_CHECKPOINTS = 100;

/** A store and everything that custody needs of one, in memory: for tests of proofs, erasure and retention. */
export class MemoryCustody
  implements AuditStore, RecordStream, TreeStore, CheckpointReader, ErasureStore, RetentionStore
{
  private readonly chains = new Map<ChainId, StoredRecord[]>();
  private readonly tips = new Map<ChainId, ChainHead>();
  private readonly tilesByPlace = new Map<string, Tile>();
  private readonly signed: StoredCheckpoint[] = [];
  private readonly ids = new Set<string>();
  private sealer: Sealer;

  /** @param keys seal with a key; absent: without */
  constructor(keys?: SealKeys) {
    this.sealer = new Sealer(keys);
  }

  /** Seals with other keys from now on: a rotation. */
  sealWith(keys: SealKeys | undefined): void {
    this.sealer = new Sealer(keys);
  }

  /** The live rows of a chain, for a test that tampers with them. */
  rows(chain: ChainId): StoredRecord[] {
    return this.chains.get(chain) ?? this.added(chain);
  }

  /** The live tiles by `<chain>/<level>/<index>`, for a test that damages them. */
  get storedTiles(): Map<string, Tile> {
    return this.tilesByPlace;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  append(chain: ChainId, events: readonly AppendableEvent[]): Promise<AppendReceipt> {
    const known = events.find(({ body }) => this.ids.has(idOf(body)));
    if (known !== undefined) {
      return Promise.reject(new EventRefusedError(`the id ${idOf(known.body)} is stored already`));
    }
    const firstPosition = (this.tips.get(chain)?.position ?? 0) + 1;
    for (const event of events) {
      this.seal(chain, event);
    }
    return Promise.resolve({ chain, firstPosition });
  }

  async appendMissing(chain: ChainId, events: readonly AppendableEvent[]): Promise<ReplayReceipt> {
    const missing = events.filter(({ body }) => !this.ids.has(idOf(body)));
    await this.append(chain, missing);
    return { chain, appended: missing.length };
  }

  /** As `AuditReader.get`. */
  get(id: string): Promise<AuditRecord | undefined> {
    const found = this.all().find(({ body }) => idOf(body) === id);
    return Promise.resolve(found === undefined ? undefined : readRecord(found));
  }

  heads(): Promise<readonly ChainHead[]> {
    return Promise.resolve([...this.tips.values()].sort((a, b) => (a.chain < b.chain ? -1 : 1)));
  }

  async *records(chain: ChainId, range: PositionRange = {}): AsyncGenerator<readonly StoredRecord[], void, void> {
    const { from = 1, through = Number.MAX_SAFE_INTEGER } = range;
    const wanted = this.rows(chain).filter(({ seal }) => seal.position >= from && seal.position <= through);
    for (let at = 0; at < wanted.length; at += CHUNK_RECORDS) {
      // As a database does, so that a reader which forgets to wait is found out.
      await Promise.resolve();
      yield wanted.slice(at, at + CHUNK_RECORDS);
    }
  }

  positionsOfType(chain: ChainId, type: string): Promise<readonly number[]> {
    const found = this.rows(chain).filter(({ body }) => (JSON.parse(body) as AuditEvent).type === type);
    return Promise.resolve(found.map(({ seal }) => seal.position));
  }

  recordHashes(chain: ChainId, from: number, maxCount: number): Promise<Uint8Array> {
    const rows = this.rows(chain);
    const begin = rows.findIndex(({ seal }) => seal.position === from);
    const hashes = begin === -1 ? [] : rows.slice(begin, begin + maxCount);
    const unbroken = hashes.filter(({ seal }, index) => seal.position === from + index);
    return Promise.resolve(Buffer.from(unbroken.map(({ seal }) => seal.hash).join(''), 'hex'));
  }

  tiles(chain: ChainId, wanted: readonly TileCoordinates[]): Promise<readonly Tile[]> {
    const found = wanted.map((place) => this.tilesByPlace.get(tileKey(chain, place)));
    return Promise.resolve(found.filter((tile) => tile !== undefined));
  }

  async save(chain: ChainId, tiles: readonly Tile[], checkpoint?: StoredCheckpoint): Promise<void> {
    checkChainName(chain);
    for (const tile of tiles) {
      const stored = this.tilesByPlace.get(tileKey(chain, tile));
      if (stored === undefined || stored.hashes.length <= tile.hashes.length) {
        this.tilesByPlace.set(tileKey(chain, tile), { ...tile, hashes: Uint8Array.from(tile.hashes) });
      }
    }
    if (checkpoint !== undefined && !this.signed.some(({ note }) => note === checkpoint.note)) {
      this.signed.push(checkpoint);
    }
    return Promise.resolve();
  }

  checkpoints(query: CheckpointQuery = {}): Promise<readonly StoredCheckpoint[]> {
    const { chain, minSize = 0, maxSize = Number.MAX_SAFE_INTEGER, limit = DEFAULT_CHECKPOINTS } = query;
    const found = this.signed.filter(
      (stored) => (chain === undefined || stored.chain === chain) && stored.size >= minSize && stored.size <= maxSize,
    );
    const newestFirst = found.sort((a, b) => b.size - a.size || (a.signedAt < b.signedAt ? 1 : -1));
    return Promise.resolve(newestFirst.slice(0, limit));
  }

  async match(selection: ErasureSelection, limit: number, after?: PersonalMatch): Promise<readonly PersonalMatch[]> {
    checkSelection(selection);
    const matches = personalMatcher(selection);
    const found = this.all()
      .filter((record) => record.personal !== null && isAfter(record, after) && matches(record))
      .map(({ seal }) => ({ chain: seal.chain, position: seal.position }));
    return Promise.resolve(found.slice(0, limit));
  }

  async erase(chain: ChainId, positions: readonly number[]): Promise<number> {
    checkChainName(chain);
    const rows = this.rows(chain);
    const wanted = new Set(positions);
    let erased = 0;
    for (const [index, row] of rows.entries()) {
      if (wanted.has(row.seal.position) && row.personal !== null) {
        rows[index] = { ...row, personal: null, salt: null };
        erased++;
      }
    }
    return Promise.resolve(erased);
  }

  scrub(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  async removePrefix(chain: ChainId, through: number, onProgress?: RemovalProgress): Promise<number> {
    checkChainName(chain);
    const rows = this.rows(chain);
    const kept = rows.findIndex(({ seal }) => seal.position > through);
    const removed = rows.splice(0, kept === -1 ? rows.length : kept);
    onProgress?.(through);
    return Promise.resolve(removed.length);
  }

  private all(): StoredRecord[] {
    return [...this.chains.keys()].sort().flatMap((chain) => this.rows(chain));
  }

  private added(chain: ChainId): StoredRecord[] {
    const rows: StoredRecord[] = [];
    this.chains.set(chain, rows);
    return rows;
  }

  private seal(chain: ChainId, { body, personal, salt }: AppendableEvent): void {
    const head = this.tips.get(chain);
    const place = { chain, position: (head?.position ?? 0) + 1, previousHash: head?.hash ?? GENESIS_HASH };
    const seal = { ...place, ...this.sealer.seal(place, body) };
    this.rows(chain).push({ seal, body, personal: personal ?? null, salt: salt ?? null });
    this.tips.set(chain, { chain, position: place.position, hash: seal.hash });
    this.ids.add(idOf(body));
  }
}

function idOf(body: string): string {
  return (JSON.parse(body) as AuditEvent).id;
}

function tileKey(chain: ChainId, { level, index }: TileCoordinates): string {
  return `${chain}/${level}/${index}`;
}

function isAfter({ seal }: StoredRecord, after: PersonalMatch | undefined): boolean {
  return (
    after === undefined || seal.chain > after.chain || (seal.chain === after.chain && seal.position > after.position)
  );
}
