import { StoreUnavailableError } from '../../event/audit.error.js';
import type { AuditRecord, ChainId } from '../../event/audit-record.js';
import type { IntegrityReport } from '../../integrity/integrity-fault.js';
import { checkQuery, type AuditPage, type AuditQuery } from '../../storage/audit-query.js';
import type { AuditReader, VerifyOptions } from '../../storage/audit-reader.js';
import type { AppendableEvent, AppendReceipt, AuditStore } from '../../storage/audit-store.js';
import { IN_MEMORY } from './sqlite-connection.js';
import { SqliteThread } from './sqlite-thread.js';

/**
 * The embedded log: one SQLite file, zero configuration. A commit survives a power cut
 * (WAL with `synchronous=FULL`, checked at boot). Writes and reads run in two threads; several
 * processes on one file take turns at SQLite's own lock.
 */
export class SqliteAuditStore implements AuditStore, AuditReader {
  private writer: SqliteThread | undefined;
  private reader: Promise<SqliteThread> | undefined;

  /** @param file path of the database file, or `:memory:` for tests */
  constructor(private readonly file: string) {}

  async open(): Promise<void> {
    if (this.writer !== undefined) {
      return;
    }
    const writer = new SqliteThread({ file: this.file, role: 'writer' });
    try {
      await writer.call({ operation: 'open' });
    } catch (error) {
      await writer.end();
      throw error;
    }
    this.writer = writer;
  }

  async append(chain: ChainId, events: readonly AppendableEvent[]): Promise<AppendReceipt> {
    return this.openWriter().call({ operation: 'append', chain, events });
  }

  async find(query: AuditQuery = {}): Promise<AuditPage> {
    const checked = checkQuery(query);
    return (await this.openReader()).call({ operation: 'find', query: checked });
  }

  async get(id: string): Promise<AuditRecord | undefined> {
    return (await this.openReader()).call({ operation: 'get', id });
  }

  async verify(options: VerifyOptions = {}): Promise<IntegrityReport> {
    return (await this.openReader()).call({ operation: 'verify', options });
  }

  async close(): Promise<void> {
    const reader = await this.reader?.catch(() => undefined);
    await reader?.end();
    // The writer last: closing the last connection folds the write-ahead log into the file.
    await this.writer?.end();
    this.reader = undefined;
    this.writer = undefined;
  }

  private openWriter(): SqliteThread {
    if (this.writer === undefined) {
      throw new StoreUnavailableError('it is not open');
    }
    return this.writer;
  }

  /** The reading thread starts with the first read; an application that only writes has none. */
  private openReader(): Promise<SqliteThread> {
    if (this.file === IN_MEMORY && this.writer !== undefined) {
      return Promise.resolve(this.writer);
    }
    this.reader ??= this.startReader().catch((error: unknown) => {
      this.reader = undefined;
      throw error;
    });
    return this.reader;
  }

  private async startReader(): Promise<SqliteThread> {
    this.openWriter();
    const reader = new SqliteThread({ file: this.file, role: 'reader' });
    try {
      await reader.call({ operation: 'open' });
      return reader;
    } catch (error) {
      await reader.end();
      throw error;
    }
  }
}
