import { anAppendableEvent, sealedRecords } from 'nestjs-audited/testing';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { AuditEvent } from '../../libs/audited/src/event/audit-event.js';
import type { PersonalPart, StoredRecord } from '../../libs/audited/src/event/audit-record.js';
import { columnValues, RECORD_COLUMN_NAMES } from '../../libs/audited/src/storage/record-columns.js';
import { CreateAuditLog1795219200000 as SqliteLog } from '../../libs/audited/src/typeorm/migrations/1795219200000-create-audit-log.migration.js';
import { AddCustody1795305600000 as SqliteCustody } from '../../libs/audited/src/typeorm/migrations/1795305600000-add-custody.migration.js';
import { CreateAuditLog1795219200000 as MysqlLog } from '../../libs/audited/src/typeorm/migrations/mysql/1795219200000-create-audit-log.migration.js';
import { AddCustody1795305600000 as MysqlCustody } from '../../libs/audited/src/typeorm/migrations/mysql/1795305600000-add-custody.migration.js';
import { CreatePostgresAuditLog1795219200000 as PostgresLog } from '../../libs/audited/src/typeorm/migrations/postgres/1795219200000-create-audit-log.migration.js';
import { AddPostgresCustody1795305600000 as PostgresCustody } from '../../libs/audited/src/typeorm/migrations/postgres/1795305600000-add-custody.migration.js';

/** The migrations that earlier versions knew: the first alone, before custody; both, before delivery. */
const MIGRATIONS = {
  'better-sqlite3': [SqliteLog, SqliteCustody],
  postgres: [PostgresLog, PostgresCustody],
  mysql: [MysqlLog, MysqlCustody],
};

/** Which database; `prepare` runs after the tables were made. */
export interface PreviousDatabase {
  readonly options: DataSourceOptions & { readonly type: keyof typeof MIGRATIONS };
  readonly prepare?: readonly string[];
  /** @default custody */
  readonly before?: 'custody' | 'delivery';
}

/**
 * Makes a log as the version before custody, or before delivery, made it, with some records of one person in chain `main`.
 *
 * @returns the records, as they were stored
 */
export async function aLogOfThePreviousVersion(
  { options, prepare = [], before = 'custody' }: PreviousDatabase,
  count: number,
): Promise<readonly StoredRecord[]> {
  const source = new DataSource({
    ...options,
    migrations: MIGRATIONS[options.type].slice(0, before === 'custody' ? 1 : 2),
    migrationsTableName: 'audit_migrations',
  });
  await source.initialize();
  try {
    await source.runMigrations({ transaction: options.type === 'mysql' ? 'none' : 'all' });
    for (const statement of prepare) {
      await source.query(statement);
    }
    const events = Array.from({ length: count }, (_, index) =>
      anAppendableEvent(
        { actor: { kind: 'user', id: 'ada' }, recordedAt: `2026-0${1 + (index % 3)}-05T00:00:00.000Z` },
        { '/actor/email': 'ada@example.org', '/actor/ip': '192.0.2.7' },
      ),
    );
    const records = sealedRecords(events);
    await source.query(statement(source, 'audit_heads', ['chain', 'position', 'hash']), ['main', 0, '0'.repeat(64)]);
    for (const record of records) {
      await insert(source, record);
    }
    return records;
  } finally {
    await source.destroy();
  }
}

async function insert(source: DataSource, { seal, body, personal, salt }: StoredRecord): Promise<void> {
  const columns = ['chain', 'position', 'previous_hash', 'hash', 'scheme', 'body', 'personal', 'salt'];
  const part = personal === null ? undefined : (JSON.parse(personal) as PersonalPart);
  await source.query(statement(source, 'audit_records', [...columns, ...RECORD_COLUMN_NAMES]), [
    seal.chain,
    seal.position,
    seal.previousHash,
    seal.hash,
    seal.scheme,
    body,
    personal,
    salt,
    ...columnValues(JSON.parse(body) as AuditEvent, part),
  ]);
  // On PostgreSQL a trigger moves the head.
  if (source.options.type !== 'postgres') {
    await source.query('UPDATE audit_heads SET position = ?, hash = ? WHERE chain = ?', [
      seal.position,
      seal.hash,
      seal.chain,
    ]);
  }
}

function statement(source: DataSource, table: string, columns: readonly string[]): string {
  const places = columns.map((_, index) => (source.options.type === 'postgres' ? `$${index + 1}` : '?'));
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')})`;
}
