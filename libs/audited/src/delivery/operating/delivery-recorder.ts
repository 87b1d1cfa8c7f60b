import type { AuditDraft } from '../../event/audit-draft.js';
import type { NewDeadLetter } from '../delivery-ledger.js';
import type { DeliveryNotices, DestinationFailure } from '../engine/delivery-notices.js';
import type { DeliveryTimer } from '../engine/delivery-timer.js';
import { diedDraft, failedDraft, missedDraft, recoveredDraft } from './delivery-drafts.js';

/** Where notices go. */
export interface DeliveryRecorderParts {
  /** Writes a record into the log; must not throw. */
  readonly record: (draft: AuditDraft) => unknown;
  /** Tells the operator what happened to a destination. */
  readonly announce: (sentence: string, isGood: boolean) => void;
  /** Tells the operator that the engine itself cannot work, once, until that is over. */
  readonly report: (problem: string, error: unknown) => void;
  readonly solved: () => void;
  readonly timer: Pick<DeliveryTimer, 'elapsed' | 'sleep'>;
}

/** The type of the records that say so: one of them that dies itself is not told again, or it would never end. */
const DEAD_LETTER_TYPE = 'audit.dead_letter';
/** More dead letters of one destination within this time share a record. */
const GATHER_MS = 10_000;

interface Gathered {
  readonly letters: readonly NewDeadLetter[];
  readonly unnamed: number;
  readonly toldAt: number;
}

/** Seals what happens to destinations into the log, and tells the operator. */
export class DeliveryRecorder implements DeliveryNotices {
  private readonly gathered = new Map<string, Gathered>();

  constructor(private readonly parts: DeliveryRecorderParts) {}

  failed(failure: DestinationFailure): void {
    this.parts.record(failedDraft(failure));
    const { destination, state, reason, cure } = failure;
    const words = state === 'held' ? 'takes no events' : 'has been failing for a while';
    this.parts.announce(`Destination "${destination}" ${words}: ${reason}. Nothing is lost. ${cure}`, false);
  }

  recovered(destination: string, afterMs: number): void {
    this.parts.record(recoveredDraft(destination, afterMs));
    this.parts.announce(`Destination "${destination}" takes events again`, true);
  }

  died(destination: string, letters: readonly NewDeadLetter[], unnamed: number): void {
    const told = letters.filter(({ eventType }) => eventType !== DEAD_LETTER_TYPE);
    if (told.length === 0 && unnamed === 0) {
      return;
    }
    const now = this.parts.timer.elapsed();
    const before = this.gathered.get(destination) ?? { letters: [], unnamed: 0, toldAt: Number.NEGATIVE_INFINITY };
    const all = { letters: [...before.letters, ...told], unnamed: before.unnamed + unnamed, toldAt: before.toldAt };
    this.gathered.set(destination, all);
    const waitMs = before.toldAt + GATHER_MS - now;
    if (waitMs <= 0) {
      this.tell(destination, all, now);
    } else if (before.letters.length === 0 && before.unnamed === 0) {
      void this.parts.timer.sleep(waitMs).then(() => this.tellGathered(destination));
    }
  }

  missed(destination: string, chain: string, from: number, through: number, missing: number): void {
    this.parts.record(missedDraft(destination, chain, from, through, missing));
  }

  problem(what: string, error: unknown): void {
    this.parts.report(what, error);
  }

  solved(): void {
    this.parts.solved();
  }

  /** Writes what was gathered and not told yet. */
  flush(): void {
    [...this.gathered.keys()].forEach((destination) => this.tellGathered(destination));
  }

  private tellGathered(destination: string): void {
    const gathered = this.gathered.get(destination);
    if (gathered !== undefined && (gathered.letters.length > 0 || gathered.unnamed > 0)) {
      this.tell(destination, gathered, this.parts.timer.elapsed());
    }
  }

  private tell(destination: string, { letters, unnamed }: Gathered, now: number): void {
    this.gathered.set(destination, { letters: [], unnamed: 0, toldAt: now });
    this.parts.record(diedDraft(destination, letters, unnamed));
    const count = letters.length + unnamed;
    const reason = letters[0]?.reason ?? 'the receiver did not say which';
    const events = count === 1 ? 'event' : 'events';
    this.parts.announce(
      `Destination "${destination}" did not take ${count} ${events} (see its dead letters): ${reason}`,
      false,
    );
  }
}
