import type { Database } from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { AuditHeadEntity } from '../audit-head.entity.js';
import { AuditRecordEntity } from '../audit-record.entity.js';
import { appliedMigrations, MIGRATIONS, MIGRATIONS_TABLE } from './sqlite-schema.js';
import type { SqliteConnection } from './sqlite-file.js';

/**
 * Opens a database and brings its schema up to date.
 *
 * @param prepare sets the connection up; what it throws, the opening rejects with
 * @throws SchemaTooNewError, and what the driver and the migrations say
 */
export async function openMigrated(
  file: string,
  timeoutMs: number,
  prepare: (handle: Database) => void,
): Promise<SqliteConnection> {
  const source = new DataSource({
    type: 'better-sqlite3',
    database: file,
    entities: [AuditRecordEntity, AuditHeadEntity],
    migrations: MIGRATIONS,
    migrationsTableName: MIGRATIONS_TABLE,
    synchronize: false,
    timeout: timeoutMs,
  });
  await source.initialize();
  try {
    const { databaseConnection: handle } = source.driver as unknown as { readonly databaseConnection: Database };
    prepare(handle);
    await migrate(file, handle, source);
    return { handle, close: () => source.destroy() };
  } catch (error) {
    await source.destroy();
    throw error;
  }
}

/** Takes the write lock first: of two processes that open a new file, one makes the schema and the other finds it. */
async function migrate(file: string, handle: Database, source: DataSource): Promise<void> {
  handle.exec('BEGIN IMMEDIATE');
  try {
    appliedMigrations(file, handle);
    await source.runMigrations({ transaction: 'none' });
    handle.exec('COMMIT');
  } catch (error) {
    handle.exec('ROLLBACK');
    throw error;
  }
}
