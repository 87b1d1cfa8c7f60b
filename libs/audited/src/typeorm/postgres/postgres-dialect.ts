import type { CustodyDialect, KeyColumn } from '../custody/custody-database.js';
import { addOnConflict, upsertOnConflict } from '../custody/upsert-on-conflict.js';
import { AUDIT_TABLES, type AuditTable, type Bind } from '../server/server-dialect.js';
import { quoted } from './postgres-names.js';
import { PostgresReading } from './postgres-reading.js';

/** Columns that hold what a caller sent are indexed by their first characters; see the migration. */
const INDEXED_BY_BEGINNING: ReadonlySet<string> = new Set([
  'type',
  'actor_id',
  'resource_type',
  'resource_id',
  'correlation_id',
]);

const INDEXED_CHARACTERS = 256;

const UNKEEPABLE = /[\0\u2400]/;
const EVERY_UNKEEPABLE = /[\0\u2400]/g;
const EVERY_KEPT = /\u2400([0\u2400])/g;

/** PostgreSQL's way to ask for records. */
export class PostgresDialect implements CustodyDialect {
  readonly joinedHashes = "string_agg(hash, '' ORDER BY position)";
  // Not now(), which stands still in a transaction, however long that waits for a lock.
  readonly now = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
  readonly upsert = upsertOnConflict;
  readonly reading: PostgresReading;
  readonly documentKey = 'sequence';
  readonly addingUpsert = addOnConflict;
  private readonly schema: string;

  constructor(schema: string) {
    this.schema = quoted(schema);
    this.reading = new PostgresReading((name) => this.table(name));
  }

  placeholder(place: number): string {
    return `$${place}`;
  }

  table(name: AuditTable): string {
    return `${this.schema}.${name}`;
  }

  equals(column: string, value: string, bind: Bind): string {
    const placeholder = `${bind(value)}::text`;
    if (!INDEXED_BY_BEGINNING.has(column)) {
      return `${column} = ${placeholder}`;
    }
    // Whose beginning is a shorter text is that text. Saying it twice would make the planner think of far fewer rows.
    return value.length < INDEXED_CHARACTERS
      ? `left(${column}, ${INDEXED_CHARACTERS}) = ${placeholder}`
      : `left(${column}, ${INDEXED_CHARACTERS}) = left(${placeholder}, ${INDEXED_CHARACTERS}) AND ${column} = ${placeholder}`;
  }

  get storageSize(): string {
    const tables = AUDIT_TABLES.map((table) => this.regclass(table)).join(', ');
    return `SELECT SUM(pg_total_relation_size(oid)) AS bytes FROM pg_class WHERE oid IN (${tables})
      OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = ${this.regclass('audit_records')})`;
  }

  wholeNumber(placeholder: string): string {
    return `${placeholder}::bigint`;
  }

  tileUpsert(placeholders: readonly string[]): string {
    return `INSERT INTO ${this.table('audit_tiles')} AS stored (chain, level, tile, hashes)
      VALUES (${placeholders.join(', ')})
      ON CONFLICT (chain, level, tile) DO UPDATE SET hashes = excluded.hashes
      WHERE length(excluded.hashes) >= length(stored.hashes) AND excluded.hashes <> stored.hashes`;
  }

  /**
   * PostgreSQL keeps every character but NUL. In a column it is written as `␀0`, and `␀` as `␀␀`, so that different texts
   * stay different. The body needs none of this: canonical JSON escapes NUL.
   */
  columnText(text: string): string {
    return UNKEEPABLE.test(text)
      ? text.replace(EVERY_UNKEEPABLE, (character) => (character === '\0' ? '\u24000' : '\u2400\u2400'))
      : text;
  }

  /** As a value: `NULL` where there is no such table. */
  private regclass(table: AuditTable): string {
    return `to_regclass('${this.table(table).replaceAll("'", "''")}')`;
  }

  textOf(column: string): string {
    return column.replace(EVERY_KEPT, (_, kept) => (kept === '0' ? '\0' : '\u2400'));
  }

  /** Looked up one by one in the index of the key; a list after IN would be taken apart and planned row by row. */
  among(columns: readonly KeyColumn[], rows: readonly (readonly string[])[]): string {
    const types = columns.map(({ holds }) => (holds === 'number' ? 'bigint' : 'text'));
    const typed = rows.map((row) => `(${row.map((place, index) => `${place}::${types[index]}`).join(', ')})`);
    return `(${columns.map(({ name }) => name).join(', ')}) IN (VALUES ${typed.join(', ')})`;
  }

  insertDocuments(rows: string): string {
    return `INSERT INTO ${this.table('audit_documents')} (sequence, document) VALUES ${rows} ON CONFLICT DO NOTHING`;
  }
}
