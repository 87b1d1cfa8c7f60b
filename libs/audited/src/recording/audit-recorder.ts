import type { AuditDraft } from '../event/audit-draft.js';
import { AuditError } from '../event/audit.error.js';
import type { Clock } from '../event/clock.js';
import type { AuditDurability } from '../event/durability.js';
import type { AppendableEvent } from '../storage/audit-store.js';
import type { ComposedEvent, EventComposer } from './composing/event-composer.js';
import { effectiveDurability } from './durability.js';
import type { AuditFailureCause, FailureLog } from './accounting/failure-log.js';
import type { Committed, GroupCommit } from './writing/group-commit.js';
import { lossDraft } from './accounting/loss-draft.js';
import type { LossLedger } from './accounting/loss-ledger.js';
import type { RecorderCounters } from './accounting/recorder-counters.js';

/** What became of an event. */
export interface AuditReceipt {
  /** Id of the event; the one to look it up by. */
  readonly id: string;
  /**
   * `durable`: stored and sealed. `spooled`: the store is down; the event is on the local disk, fsynced, and reaches
   * the chain when the store is back. `queued`: accepted, the level did not ask to wait. `in-transaction`: written
   * through the caller's transaction; it exists if that commits. `failed`: not stored; the operator was told and the
   * loss counted.
   */
  readonly status: 'durable' | 'spooled' | 'queued' | 'in-transaction' | 'failed';
  /** Position in the chain, once durable. */
  readonly position?: number;
}

/** A second place that every event is written to, whatever the store does. It deals with its own failures. */
export interface SecondPlace {
  write(events: readonly AppendableEvent[]): unknown;
}

/** What the recorder is made of; one instance of each per module. */
export interface AuditRecorderParts {
  readonly composer: EventComposer;
  readonly commits: GroupCommit;
  readonly failures: FailureLog;
  readonly losses: LossLedger;
  readonly counters: RecorderCounters;
  readonly clock: Clock;
  readonly defaultDurability: AuditDurability;
  /** False when the policy is to count what cannot be kept and to go on. */
  readonly failsClosed: boolean;
  readonly journal?: SecondPlace | undefined;
}

/**
 * The one write path: draft, event, queue, store or spool. Never throws and never rejects: a failure of the
 * audit trail is counted, told to the operator once, sealed into the log as a loss, and said in the receipt.
 */
export class AuditRecorder {
  private sealingLoss = false;
  private onIdle: (() => void) | undefined;

  constructor(private readonly parts: AuditRecorderParts) {}

  /** An id for an event that is recorded later, so that it can be told before. */
  newId(): string {
    return this.parts.composer.newId();
  }

  /** What an action of this type waits for: what was asked, else what its catalogue says, else the module's default. */
  levelFor(type: string, asked: AuditDurability | undefined): AuditDurability {
    return asked ?? this.parts.composer.durabilityOf(type) ?? this.parts.defaultDurability;
  }

  /** False when the policy is to count what cannot be kept and to go on: then a lost intent stops nobody. */
  get failsClosed(): boolean {
    return this.parts.failsClosed;
  }

  /**
   * @returns a receipt at once when the event need not be waited for, else a promise that never rejects
   */
  record(
    draft: AuditDraft,
    durability?: AuditDurability,
    id: string = this.newId(),
  ): AuditReceipt | Promise<AuditReceipt> {
    const { composer, counters, failures, defaultDurability } = this.parts;
    counters.countAccepted();
    let composed: ComposedEvent;
    try {
      composed = composer.compose(draft, id);
    } catch (error) {
      this.lose('compose', true);
      failures.report('compose', 'An event could not be recorded', error);
      return { id, status: 'failed' };
    }
    const { event, atLeastRecorded } = composed;
    const asked = durability ?? composed.durability ?? defaultDurability;
    const level = effectiveDurability(asked, event.risk, atLeastRecorded);
    const committed = this.commit(composed, level);
    return level === 'best-effort' ? { id, status: 'queued' } : committed;
  }

  /** Takes no more events; resolves when every accepted one is durable, in the spool, or has failed. */
  close(): Promise<void> {
    return this.parts.commits.close();
  }

  /**
   * The store has had its time: what is under way and what still comes goes to the spool.
   *
   * @returns false when there is none
   */
  spoolFromNow(): boolean {
    return this.parts.commits.spoolFromNow();
  }

  /** Resolves when the fate of every accepted event is known, or the time is over. */
  async settled(timeoutMs: number): Promise<void> {
    if (this.parts.counters.pending === 0) {
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
    this.onIdle = undefined;
  }

  /** Writes what was lost into the log, if anything was. The store has just been reached, or a shutdown is near. */
  sealLosses(): void {
    const report = this.parts.losses.pending();
    if (report === undefined || this.sealingLoss) {
      return;
    }
    this.sealingLoss = true;
    const { losses, failures, composer, commits } = this.parts;
    const event = appendable(composer.compose(lossDraft(report)));
    commits
      .append(event)
      .then(() => losses.settle(report))
      // The losses stay on the books and are sealed with the next commit that succeeds.
      .catch((error: unknown) =>
        failures.report(causeOf(error), 'A loss of audit events could not be sealed yet', error),
      )
      .finally(() => {
        this.sealingLoss = false;
      });
  }

  private commit(composed: ComposedEvent, level: AuditDurability): Promise<AuditReceipt> {
    const { commits, journal, failures } = this.parts;
    const { id } = composed.event;
    const event = appendable(composed);
    journal?.write([event]);
    return commits.append(event, level).then(
      (committed) => this.committed(id, committed),
      (error: unknown) => {
        const cause = causeOf(error);
        // What the writer could not keep, it has put on the books itself: it also learns when it arrived after all.
        this.lose(cause, cause === 'overload' || cause === 'closed');
        failures.report(cause, 'An event was neither stored nor spooled and is lost', error);
        return { id, status: 'failed' } as const;
      },
    );
  }

  private committed(id: string, committed: Committed): AuditReceipt {
    const { counters, failures } = this.parts;
    if (committed.place === 'spool') {
      counters.countSpooled();
      this.tellIdle();
      return { id, status: 'spooled' };
    }
    counters.countStored();
    failures.recovered('store');
    this.sealLosses();
    this.tellIdle();
    return { id, status: 'durable', position: committed.position };
  }

  private lose(cause: AuditFailureCause, toTheBooks: boolean): void {
    const { counters, losses, clock } = this.parts;
    counters.countLost(cause);
    if (toTheBooks) {
      losses.add(cause, 1, clock.now());
    }
    this.tellIdle();
  }

  private tellIdle(): void {
    if (this.onIdle !== undefined && this.parts.counters.pending === 0) {
      this.onIdle();
    }
  }
}

const CAUSE_OF_CODE: Readonly<Record<string, AuditFailureCause>> = {
  AUDIT_OVERLOADED: 'overload',
  AUDIT_CLOSED: 'closed',
  AUDIT_SPOOL_FULL: 'spool',
  AUDIT_SPOOL_UNUSABLE: 'spool',
};

function causeOf(error: unknown): AuditFailureCause {
  return (error instanceof AuditError ? CAUSE_OF_CODE[error.code] : undefined) ?? 'store';
}

/** What the store needs, and nothing more: it may have to be copied to another thread. */
function appendable({ body, personal, salt }: ComposedEvent): AppendableEvent {
  return personal === undefined || salt === undefined ? { body } : { body, personal, salt };
}
