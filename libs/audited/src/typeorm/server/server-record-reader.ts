import type { AuditRecord } from '../../event/audit-record.js';
import type { AuditPage, CheckedQuery } from '../../storage/audit-query.js';
import { readRecord } from '../../storage/stored-record.js';
import { recordRow, STORED_COLUMNS, storedRecord } from './record-row.js';
import type { ServerDatabase } from './server-database.js';
import { SqlConditions } from './server-dialect.js';

/** Finds records. One statement a page, so every page is one consistent moment. */
export class ServerRecordReader {
  constructor(private readonly database: ServerDatabase) {}

  async find(query: CheckedQuery): Promise<AuditPage> {
    const { dialect } = this.database;
    // What is no text was never stored; a driver would ask for something else instead.
    if (query.equals.some(([, value]) => !value.isWellFormed())) {
      return { records: [] };
    }
    const conditions = new SqlConditions(dialect);
    for (const [column, value] of query.equals) {
      conditions.equals(column, value);
    }
    if (query.beforeSequence !== undefined) {
      conditions.compare('sequence', '<', query.beforeSequence);
    }
    if (query.from !== undefined) {
      conditions.compare('occurred_at', '>=', query.from);
    }
    if (query.to !== undefined) {
      conditions.compare('occurred_at', '<', query.to);
    }
    const raw = await this.database.query(
      `SELECT ${STORED_COLUMNS} FROM ${dialect.table('audit_records')} ${conditions.where} ` +
        // One more than asked for tells whether there is a next page.
        `ORDER BY sequence DESC LIMIT ${query.limit + 1}`,
      conditions.values,
    );
    const page = raw.slice(0, query.limit).map(recordRow);
    const last = page.at(-1);
    const records = page.map((row) => readRecord(storedRecord(row)));
    return raw.length > page.length && last !== undefined ? { records, next: String(last.sequence) } : { records };
  }

  async get(id: string): Promise<AuditRecord | undefined> {
    if (!id.isWellFormed()) {
      return undefined;
    }
    const { dialect } = this.database;
    const conditions = new SqlConditions(dialect);
    conditions.equals('id', id);
    // Neither ordered nor limited: that would invite a planner to walk the log in order instead of asking the index.
    const raw = await this.database.query(
      `SELECT ${STORED_COLUMNS} FROM ${dialect.table('audit_records')} ${conditions.where}`,
      conditions.values,
    );
    const [first] = raw.map(recordRow).sort((a, b) => a.sequence - b.sequence);
    return first === undefined ? undefined : readRecord(storedRecord(first));
  }
}
