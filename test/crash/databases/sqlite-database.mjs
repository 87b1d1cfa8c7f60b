import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';

/** The embedded log in one file, the application's own tables and the inbox in another. */
export class SqliteDatabase {
  /** How this database can be out of reach: another process holds the write lock. */
  outages = { lock: 1 };
  variants = { 'two-files': 1 };
  #file;
  #businessFile;
  #audit;
  #business;
  #rival;

  static async create(folder) {
    return new SqliteDatabase(join(folder, 'audit.sqlite'), join(folder, 'business.sqlite'));
  }

  constructor(file, businessFile) {
    this.#file = file;
    this.#businessFile = businessFile;
    this.#business = new BetterSqlite3(businessFile, { timeout: 10_000 });
    this.#business.pragma('journal_mode = WAL');
    this.#business.exec('CREATE TABLE crash_orders (id TEXT PRIMARY KEY, kind TEXT NOT NULL)');
  }

  /** Options of the module, and of the application's own DataSource. */
  settings() {
    return {
      audit: { database: this.#file, dataSource: 'default' },
      business: { type: 'better-sqlite3', database: this.#businessFile, timeout: 5000 },
    };
  }

  beginOutage() {
    this.#rival = new BetterSqlite3(this.#file, { timeout: 10_000 });
    this.#rival.exec('BEGIN IMMEDIATE');
  }

  endOutage() {
    this.#rival?.close();
    this.#rival = undefined;
  }

  /** Rows of the main chain behind a position, in the order of positions. */
  async recordsAfter(position) {
    const columns = 'position, id, type, stage, outcome, resource_id, body';
    return this.#log()
      .prepare(`SELECT ${columns} FROM audit_records WHERE chain = 'main' AND position > ? ORDER BY position`)
      .all(position);
  }

  async totals() {
    return this.#log()
      .prepare(
        `SELECT count(*) AS records, count(DISTINCT id) AS ids, min(position) AS first, max(position) AS last
         FROM audit_records WHERE chain = 'main'`,
      )
      .get();
  }

  /** Keys of the business rows. */
  async orders() {
    return this.#business.prepare('SELECT id, kind FROM crash_orders').all();
  }

  /** How many events wait in the inbox. */
  async waiting() {
    const known = this.#business.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'audit_inbox'").pluck().get();
    return known === 0 ? 0 : this.#business.prepare('SELECT count(*) FROM audit_inbox').pluck().get();
  }

  async close() {
    this.endOutage();
    this.#audit?.close();
    this.#business.close();
  }

  #log() {
    return (this.#audit ??= new BetterSqlite3(this.#file, { readonly: true, timeout: 10_000 }));
  }
}
