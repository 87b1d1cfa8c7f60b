import { isServerError } from './postgres-failure.js';
import { quoted } from './postgres-names.js';
import type { PostgresSession } from './postgres-session.js';

/** Name of the index over the documents, in the schema of the log. */
export const SEARCH_INDEX = 'audit_documents_trigrams';

/** What is true of a database that has no such index; one row when there is something to do. */
const MISSING = `SELECT format('%I', space.nspname) AS extension_schema
  FROM pg_extension JOIN pg_namespace space ON space.oid = extnamespace
  WHERE extname = 'pg_trgm' AND to_regclass($1) IS NULL
    AND (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass($2))`;

/**
 * Adds the index that finds words in documents, where the extension pg_trgm has been installed since the tables were made.
 * Without it searches read the documents one by one. A large one takes its time: then it is for the operator to make it.
 */
export async function addSearchIndex(session: PostgresSession, schema: string): Promise<void> {
  const table = `${quoted(schema)}.audit_documents`;
  try {
    const { rows } = await session.run(MISSING, [`${quoted(schema)}.${SEARCH_INDEX}`, table]);
    const extensionSchema = rows[0]?.['extension_schema'];
    if (typeof extensionSchema === 'string') {
      await session.run(searchIndexStatement(table, extensionSchema));
    }
  } catch (error) {
    // Another process may make it at the same time, or it takes longer than a start may; nothing needs it to be right.
    if (!isServerError(error)) {
      throw error;
    }
  }
}

/** @param extensionSchema where pg_trgm is, quoted; not every search path leads there */
export function searchIndexStatement(table: string, extensionSchema: string): string {
  return `CREATE INDEX IF NOT EXISTS ${SEARCH_INDEX} ON ${table} USING gin (document ${extensionSchema}.gin_trgm_ops)`;
}
