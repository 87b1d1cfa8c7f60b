import { StoreUnavailableError } from '../../event/audit.error.js';
import type { CustodyDatabase } from '../custody/custody-database.js';
import { SqlConditions } from '../server/server-dialect.js';

const KEY = /^[0-9a-f]{64}$/;

/** The key that cursors of pages are signed with: the same for every process, because it is in the log. */
export class CursorKey {
  private key: Promise<Buffer> | undefined;

  constructor(private readonly database: CustodyDatabase) {}

  /** @throws StoreUnavailableError when the database does not answer, or has no key */
  get(): Promise<Buffer> {
    this.key ??= this.load().catch((error: unknown) => {
      this.key = undefined;
      throw error;
    });
    return this.key;
  }

  private async load(): Promise<Buffer> {
    const { dialect } = this.database;
    const conditions = new SqlConditions(dialect);
    conditions.equals('name', 'cursor');
    const sql = `SELECT value FROM ${dialect.table('audit_secrets')} ${conditions.where}`;
    const value = (await this.database.read(sql, conditions.values))[0]?.['value'];
    if (typeof value !== 'string' || !KEY.test(value)) {
      throw new StoreUnavailableError(
        'its table audit_secrets has no key for cursors. Insert one: the name cursor, and 64 random hex digits',
      );
    }
    return Buffer.from(value, 'hex');
  }
}
