import { StoreUnavailableError } from '../../event/audit.error.js';
import type { AuditRecord, ChainId } from '../../event/audit-record.js';
import type { IntegrityReport } from '../../integrity/integrity-fault.js';
import { resolveSealKeys, type SealKeys } from '../../integrity/seal-keys.js';
import { Sealer } from '../../integrity/sealer.js';
import { checkQuery, type AuditPage, type AuditQuery } from '../../storage/audit-query.js';
import type { AuditReader, VerifyOptions } from '../../storage/audit-reader.js';
import type { AppendableEvent, AppendReceipt, AuditStore, ReplayReceipt } from '../../storage/audit-store.js';
import type { AuditStatistics, StatisticsQuery, StatisticsReader } from '../../storage/reading/audit-statistics.js';
import type { ReadOptions } from '../../storage/reading/read-options.js';
import { checkChainName } from '../../storage/chain-name.js';
import { checkReadOptions } from '../../storage/reading/checked-read-options.js';
import type { InCustody } from '../custody/custody-database.js';
import { DatabaseCustody } from '../custody/database-custody.js';
import { DatabaseLedger } from '../delivery/database-ledger.js';
import { RecordSearch } from '../reading/record-search.js';
import { DatabaseIndex } from '../reading/projections/database-index.js';
import type { StoreOptions, WhenAppended } from '../store.options.js';
import { DatabaseVerification } from '../verification/database-verification.js';
import { verifySettings } from '../verification/verify-settings.js';
import { ChainWriter } from './chain-writer.js';
import { prepareEvents, type PreparedEvent } from './sealed-batch.js';
import type { ServerDatabase } from './server-database.js';
import { serverStatistics } from './server-statistics.js';
import { ServerSnapshot } from './server-verification.js';

/** Above so many chains, those without work under way are forgotten; each costs one more round trip when it comes back. */
const MAX_REMEMBERED_CHAINS = 1000;

/** The log on a database server: what is the same on every one of them. */
export class ServerAuditStore implements AuditStore, AuditReader, StatisticsReader {
  private readonly writers = new Map<ChainId, ChainWriter>();
  private readonly search: RecordSearch;
  private readonly sealKeys: SealKeys | undefined;
  private readonly sealer: Sealer;
  private readonly custodyOfDatabase: DatabaseCustody;
  private readonly whenAppended: WhenAppended | undefined;
  private readonly ledgerOfDatabase: DatabaseLedger;
  private readonly indexOfDatabase: DatabaseIndex;
  private isOpen = false;
  private opening: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  /** @throws OptionsInvalidError naming the option and the cure */
  constructor(
    private readonly database: ServerDatabase & InCustody,
    options: StoreOptions = {},
  ) {
    this.sealKeys = resolveSealKeys(options.seal);
    this.sealer = new Sealer(this.sealKeys);
    this.whenAppended = options.whenAppended;
    this.search = new RecordSearch(database.custody);
    this.custodyOfDatabase = new DatabaseCustody(database.custody);
    this.ledgerOfDatabase = new DatabaseLedger(database.custody);
    this.indexOfDatabase = new DatabaseIndex(database.custody);
  }

  async open(): Promise<void> {
    await this.closing;
    if (this.isOpen) {
      return;
    }
    this.opening ??= this.database
      .open()
      .then(() => {
        this.isOpen = true;
      })
      .finally(() => {
        this.opening = undefined;
      });
    await this.opening;
  }

  async append(chain: ChainId, events: readonly AppendableEvent[]): Promise<AppendReceipt> {
    checkChainName(chain);
    this.requireOpen();
    if (events.length === 0) {
      return { chain, firstPosition: (await this.read(() => this.positionOf(chain))) + 1 };
    }
    const receipt = await this.writerOf(chain).append(this.prepared(events));
    this.whenAppended?.(chain, receipt.firstPosition + events.length - 1);
    return receipt;
  }

  async appendMissing(chain: ChainId, events: readonly AppendableEvent[]): Promise<ReplayReceipt> {
    checkChainName(chain);
    this.requireOpen();
    if (events.length === 0) {
      return { chain, appended: 0 };
    }
    const receipt = await this.writerOf(chain).appendMissing(this.prepared(events));
    if (receipt.appended > 0) {
      this.whenAppended?.(chain);
    }
    return receipt;
  }

  async find(query: AuditQuery = {}, options: ReadOptions = {}): Promise<AuditPage> {
    const checked = checkQuery(query, options);
    return this.read(() => this.search.find(checked));
  }

  async get(id: string, options: ReadOptions = {}): Promise<AuditRecord | undefined> {
    const checked = checkReadOptions(options);
    return this.read(() => this.search.get(id, checked));
  }

  async verify(options: VerifyOptions = {}): Promise<IntegrityReport> {
    const settings = verifySettings(options);
    const { database, sealKeys } = this;
    const { dialect } = database.custody;
    return this.read(() =>
      database.snapshot((snapshot) =>
        new DatabaseVerification(new ServerSnapshot(snapshot, dialect, sealKeys), {
          settings,
          sealKeys,
          onProgress: options.onProgress,
        }).run(),
      ),
    );
  }

  async statistics(query: StatisticsQuery = {}, options: ReadOptions = {}): Promise<AuditStatistics> {
    return this.read(() => serverStatistics(this.database, query, options));
  }

  /** Records as they are stored, trees and checkpoints, erasure and pruning; works while the store is open. */
  custody(): DatabaseCustody {
    return this.custodyOfDatabase;
  }

  /** Destinations, leases and dead letters; works while the store is open. */
  ledger(): DatabaseLedger {
    return this.ledgerOfDatabase;
  }

  /** What makes reading fast, to be brought forward; works while the store is open. */
  index(): DatabaseIndex {
    return this.indexOfDatabase;
  }

  async close(): Promise<void> {
    this.closing ??= this.end().finally(() => {
      this.closing = undefined;
    });
    await this.closing;
  }

  private async end(): Promise<void> {
    // Failing to open was told to whoever opened.
    await this.opening?.catch(() => undefined);
    if (!this.isOpen) {
      return;
    }
    this.isOpen = false;
    await Promise.all([...this.writers.values()].map((writer) => writer.finish()));
    this.writers.clear();
    await this.database.close();
  }

  private prepared(events: readonly AppendableEvent[]): readonly PreparedEvent[] {
    return prepareEvents(events, (text) => this.database.dialect.columnText(text));
  }

  private writerOf(chain: ChainId): ChainWriter {
    let writer = this.writers.get(chain);
    if (writer === undefined) {
      if (this.writers.size >= MAX_REMEMBERED_CHAINS) {
        this.forgetIdleChains();
      }
      writer = new ChainWriter(this.database, chain, this.sealer);
      this.writers.set(chain, writer);
    }
    return writer;
  }

  private forgetIdleChains(): void {
    for (const [chain, writer] of this.writers) {
      if (writer.isIdle) {
        this.writers.delete(chain);
      }
    }
  }

  private async positionOf(chain: ChainId): Promise<number> {
    const { dialect } = this.database;
    const sql = `SELECT position FROM ${dialect.table('audit_heads')} WHERE chain = ${dialect.placeholder(1)}`;
    const [head] = await this.database.query(sql, [chain]);
    return Number(head?.['position'] ?? 0);
  }

  private async read<Result>(work: () => Promise<Result>): Promise<Result> {
    this.requireOpen();
    return work();
  }

  private requireOpen(): void {
    if (!this.isOpen) {
      throw new StoreUnavailableError('it is not open');
    }
  }
}
