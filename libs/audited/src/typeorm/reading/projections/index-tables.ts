import type { NeededRights } from '../../custody/custody-database.js';
import type { AuditTable } from '../../server/server-dialect.js';

/** The tables of the index: made of the log alone, and written by everybody who appends, erases or prunes. */
export const INDEX_TABLES = [
  'audit_projections',
  'audit_facets',
  'audit_documents',
  'audit_counts',
  'audit_names',
] as const satisfies readonly AuditTable[];

/** What bringing the index forward needs; every application has it. */
export const INDEXING: NeededRights = {
  work: 'keep the index of the log',
  grants: INDEX_TABLES.map((table) => ['SELECT, INSERT, UPDATE', table]),
};

/** What taking something out of it needs besides. */
export const REMOVING_FROM_INDEX: NeededRights['grants'] = INDEX_TABLES.map((table) => ['DELETE', table]);
