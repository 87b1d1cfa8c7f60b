import type { ChainId, StoredRecord } from '../../../event/audit-record.js';
import type { RecordStream } from '../../../storage/record-stream.js';
import { readRecord } from '../../../storage/stored-record.js';
import type { Confirmation, DeliveryVerdict } from '../../delivery-verdict.js';
import type { DeadLetter, DeadLetterBook } from '../../delivery-ledger.js';
import type { Destination } from '../../destination.options.js';
import { deliverable } from '../../exporter-settings.js';
import { batchId, type PreparedBatch } from '../sending/batch-source.js';
import { AttemptCount } from '../sending/attempt-count.js';
import { firstCourse, type Course, type Outcome } from '../sending/course.js';
import type { DeliveryTimer } from '../delivery-timer.js';
import type { SettlementBook } from './settlement-book.js';

/** So many are sent again before the log has its turn. */
const LETTERS_PER_TURN = 50;

type Send = (
  batch: PreparedBatch,
  course: Course,
  attempts: AttemptCount,
) => Promise<{ readonly verdict: DeliveryVerdict; readonly outcome: Outcome }>;

interface OnItsWay {
  readonly handle: string;
  readonly sentAt: number;
}

/** Sends dead letters again, one by one: one that is refused again must not take others with it. */
export class DeadLetterReplay {
  /** Those on their way, by their sequence numbers. */
  private readonly onTheirWay = new Map<number, OnItsWay>();
  private readonly attempts = new AttemptCount();
  /** Its own: what a dead letter meets says nothing about the log, and the other way round. */
  private course = firstCourse({ maxEvents: 1 });
  /** None is sent before this moment; the log is. */
  private restUntil = 0;

  constructor(
    private readonly destination: Destination,
    private readonly letters: Pick<DeadLetterBook, 'deadLetters'>,
    private readonly stream: Pick<RecordStream, 'records'>,
    private readonly book: SettlementBook,
    private readonly timer: DeliveryTimer,
  ) {}

  /** Whether some may be sent now. */
  get isDue(): boolean {
    return this.timer.elapsed() >= this.restUntil;
  }

  /** Whether something is on its way that has to be confirmed. */
  get isWaiting(): boolean {
    return this.onTheirWay.size > 0;
  }

  /** Handles to ask after. */
  get handles(): readonly string[] {
    return [...this.onTheirWay.values()].map(({ handle }) => handle);
  }

  /** @returns how long the receiver wants to be left alone, in milliseconds */
  async run(send: Send): Promise<number> {
    const letters = await this.letters.deadLetters({
      destination: this.destination.name,
      state: 'replaying',
      limit: LETTERS_PER_TURN,
    });
    for (const letter of letters) {
      if (this.onTheirWay.has(letter.sequence)) {
        continue;
      }
      const batch = await this.batchOf(letter);
      if (typeof batch === 'string') {
        this.book.refuseAgain(letter.sequence, batch);
        continue;
      }
      const { verdict, outcome } = await send(batch, this.course, this.attempts);
      if (outcome.fate === 'again') {
        this.course = { ...outcome.course, stretch: undefined };
        this.restUntil = this.timer.elapsed() + outcome.waitMs;
        return 'afterMs' in verdict ? (verdict.afterMs ?? 0) : 0;
      }
      this.course = firstCourse({ maxEvents: 1 });
      if (verdict.status === 'sent') {
        this.onTheirWay.set(letter.sequence, { handle: verdict.handle, sentAt: this.timer.elapsed() });
      } else if (outcome.arrived > 0) {
        this.book.revive(letter.sequence);
      } else {
        const reason = outcome.letters[0]?.reason ?? ('reason' in verdict ? verdict.reason : '');
        this.book.refuseAgain(letter.sequence, reason);
      }
    }
    return 0;
  }

  /**
   * What became of those on their way. One that is lost is still marked to be sent again.
   *
   * @param sentBefore what was sent before this moment and is still pending counts as lost
   */
  settle(answers: ReadonlyMap<string, Confirmation>, sentBefore: number): void {
    for (const [sequence, { handle, sentAt }] of this.onTheirWay) {
      const answer = answers.get(handle) ?? 'pending';
      if (answer === 'confirmed') {
        this.book.revive(sequence);
      }
      if (answer !== 'pending' || sentAt < sentBefore) {
        this.onTheirWay.delete(sequence);
      }
    }
  }

  /** @returns why there is none, where the record cannot be sent */
  private async batchOf({ chain, position }: DeadLetter): Promise<PreparedBatch | string> {
    const { exporter, formatter, limits, name } = this.destination;
    const stored = await this.recordAt(chain, position);
    if (stored === undefined) {
      return 'the record is not in the log any more';
    }
    try {
      const event = deliverable(exporter, formatter, readRecord(stored));
      if (event.bytes > limits.maxEventBytes) {
        return `it takes ${event.bytes} bytes; the receiver takes ${limits.maxEventBytes}`;
      }
      const id = batchId(name, [event]);
      const { bytes } = event;
      return { id, chain, after: position - 1, through: position, events: [event], bytes, letters: [], missing: 0 };
    } catch (error) {
      return `it could not be encoded: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  private async recordAt(chain: ChainId, position: number): Promise<StoredRecord | undefined> {
    for await (const records of this.stream.records(chain, { from: position, through: position })) {
      return records[0];
    }
    return undefined;
  }
}
