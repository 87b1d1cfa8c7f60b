import { Injectable } from '@nestjs/common';
import type { AuditDraft, AuditEnrichment } from '../event/audit-draft.js';
import type { AuditActor } from '../event/audit-event.js';
import type { AuditRecord } from '../event/audit-record.js';
import { InboxMissingError } from '../event/audit.error.js';
import type { AuditEventType } from '../catalogue/event-type.js';
import type { IntegrityReport } from '../integrity/integrity-fault.js';
import type { Redactor } from '../redaction/redactor.js';
import type { AuditPage, AuditQuery } from '../storage/audit-query.js';
import type { AuditReader, VerifyOptions } from '../storage/audit-reader.js';
import { correlatedRecords } from '../storage/reading/correlated-records.js';
import type { ReadOptions } from '../storage/reading/read-options.js';
import type { IndexState } from '../storage/reading/log-index.js';
import type { ExportQuery, RecordFlows, TailOptions, TailQuery } from '../storage/reading/record-flows.js';
import type { AuditStatistics, StatisticsQuery, StatisticsReader } from '../storage/reading/audit-statistics.js';
import type { AuditContext } from './context/audit-context.js';
import type { AuditReceipt, AuditRecorder } from './audit-recorder.js';
import type { AuditDurability } from '../event/durability.js';
import type { CheckpointState } from './accounting/checkpoint-state.js';
import type { AuditFailureCause, FailureLog } from './accounting/failure-log.js';
import type { RecorderCounters, RecorderCounts } from './accounting/recorder-counters.js';
import type {
  ManagerOf,
  TransactionalReceipt,
  TransactionalRecorder,
  TransactionSource,
} from './transactions/transactional-recorder.js';
import { draftFields } from './composing/readable-draft.js';
import { defined, type ContextualDrafts } from './context/contextual-drafts.js';
import type { DurableWriter, WriterStatus } from './writing/durable-writer.js';

/** A draft whose type is checked against the catalogue that the application declared, if it did. */
export type TypedDraft = Omit<AuditDraft, 'type'> & { readonly type: AuditEventType };

/** What the service is made of; one instance of each per module. */
export interface AuditServiceParts {
  readonly recorder: AuditRecorder;
  readonly reader: AuditReader;
  readonly flows: RecordFlows;
  readonly statistics: StatisticsReader;
  readonly context: AuditContext;
  readonly drafts: ContextualDrafts;
  readonly redactor: Redactor;
  readonly failures: FailureLog;
  readonly counters: RecorderCounters;
  readonly writer: Pick<DurableWriter, 'status'>;
  /** `undefined` where no DataSource of the application was named. */
  readonly transactional: TransactionalRecorder | undefined;
  /** Public keys of this log: what a verification trusts unless others are named. Empty: nothing is signed. */
  readonly trustedKeys: readonly string[];
  /** In whose name they sign; absent where nobody was named. */
  readonly logName?: string | undefined;
  /** How the signing goes; `undefined` where nobody signs. */
  readonly checkpoints: () => CheckpointState | undefined;
  /** How the keeping of the index goes; `undefined` where this process does not keep it. */
  readonly index: () => IndexState | undefined;
}

/** How the audit trail is doing, for operators and health checks. */
export interface AuditStatus extends WriterStatus {
  /** What became of the events of this process. */
  readonly events: RecorderCounts;
  /** How often something of the audit trail itself failed since the start, by cause. */
  readonly failures: Readonly<Partial<Record<AuditFailureCause, number>>>;
  /** How the signing of the log goes; absent where there is no key. */
  readonly checkpoints?: CheckpointState;
  /** How far the index is behind the log; absent where this process does not keep it. */
  readonly index?: IndexState;
}

/**
 * The audit trail, for application code: record what the decorator cannot see, enrich what it
 * records, read, verify.
 */
@Injectable()
export class AuditService {
  constructor(private readonly parts: AuditServiceParts) {}

  /**
   * Records one event. Actor, correlation and trace come from the running action unless given;
   * outside of any action the actor is the system itself.
   *
   * @returns what became of the event. Never rejects: a broken store is no reason to fail the caller;
   * look at `status` where it matters.
   */
  async record(draft: TypedDraft, durability?: AuditDurability): Promise<AuditReceipt> {
    return this.parts.recorder.record(await this.parts.drafts.inContext(draft), durability);
  }

  /**
   * Records through the caller's own transaction: the record exists if and only if that commits. Without a draft, the
   * running action's own event is written, as if the action ended well now.
   *
   * @param manager TypeORM's `EntityManager` of an open transaction, in the database of the option `dataSource`
   * @throws TransactionMissingError, InboxMissingError, or what the database says. Unlike `record` this one rejects: a
   * business change must not commit without its record. Let the error end the transaction.
   */
  async recordIn(manager: object, draft?: TypedDraft): Promise<TransactionalReceipt> {
    return this.requireTransactional().recordIn(manager, draft);
  }

  /**
   * Runs work in a transaction of the application and, where the running action is `transactional`, writes its record
   * there right before the commit.
   *
   * @param source a TypeORM `DataSource` or `EntityManager`
   * @returns what the work returned
   *
   * @example
   * ```ts
   * return this.audit.transaction(this.dataSource, (manager) => manager.save(Order, order));
   * ```
   */
  async transaction<Source extends TransactionSource, Result>(
    source: Source,
    work: (manager: ManagerOf<Source>) => Promise<Result>,
  ): Promise<Result> {
    return this.requireTransactional().transaction(source, work);
  }

  /**
   * Adds facts to the event of the running action: details are merged, everything else replaces.
   *
   * @returns false when no action with an event of its own is running; nothing is recorded then
   */
  enrich(facts: AuditEnrichment): boolean {
    try {
      return this.parts.context.current()?.enrich(draftFields(facts)) ?? false;
    } catch (error) {
      // Facts that cannot even be read must not fail the business code that gave them.
      this.parts.failures.report('capture', 'An event could not be enriched', error);
      return false;
    }
  }

  /** Runs `work` with this actor as the one who acts: jobs, queues, command lines. */
  runAs<Result>(actor: AuditActor, work: () => Result): Result {
    const outer = this.parts.context.current();
    const correlationId = outer?.correlationId ?? this.parts.recorder.newId();
    return this.parts.context.run(
      {
        ...defined({
          eventId: outer?.eventId,
          sessionId: outer?.sessionId,
          traceId: outer?.traceId,
          spanId: outer?.spanId,
          transactional: outer?.transactional,
        }),
        correlationId,
        actor: () => actor,
        enrich: (facts) => outer?.enrich(facts) ?? false,
      },
      work,
    );
  }

  /** Id of the event that the running action will become; `undefined` outside of any. */
  currentEventId(): string | undefined {
    return this.parts.context.current()?.eventId;
  }

  /** What links the events of the running action; `undefined` outside of any. */
  currentCorrelationId(): string | undefined {
    return this.parts.context.current()?.correlationId;
  }

  /**
   * One page of the records that match, newest first unless the query says otherwise.
   *
   * @param options what whoever reads may see, and how long it may take
   * @throws QueryInvalidError naming the parameter, ReadForbiddenError, QueryTooSlowError, StoreUnavailableError
   */
  find(query: AuditQuery = {}, options: ReadOptions = {}): Promise<AuditPage> {
    return this.parts.reader.find(query, options);
  }

  /** The record of an event, or `undefined` when there is none that whoever reads may see. */
  get(id: string, options: ReadOptions = {}): Promise<AuditRecord | undefined> {
    return this.parts.reader.get(id, options);
  }

  /**
   * Everything that belongs together under a correlation id, in the order in which it was recorded.
   *
   * @throws QueryInvalidError when these are more than 10 000: read them in pages with `find`
   */
  correlation(correlationId: string, options: ReadOptions = {}): Promise<readonly AuditRecord[]> {
    return correlatedRecords(this.parts.reader, correlationId, options);
  }

  /**
   * Every record that matches, one by one, the oldest first unless the query says otherwise; memory stays flat. Nothing
   * records that it was read: `AuditCustody.export` does, and so does the HTTP API.
   *
   * @throws QueryInvalidError, QueryTooSlowError for a single page, StoreUnavailableError, while it is read
   *
   * @example
   * ```ts
   * for await (const { event } of this.audit.export({ type: 'deploy.*', from })) { ... }
   * ```
   */
  export(query: ExportQuery = {}, options: ReadOptions = {}): AsyncGenerator<AuditRecord, void, undefined> {
    return this.parts.flows.walk(query, options);
  }

  /**
   * What is recorded from now on, one by one, or from right behind the event `after` on; those of other processes within a
   * second. Goes on until `signal` is aborted or whoever reads has enough.
   *
   * @throws QueryInvalidError, StoreUnavailableError, while it is read
   */
  tail(query: TailQuery = {}, options: TailOptions = {}): AsyncGenerator<AuditRecord, void, undefined> {
    // It begins now, not when the first record is asked for.
    const started = this.parts.flows.tail(query, options);
    started.catch(() => undefined);
    return (async function* () {
      yield* await started;
    })();
  }

  /**
   * The log in numbers: totals, by type, severity, outcome, risk and environment, who acted most often, counts over time.
   *
   * @param options what whoever asks may see; without, everything
   * @throws QueryInvalidError naming the parameter, QueryTooSlowError
   */
  statistics(query: StatisticsQuery = {}, options: ReadOptions = {}): Promise<AuditStatistics> {
    return this.parts.statistics.statistics(query, options);
  }

  /**
   * Verifies every record of every chain and names every fault. Signatures must be those of this log's own keys, unless
   * others are named.
   */
  verify(options: VerifyOptions = {}): Promise<IntegrityReport> {
    const { trustedKeys = this.parts.trustedKeys } = options;
    const named = this.parts.logName === undefined ? options : { logName: this.parts.logName, ...options };
    return this.parts.reader.verify(trustedKeys.length === 0 ? named : { ...named, trustedKeys });
  }

  /**
   * A keyed fingerprint to stand for a credential: the same key gives the same fingerprint, and
   * nobody without the module's `fingerprintKey` can test a guess against it.
   */
  fingerprint(credential: string): string {
    return this.parts.redactor.fingerprint(credential);
  }

  /** How often the audit trail itself failed since the start, by cause. */
  failures(): Readonly<Partial<Record<AuditFailureCause, number>>> {
    return this.parts.failures.snapshot();
  }

  /** Where events go at the moment, what waits in the spool, what became of everything. Cheap: no I/O. */
  status(): AuditStatus {
    const { writer, counters, failures } = this.parts;
    const checkpoints = this.parts.checkpoints();
    const index = this.parts.index();
    return {
      ...writer.status(),
      events: counters.snapshot(),
      failures: failures.snapshot(),
      ...(checkpoints === undefined ? {} : { checkpoints }),
      ...(index === undefined ? {} : { index }),
    };
  }

  private requireTransactional(): TransactionalRecorder {
    if (this.parts.transactional === undefined) {
      throw new InboxMissingError('no DataSource of the application was named');
    }
    return this.parts.transactional;
  }
}
