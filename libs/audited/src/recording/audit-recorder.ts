import type { AuditDraft } from '../event/audit-draft.js';
import { MAIN_CHAIN } from '../event/audit-record.js';
import { AuditError } from '../event/audit.error.js';
import type { AppendableEvent, AuditStore } from '../storage/audit-store.js';
import type { AuditDurability } from '../event/durability.js';
import { effectiveDurability } from './durability.js';
import type { ComposedEvent, EventComposer } from './composing/event-composer.js';
import type { AuditFailureCause, FailureLog } from './failure-log.js';
import { GroupCommit, type GroupCommitLimits } from './group-commit.js';

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

/**
 * The one write path: draft, event, queue, store. Never throws and never rejects: a failure of the
 * audit trail is counted, told to the operator once, and said in the receipt.
 */
export class AuditRecorder {
  private readonly commits: GroupCommit;

  constructor(
    store: AuditStore,
    private readonly composer: EventComposer,
    private readonly failures: FailureLog,
    private readonly defaultDurability: AuditDurability,
    limits: GroupCommitLimits,
  ) {
    this.commits = new GroupCommit(store, MAIN_CHAIN, limits);
  }

  /** An id for an event that is recorded later, so that it can be told before. */
  newId(): string {
    return this.composer.newId();
  }

  /** What an action of this type waits for: what was asked, else what its catalogue says, else the module's default. */
  levelFor(type: string, asked: AuditDurability | undefined): AuditDurability {
    return asked ?? this.composer.durabilityOf(type) ?? this.defaultDurability;
  }

  /** False when the policy is to count what cannot be kept and to go on: then a lost intent stops nobody. */
  get failsClosed(): boolean {
    return true;
  }

  /**
   * @returns a receipt at once when the event need not be waited for, else a promise that never rejects
   */
  record(
    draft: AuditDraft,
    durability?: AuditDurability,
    id: string = this.newId(),
  ): AuditReceipt | Promise<AuditReceipt> {
    let composed: ComposedEvent;
    try {
      composed = this.composer.compose(draft, id);
    } catch (error) {
      this.failures.report('compose', 'An event could not be recorded', error);
      return { id, status: 'failed' };
    }
    const level = effectiveDurability(
      durability ?? composed.durability ?? this.defaultDurability,
      composed.event.risk,
      composed.atLeastRecorded,
    );
    const committed = this.commit(composed);
    return level === 'best-effort' ? { id, status: 'queued' } : committed;
  }

  /** Takes no more events; resolves when every accepted one is durable or has failed. */
  close(): Promise<void> {
    return this.commits.close();
  }

  private commit(composed: ComposedEvent): Promise<AuditReceipt> {
    const { id } = composed.event;
    return this.commits.append(appendable(composed)).then(
      (position) => {
        this.failures.recovered('store');
        return { id, status: 'durable', position } as const;
      },
      (error: unknown) => {
        this.failures.report(causeOf(error), 'An event was not confirmed by the store and may be lost', error);
        return { id, status: 'failed' } as const;
      },
    );
  }
}

function causeOf(error: unknown): AuditFailureCause {
  if (error instanceof AuditError && error.code === 'AUDIT_OVERLOADED') {
    return 'overload';
  }
  return error instanceof AuditError && error.code === 'AUDIT_CLOSED' ? 'closed' : 'store';
}

/** What the store needs, and nothing more: it may have to be copied to another thread. */
function appendable({ body, personal, salt }: ComposedEvent): AppendableEvent {
  return personal === undefined || salt === undefined ? { body } : { body, personal, salt };
}
