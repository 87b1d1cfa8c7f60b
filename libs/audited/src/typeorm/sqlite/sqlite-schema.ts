import type { Database } from 'better-sqlite3';
import { DatabaseUnusableError, SchemaTooNewError } from '../../event/audit.error.js';
import { CreateAuditLog1795219200000 } from '../migrations/1795219200000-create-audit-log.migration.js';
import { AddCustody1795305600000 } from '../migrations/1795305600000-add-custody.migration.js';
import { AddDelivery1795392000000 } from '../migrations/1795392000000-add-delivery.migration.js';
import { AddReading1795478400000 } from '../migrations/1795478400000-add-reading.migration.js';

/** In the order they are run. */
export const MIGRATIONS = [
  CreateAuditLog1795219200000,
  AddCustody1795305600000,
  AddDelivery1795392000000,
  AddReading1795478400000,
];
export const MIGRATIONS_TABLE = 'audit_migrations';

/** Whether nothing is left to migrate. @throws SchemaTooNewError */
export function isUpToDate(file: string, handle: Database): boolean {
  return appliedMigrations(file, handle).length === MIGRATIONS.length;
}

/**
 * Makes sure that the log is there, of this version. Changes nothing.
 *
 * @throws DatabaseUnusableError, SchemaTooNewError with a cure
 */
export function requireSchema(file: string, handle: Database): void {
  const applied = appliedMigrations(file, handle);
  if (applied.length === 0) {
    throw new DatabaseUnusableError(file, 'holds no audit log', 'Check the path; nothing was made.');
  }
  if (applied.length < MIGRATIONS.length) {
    throw new DatabaseUnusableError(
      file,
      'is of an older version of this package',
      'Bring it up to date first: start the application with this version once.',
    );
  }
}

/** @throws SchemaTooNewError */
export function appliedMigrations(file: string, handle: Database): readonly string[] {
  const tables = handle.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").all(MIGRATIONS_TABLE);
  if (tables.length === 0) {
    return [];
  }
  const applied = handle.prepare<[], string>(`SELECT name FROM ${MIGRATIONS_TABLE}`).pluck().all();
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const unknown = applied.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new SchemaTooNewError(file, unknown);
  }
  return applied;
}
