import type { Database } from 'better-sqlite3';
import type { ChainHead } from '../../event/audit-record.js';
import type { IntegrityFault, IntegrityReport } from '../../integrity/integrity-fault.js';
import type { RawRow } from '../server/server-database.js';
import type { EvidenceStore } from '../verification/chain-evidence-reader.js';
import {
  DatabaseVerification,
  type ChainName,
  type VerifiableDatabase,
  type VerificationParts,
} from '../verification/database-verification.js';
import type { SiftedPart } from '../verification/record-sifter.js';
import { snapshotEvidence } from '../verification/snapshot-evidence.js';
import { SQLITE_DIALECT } from './sqlite-dialect.js';
import { SqliteRows, wholeChain } from './sqlite-rows.js';
import type { SqliteSiftThreads } from './sqlite-sift-threads.js';
import { query } from './sqlite-statements.js';

/** What a verification of a SQLite file is told beside the database. */
export interface SqliteVerificationParts extends VerificationParts {
  /** Threads that look at the records; absent: this one does it all. */
  readonly threads?: SqliteSiftThreads | undefined;
}

/** Verifies the chains of one database in one consistent snapshot. */
export async function verifySqlite(handle: Database, parts: SqliteVerificationParts): Promise<IntegrityReport> {
  // One transaction: records, heads and checkpoints are of the same moment, also while others append.
  handle.exec('BEGIN');
  try {
    return await new DatabaseVerification(new SqliteSnapshot(handle, parts), parts).run();
  } finally {
    handle.exec('COMMIT');
  }
}

class SqliteSnapshot implements VerifiableDatabase {
  readonly columnText = (text: string): string => text;
  readonly evidence: EvidenceStore;
  private readonly rows: SqliteRows;

  constructor(
    private readonly handle: Database,
    private readonly parts: SqliteVerificationParts,
  ) {
    this.rows = new SqliteRows(handle, parts.sealKeys);
    this.evidence = snapshotEvidence(SQLITE_DIALECT, async (sql, values = []) =>
      Promise.resolve(query(handle, { sql, values }) as readonly RawRow[]),
    );
  }

  heads(): Promise<ReadonlyMap<string, ChainHead>> {
    const heads = this.handle.prepare<[], ChainHead>('SELECT chain, position, hash FROM audit_heads').all();
    return Promise.resolve(new Map(heads.map((head) => [head.chain, head])));
  }

  /** Chains are also looked for in records and checkpoints: removing a head, or all records, must not hide its chain. */
  chainNames(headNames: readonly string[]): Promise<readonly ChainName[]> {
    const inTables = ['audit_records', 'audit_checkpoints'].flatMap((table) =>
      this.handle
        .prepare<[], Buffer>(`SELECT DISTINCT CAST(chain AS BLOB) FROM ${table} WHERE chain < x''`)
        .pluck()
        .all(),
    );
    const byText = new Map(
      [...headNames.map((name) => Buffer.from(name)), ...inTables].map((bytes) => [bytes.toString('latin1'), bytes]),
    );
    const names = [...byText.values()]
      .sort((a, b) => Buffer.compare(a, b))
      .map((bytes) => ({ name: bytes.toString('utf8'), bytes }));
    return Promise.resolve(names);
  }

  firstPosition({ bytes }: ChainName): Promise<number | undefined> {
    const first = this.handle
      .prepare<[Buffer], unknown>('SELECT min(position) FROM audit_records WHERE chain = CAST(? AS TEXT)')
      .pluck()
      .get(bytes);
    return Promise.resolve(Number.isSafeInteger(first) ? (first as number) : undefined);
  }

  // oxlint-disable-next-line typescript/require-await -- the driver is synchronous, the port is not
  async *sifted({ name, bytes }: ChainName): AsyncGenerator<readonly SiftedPart[]> {
    yield* this.rows.sifted(name, wholeChain(bytes));
  }

  readonly siftedInThreads = (chain: ChainName, head: ChainHead): AsyncIterable<readonly SiftedPart[]> | undefined => {
    const { threads } = this.parts;
    return threads !== undefined && this.isOrderly(chain, head) ? threads.sifted(chain, head.position) : undefined;
  };

  /** In SQLite's order every BLOB stands behind every text: this finds, through the index, names that are no text. */
  *strays(): Generator<IntegrityFault> {
    const nameless = this.handle.prepare<[], { position: number; chain: Buffer }>(
      "SELECT position, chain FROM audit_records WHERE chain >= x''",
    );
    for (const { position, chain } of nameless.iterate()) {
      yield { kind: 'malformed', chain: chain.toString('utf8'), position, message: 'the chain is no text' };
    }
  }

  /** Whether all records of the chain stand at positions up to that of the head, and an index leads to each. */
  private isOrderly({ bytes }: ChainName, { position }: ChainHead): boolean {
    const others = `SELECT 1 FROM audit_records
      WHERE chain = CAST(? AS TEXT) AND (position IS NULL OR position < 1 OR position > ?) LIMIT 1`;
    return (
      Number.isSafeInteger(position) &&
      this.handle.prepare("SELECT 1 FROM sqlite_master WHERE name = 'audit_records_chain_position'").get() !==
        undefined &&
      this.handle.prepare<[Buffer, number]>(others).get(bytes, position) === undefined
    );
  }
}
