import { AuditError, StoreUnavailableError } from '../../event/audit.error.js';
import type { AuditRecord, ChainId } from '../../event/audit-record.js';
import type { IntegrityReport } from '../../integrity/integrity-fault.js';
import { resolveSealKeys, type SealKeys } from '../../integrity/seal-keys.js';
import { checkQuery, type AuditPage, type AuditQuery } from '../../storage/audit-query.js';
import type { AuditReader, VerifyOptions } from '../../storage/audit-reader.js';
import type { AppendableEvent, AppendReceipt, AuditStore, ReplayReceipt } from '../../storage/audit-store.js';
import type { AuditStatistics, StatisticsQuery, StatisticsReader } from '../../storage/reading/audit-statistics.js';
import { checkReadOptions } from '../../storage/reading/checked-read-options.js';
import { tooManySteps } from '../../storage/reading/histogram-steps.js';
import type { ReadOptions } from '../../storage/reading/read-options.js';
import { checkStatistics } from '../../storage/reading/statistics-query.js';
import { checkChainName } from '../../storage/chain-name.js';
import { DatabaseCustody } from '../custody/database-custody.js';
import { DatabaseLedger } from '../delivery/database-ledger.js';
import { RecordSearch } from '../reading/record-search.js';
import { DatabaseIndex } from '../reading/projections/database-index.js';
import { withinLimits } from '../reading/read-limits.js';
import type { StoreAccess, StoreOptions, WhenAppended } from '../store.options.js';
import { verifySettings } from '../verification/verify-settings.js';
import { IN_MEMORY } from './sqlite-file.js';
import { SqliteCustody } from './sqlite-custody.js';
import { SqliteThread } from './sqlite-thread.js';

/**
 * The embedded log: one SQLite file, zero configuration. A commit survives a power cut
 * (WAL with `synchronous=FULL`, checked at boot). Writes and reads run in two threads; several
 * processes on one file take turns at SQLite's own lock.
 */
export class SqliteAuditStore implements AuditStore, AuditReader, StatisticsReader {
  private readonly sealKeys: SealKeys | undefined;
  private readonly access: StoreAccess;
  private readonly whenAppended: WhenAppended | undefined;
  private readonly statements = new SqliteCustody({
    reader: () => this.openReader(),
    writer: () => this.livingWriter(),
  });
  private readonly custodyOfFile = new DatabaseCustody(this.statements);
  private readonly ledgerOfFile = new DatabaseLedger(this.statements);
  private readonly search = new RecordSearch(this.statements);
  private readonly indexOfFile = new DatabaseIndex(this.statements);
  /** The thread that is there as long as the store is open; of a store that is opened for reading, it can only read. */
  private writer: SqliteThread | undefined;
  private reader: Promise<SqliteThread> | undefined;
  private verifier: Promise<SqliteThread> | undefined;
  private opening: Promise<void> | undefined;
  private closing: Promise<void> | undefined;
  private reviving: Promise<void> | undefined;

  /**
   * @param file path of the database file, or `:memory:` for tests
   * @throws OptionsInvalidError naming the option and the cure
   */
  constructor(
    private readonly file: string,
    options: StoreOptions = {},
  ) {
    this.sealKeys = resolveSealKeys(options.seal);
    this.access = options.access ?? 'write';
    this.whenAppended = options.whenAppended;
  }

  async open(): Promise<void> {
    await this.closing;
    if (this.writer !== undefined) {
      return;
    }
    this.opening ??= this.startThread(this.access === 'read' ? 'reader' : 'writer').then((writer) => {
      this.writer = writer;
    });
    try {
      await this.opening;
    } finally {
      this.opening = undefined;
    }
  }

  async append(chain: ChainId, events: readonly AppendableEvent[]): Promise<AppendReceipt> {
    checkChainName(chain);
    const writer = await this.livingWriter();
    const receipt = await writer.call<AppendReceipt>({ operation: 'append', chain, events });
    this.whenAppended?.(chain, receipt.firstPosition + events.length - 1);
    return receipt;
  }

  async appendMissing(chain: ChainId, events: readonly AppendableEvent[]): Promise<ReplayReceipt> {
    checkChainName(chain);
    const writer = await this.livingWriter();
    const receipt = await writer.call<ReplayReceipt>({ operation: 'appendMissing', chain, events });
    if (receipt.appended > 0) {
      this.whenAppended?.(chain);
    }
    return receipt;
  }

  async find(query: AuditQuery = {}, options: ReadOptions = {}): Promise<AuditPage> {
    return this.search.find(checkQuery(query, options));
  }

  async get(id: string, options: ReadOptions = {}): Promise<AuditRecord | undefined> {
    return this.search.get(id, checkReadOptions(options));
  }

  /** In a thread of its own: it may take minutes, in which others want to read. One that nobody waits for any more ends. */
  async verify(options: VerifyOptions = {}): Promise<IntegrityReport> {
    // Here too, so that a wrong option is told before a thread is asked.
    verifySettings(options);
    const { onProgress, ...sendable } = options;
    const call = { operation: 'verify', options: sendable } as const;
    const writer = this.openWriter();
    if (this.file === IN_MEMORY) {
      return writer.call(call, onProgress);
    }
    const verifier = (this.verifier ??= this.startThread('reader'));
    try {
      return await (await verifier).call<IntegrityReport>(call, onProgress);
    } catch (error) {
      // It failed, died, or nobody waits for it any more: the next verification starts another.
      const thread = await verifier.catch(() => undefined);
      // Others may wait for theirs.
      if (thread === undefined || thread.underWay <= 1) {
        this.verifier = this.verifier === verifier ? undefined : this.verifier;
        await thread?.stop();
      }
      throw error;
    }
  }

  async statistics(query: StatisticsQuery = {}, options: ReadOptions = {}): Promise<AuditStatistics> {
    const checked = checkStatistics(query);
    const limits = checkReadOptions(options);
    const request = { query: checked, ...(limits.tenants === undefined ? {} : { tenants: limits.tenants }) };
    const reader = await this.openReader();
    return withinLimits(limits, async (signal) => {
      const ended = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
      signal.addEventListener('abort', () => Atomics.store(ended, 0, 1));
      try {
        return await reader.call<AuditStatistics>({ operation: 'statistics', request, ended });
      } catch (error) {
        // The class of an error does not cross threads; everything else was checked before.
        throw isQueryInvalid(error) && checked.histogram !== undefined ? tooManySteps(checked.histogram) : error;
      }
    });
  }

  /** Records as they are stored, trees and checkpoints, erasure and pruning; works while the store is open. */
  custody(): DatabaseCustody {
    return this.custodyOfFile;
  }

  /** Destinations, leases and dead letters; works while the store is open. */
  ledger(): DatabaseLedger {
    return this.ledgerOfFile;
  }

  /** What makes reading fast, to be brought forward; works while the store is open. */
  index(): DatabaseIndex {
    return this.indexOfFile;
  }

  async close(): Promise<void> {
    this.closing ??= this.endThreads().finally(() => {
      this.closing = undefined;
    });
    await this.closing;
  }

  private async endThreads(): Promise<void> {
    await this.opening?.catch(() => undefined);
    const { reader, verifier, writer } = this;
    this.reader = undefined;
    this.verifier = undefined;
    this.writer = undefined;
    const readingThread = await reader?.catch(() => undefined);
    await readingThread?.end();
    await (await verifier?.catch(() => undefined))?.end();
    // The writer last: closing the last connection folds the write-ahead log into the file.
    await writer?.end();
  }

  private openWriter(): SqliteThread {
    if (this.writer === undefined) {
      throw new StoreUnavailableError('it is not open');
    }
    return this.writer;
  }

  /**
   * A writing thread that died took only the appends under way with it; the next append starts another. A log in memory
   * died with its thread, and must not come back empty as if nothing had been.
   */
  private livingWriter(): Promise<SqliteThread> {
    return this.access === 'read'
      ? Promise.reject(new StoreUnavailableError('it was opened for reading'))
      : this.livingThread();
  }

  private async livingThread(): Promise<SqliteThread> {
    if (this.reviving !== undefined) {
      await this.reviving;
    }
    const writer = this.openWriter();
    if (!writer.isDead || this.file === IN_MEMORY) {
      return writer;
    }
    this.reviving ??= this.revive();
    await this.reviving;
    return this.openWriter();
  }

  private async revive(): Promise<void> {
    this.writer = undefined;
    try {
      await this.open();
    } finally {
      this.reviving = undefined;
    }
  }

  /** The reading thread starts with the first read; an application that only writes has none. */
  private async openReader(): Promise<SqliteThread> {
    const writer = this.openWriter();
    if (this.file === IN_MEMORY) {
      return writer;
    }
    if (this.access === 'read') {
      return this.livingThread();
    }
    const reader = await (this.reader ??= this.startReader());
    if (!reader.isDead) {
      return reader;
    }
    // A thread that died (out of memory, say) took only the reads under way with it.
    this.reader = undefined;
    return this.openReader();
  }

  private startReader(): Promise<SqliteThread> {
    return this.startThread('reader').catch((error: unknown) => {
      this.reader = undefined;
      throw error;
    });
  }

  private async startThread(role: 'writer' | 'reader'): Promise<SqliteThread> {
    const thread = new SqliteThread({ file: this.file, role, seal: this.sealKeys });
    try {
      await thread.call({ operation: 'open' });
      return thread;
    } catch (error) {
      await thread.end();
      throw error;
    }
  }
}

function isQueryInvalid(error: unknown): boolean {
  return error instanceof AuditError && error.code === 'AUDIT_QUERY_INVALID';
}
