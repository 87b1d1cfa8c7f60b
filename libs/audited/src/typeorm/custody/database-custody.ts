import type { ChainHead, ChainId, StoredRecord } from '../../event/audit-record.js';
import type { Tile, TileCoordinates } from '../../integrity/tree/tile.js';
import { checkChainName } from '../../storage/chain-name.js';
import type {
  ErasureSelection,
  ErasureStore,
  PersonalMatch,
  RemovalProgress,
  RetentionStore,
  ScrubOptions,
} from '../../storage/custody-store.js';
import type { PositionRange, RecordStream } from '../../storage/record-stream.js';
import type { CheckpointQuery, CheckpointReader, StoredCheckpoint, TreeStore } from '../../storage/tree-store.js';
import { TableCheckpointReader } from './checkpoint-rows.js';
import { IndexUpkeep } from '../reading/projections/index-upkeep.js';
import { logProjections } from '../reading/projections/log-projections.js';
import type { CustodyDatabase } from './custody-database.js';
import { TableErasureStore } from './table-erasure-store.js';
import { TableRecordStream } from './table-record-stream.js';
import { TableRetentionStore } from './table-retention-store.js';
import { TableTreeStore } from './table-tree-store.js';

/**
 * Everything that proof and custody need of a database: records as they are stored, trees and checkpoints, erasure and
 * pruning. One for each store; it works while the store is open.
 */
export class DatabaseCustody implements RecordStream, TreeStore, CheckpointReader, ErasureStore, RetentionStore {
  private readonly stream: TableRecordStream;
  private readonly trees: TableTreeStore;
  private readonly signed: TableCheckpointReader;
  private readonly erasures: TableErasureStore;
  private readonly retention: TableRetentionStore;

  /** @param projections what is made of the log, and loses what the log loses. Default: all there are */
  constructor(database: CustodyDatabase, projections = logProjections(database.dialect)) {
    const upkeep = new IndexUpkeep(database, projections);
    this.stream = new TableRecordStream(database);
    this.trees = new TableTreeStore(database);
    this.signed = new TableCheckpointReader(database);
    this.erasures = new TableErasureStore(database, upkeep);
    this.retention = new TableRetentionStore(database, upkeep);
  }

  heads(): Promise<readonly ChainHead[]> {
    return this.stream.heads();
  }

  records(chain: ChainId, range?: PositionRange): AsyncGenerator<readonly StoredRecord[], void, void> {
    return this.stream.records(chain, range);
  }

  positionsOfType(chain: ChainId, type: string): Promise<readonly number[]> {
    return this.stream.positionsOfType(chain, type);
  }

  recordHashes(chain: ChainId, from: number, maxCount: number): Promise<Uint8Array> {
    return this.trees.recordHashes(chain, from, maxCount);
  }

  tiles(chain: ChainId, wanted: readonly TileCoordinates[]): Promise<readonly Tile[]> {
    return this.trees.tiles(chain, wanted);
  }

  async save(chain: ChainId, tiles: readonly Tile[], checkpoint?: StoredCheckpoint): Promise<void> {
    checkChainName(chain);
    await this.trees.save(chain, tiles, checkpoint);
  }

  checkpoints(query?: CheckpointQuery): Promise<readonly StoredCheckpoint[]> {
    return this.signed.checkpoints(query);
  }

  match(selection: ErasureSelection, limit: number, after?: PersonalMatch): Promise<readonly PersonalMatch[]> {
    return this.erasures.match(selection, limit, after);
  }

  async erase(chain: ChainId, positions: readonly number[]): Promise<number> {
    checkChainName(chain);
    return this.erasures.erase(chain, positions);
  }

  scrub(options?: ScrubOptions): Promise<readonly string[]> {
    return this.erasures.scrub(options);
  }

  async removePrefix(chain: ChainId, through: number, onProgress?: RemovalProgress): Promise<number> {
    checkChainName(chain);
    return this.retention.removePrefix(chain, through, onProgress);
  }
}
