import type { ChainId } from '../../event/audit-record.js';
import { HASH_BYTES } from '../../integrity/tree/merkle-hash.js';
import type { Tile, TileCoordinates } from '../../integrity/tree/tile.js';
import type { StoredCheckpoint, TreeStore } from '../../storage/tree-store.js';
import { SqlConditions, type SqlValue } from '../server/server-dialect.js';
import { insertCheckpoint } from './checkpoint-rows.js';
import type { CustodyDatabase, SqlStatement } from './custody-database.js';

/** So many hashes come with one statement: 64 characters each. */
const HASHES_PER_READ = 32_768;
const HEX_LENGTH = HASH_BYTES * 2;
const TILES_PER_READ = 200;

/** The trees and checkpoints in their tables. */
export class TableTreeStore implements TreeStore {
  constructor(private readonly database: CustodyDatabase) {}

  async recordHashes(chain: ChainId, from: number, maxCount: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let read = 0; read < maxCount; read += HASHES_PER_READ) {
      const wanted = Math.min(HASHES_PER_READ, maxCount - read);
      const part =
        (await this.joinedHashes(chain, from + read, wanted)) ?? (await this.hashes(chain, from + read, wanted));
      parts.push(part);
      if (part.length < wanted * HASH_BYTES) {
        break;
      }
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  async tiles(chain: ChainId, wanted: readonly TileCoordinates[]): Promise<readonly Tile[]> {
    const found: Tile[] = [];
    for (let start = 0; start < wanted.length; start += TILES_PER_READ) {
      found.push(...(await this.someTiles(chain, wanted.slice(start, start + TILES_PER_READ))));
    }
    return found;
  }

  async save(chain: ChainId, tiles: readonly Tile[], checkpoint?: StoredCheckpoint): Promise<void> {
    const statements = tiles.map((tile) => this.upsert(chain, tile));
    if (checkpoint !== undefined) {
      statements.push(insertCheckpoint(this.database.dialect, checkpoint));
    }
    if (statements.length > 0) {
      await this.database.write(statements);
    }
  }

  private upsert(chain: ChainId, { level, index, hashes }: Tile): SqlStatement {
    const { dialect } = this.database;
    const base64 = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength).toString('base64');
    const place = (number: number): string => dialect.placeholder(number);
    return { sql: dialect.tileUpsert([place(1), place(2), place(3), place(4)]), values: [chain, level, index, base64] };
  }

  private async someTiles(chain: ChainId, wanted: readonly TileCoordinates[]): Promise<readonly Tile[]> {
    const { dialect } = this.database;
    const conditions = new SqlConditions(dialect);
    conditions.equals('chain', chain);
    const levels = new Set(wanted.map(({ level }) => level));
    const places = [...levels].map((level) => {
      const ofLevel = wanted.filter((place) => place.level === level);
      const place = conditions.bind(level);
      return `(level = ${place} AND tile IN (${ofLevel.map(({ index }) => conditions.bind(index)).join(', ')}))`;
    });
    conditions.holds(`(${places.join(' OR ')})`);
    const rows = await this.database.read(
      `SELECT level, tile, hashes FROM ${dialect.table('audit_tiles')} ${conditions.where}`,
      conditions.values,
    );
    return rows.map(({ level, tile, hashes }) => ({
      level: Number(level),
      index: Number(tile),
      hashes: Buffer.from(String(hashes), 'base64'),
    }));
  }

  /** The database puts the hashes together; `undefined` when it cannot, or when one is missing or damaged. */
  private async joinedHashes(chain: ChainId, from: number, count: number): Promise<Uint8Array | undefined> {
    const { joinedHashes } = this.database.dialect;
    if (joinedHashes === undefined) {
      return undefined;
    }
    const { sql, values } = this.hashesFrom(chain, from, count);
    const rows = await this.database.read(
      `SELECT ${joinedHashes} AS hashes, COUNT(*) AS found, MAX(position) AS last FROM (${sql}) AS page`,
      values,
    );
    const found = Number(rows[0]?.['found']);
    const hex = String(rows[0]?.['hashes'] ?? '');
    const isUnbroken = found === 0 || Number(rows[0]?.['last']) === from + found - 1;
    const bytes = Buffer.from(hex, 'hex');
    return isUnbroken && hex.length === found * HEX_LENGTH && bytes.length === found * HASH_BYTES ? bytes : undefined;
  }

  private async hashes(chain: ChainId, from: number, count: number): Promise<Uint8Array> {
    const { sql, values } = this.hashesFrom(chain, from, count);
    const rows = await this.database.read(sql, values);
    const unbroken: string[] = [];
    for (const { position, hash } of rows) {
      if (Number(position) !== from + unbroken.length || !/^[0-9a-f]{64}$/.test(String(hash))) {
        break;
      }
      unbroken.push(String(hash));
    }
    return Buffer.from(unbroken.join(''), 'hex');
  }

  private hashesFrom(chain: ChainId, from: number, count: number): { sql: string; values: readonly SqlValue[] } {
    const { dialect } = this.database;
    const conditions = new SqlConditions(dialect);
    conditions.equals('chain', chain);
    conditions.compare('position', '>=', from);
    conditions.compare('position', '<', from + count);
    const table = dialect.table('audit_records');
    const sql = `SELECT position, hash FROM ${table} ${conditions.where} ORDER BY position LIMIT ${count}`;
    return { sql, values: conditions.values };
  }
}
