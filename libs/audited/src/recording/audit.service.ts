import { Injectable } from '@nestjs/common';
import type { AuditDraft, AuditEnrichment } from '../event/audit-draft.js';
import type { AuditActor } from '../event/audit-event.js';
import type { AuditRecord } from '../event/audit-record.js';
import type { AuditEventType } from '../catalogue/event-type.js';
import type { IntegrityReport } from '../integrity/integrity-fault.js';
import type { Redactor } from '../redaction/redactor.js';
import type { AuditPage, AuditQuery } from '../storage/audit-query.js';
import type { AuditReader, VerifyOptions } from '../storage/audit-reader.js';
import type { AuditContext } from './audit-context.js';
import type { AuditReceipt, AuditRecorder } from './audit-recorder.js';
import type { AuditScope } from './audit-scope.js';
import type { AuditDurability } from '../event/durability.js';
import type { AuditFailureCause, FailureLog } from './failure-log.js';
import { draftFields } from './composing/readable-draft.js';

/** A draft whose type is checked against the catalogue that the application declared, if it did. */
export type TypedDraft = Omit<AuditDraft, 'type'> & { readonly type: AuditEventType };

/** Who works when nobody asked: a scheduled task, a start-up step. */
const SYSTEM: AuditActor = { kind: 'system' };

/** What the service is made of; one instance of each per module. */
export interface AuditServiceParts {
  readonly recorder: AuditRecorder;
  readonly reader: AuditReader;
  readonly context: AuditContext;
  readonly redactor: Redactor;
  readonly failures: FailureLog;
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
    return this.parts.recorder.record(await this.inContext(draft), durability);
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

  /** Records that match, newest first. @throws QueryInvalidError naming the parameter */
  find(query: AuditQuery = {}): Promise<AuditPage> {
    return this.parts.reader.find(query);
  }

  /** The record of an event, or `undefined`. */
  get(id: string): Promise<AuditRecord | undefined> {
    return this.parts.reader.get(id);
  }

  /** Verifies every record of every chain and names every fault. */
  verify(options: VerifyOptions = {}): Promise<IntegrityReport> {
    return this.parts.reader.verify(options);
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

  /** The draft with what the running action knows. What the draft leaves out, or gives as `undefined`, is inherited. */
  private async inContext(draft: TypedDraft): Promise<AuditDraft> {
    const scope = this.parts.context.current();
    const own = draftFields(draft);
    if (scope === undefined) {
      return { actor: SYSTEM, ...own };
    }
    const { correlationId, eventId: causationId, sessionId, traceId, spanId } = scope;
    const actor = own.actor === undefined ? await this.actorOf(scope) : undefined;
    return { ...defined({ actor, correlationId, causationId, sessionId, traceId, spanId }), ...own };
  }

  private async actorOf(scope: AuditScope): Promise<AuditActor | undefined> {
    try {
      return await scope.actor();
    } catch (error) {
      this.parts.failures.report('actor', 'The actor of an event could not be established', error);
      return undefined;
    }
  }
}

function defined<Facts extends object>(facts: Facts): { [Field in keyof Facts]?: Exclude<Facts[Field], undefined> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as {
    [Field in keyof Facts]?: Exclude<Facts[Field], undefined>;
  };
}
