import type { ChainId } from '../../event/audit-record.js';
import type { RecordStream } from '../../storage/record-stream.js';
import type { DeadLetterBook } from '../delivery-ledger.js';
import type { DeliveryVerdict } from '../delivery-verdict.js';
import type { Destination } from '../destination.options.js';
import { attempt } from './sending/attempt.js';
import { AttemptCount } from './sending/attempt-count.js';
import { BatchSource, type PreparedBatch } from './sending/batch-source.js';
import { Confirmations } from './settling/confirmations.js';
import { firstCourse, outcomeOf, type Course, type CourseRules, type Outcome } from './sending/course.js';
import { DeadLetterReplay } from './settling/dead-letter-replay.js';
import type { DeliveryCounters } from './delivery-counters.js';
import { DeliveryTrouble } from './delivery-trouble.js';
import { DestinationMood } from './destination-mood.js';
import type { DeliveryNotices } from './delivery-notices.js';
import type { Bell, DeliveryTimer } from './delivery-timer.js';
import { NextBatch } from './next-batch.js';
import type { SettlementBook } from './settling/settlement-book.js';

/** What a session needs. */
export interface SessionParts {
  readonly destination: Destination;
  readonly book: SettlementBook;
  readonly stream: Pick<RecordStream, 'records'>;
  readonly letters: Pick<DeadLetterBook, 'deadLetters'>;
  /** The last position of each chain that is known so far. */
  readonly heads: ReadonlyMap<ChainId, number>;
  readonly counters: DeliveryCounters;
  readonly notices: DeliveryNotices;
  readonly timer: DeliveryTimer;
  readonly random: () => number;
  /** Rings when there is something new to look at. */
  readonly bell: Bell;
  /** How often cursors are written while records flow. */
  readonly settleEveryMs: number;
}

const IDLE_MS = 60_000;
const LEDGER_PAUSE_MS = 1000;

/** One process leads one destination: reads, sends, settles, until the lease is lost or somebody ends it. */
export class DeliverySession {
  /** Dead letters are to be sent again. */
  wantsReplay = false;
  private readonly source: BatchSource;
  private readonly next: NextBatch;
  private readonly replay: DeadLetterReplay;
  private readonly mood: DestinationMood;
  private readonly confirmations: Confirmations;
  private readonly rules: CourseRules;
  private readonly stop = new AbortController();
  /** Aborted when nothing is waited for any more that could be sent. */
  private readonly hurry = new AbortController();
  private course: Course;
  /** Nothing is sent before this moment. */
  private restUntil = 0;
  private readonly attempts = new AttemptCount();
  private isDraining = false;

  constructor(private readonly parts: SessionParts) {
    const { destination, stream, letters, heads, timer, random, book, notices, counters } = parts;
    this.source = new BatchSource(stream, destination, timer);
    this.next = new NextBatch(this.source, book, heads);
    this.replay = new DeadLetterReplay(destination, letters, stream, book, timer);
    this.mood = new DestinationMood(destination.name, book, notices, timer);
    const { replay, mood } = this;
    this.confirmations = new Confirmations({ destination, book, replay, mood, counters, notices, timer });
    this.rules = {
      maxEvents: destination.limits.maxEvents,
      retry: destination.retry,
      hold: destination.hold,
      random,
    };
    this.course = firstCourse(this.rules);
  }

  /** Resolves when the lease is lost, when `end` was called, or, after `drain`, when nothing more can be done now. */
  async run(): Promise<void> {
    const { book, notices, timer } = this.parts;
    const trouble = new DeliveryTrouble(notices);
    try {
      while (!this.stop.signal.aborted && book.isLeading && !this.isDrained()) {
        try {
          await this.step();
          trouble.over();
        } catch (error) {
          trouble.tell('The log or the ledger of deliveries did not answer; destinations wait', error);
          await this.source.reset();
          await timer.sleep(LEDGER_PAUSE_MS, this.stop.signal);
        }
      }
    } finally {
      await this.source.reset();
    }
  }

  /** Sends what is in the log now, waits for nothing that fails, and then ends. */
  drain(): void {
    this.isDraining = true;
    this.hurry.abort();
    this.parts.bell.ring();
  }

  /** Ends at once; a `deliver` under way is told to give up. */
  end(): void {
    this.stop.abort();
    this.hurry.abort();
    this.parts.bell.ring();
  }

  /** Whether something is on its way that could still be confirmed. */
  get hasUnconfirmed(): boolean {
    return this.confirmations.isOpen;
  }

  /** Asks after what was sent, and waits so long for an answer. */
  async confirm(limitMs: number): Promise<void> {
    await this.confirmations.ask(new AbortController().signal, limitMs);
  }

  private async step(): Promise<void> {
    const { book, timer, bell, settleEveryMs, destination } = this.parts;
    await this.look();
    if (book.isUrgent || (book.hasNews && book.ageMs >= settleEveryMs)) {
      await book.flush();
    }
    if (book.isUrgent) {
      // More than one settlement holds: nothing new before the ledger has it.
      return;
    }
    const restMs = this.restUntil - timer.elapsed();
    if (restMs > 0) {
      await this.rest(restMs);
      return;
    }
    if (this.wantsReplay && this.replay.isDue) {
      this.wantsReplay = false;
      const restMs = await this.replay.run((...asked) => this.send(...asked));
      this.restUntil = timer.elapsed() + restMs;
      return;
    }
    const batch = await this.nextBatch();
    if (batch !== undefined) {
      await this.handle(batch);
      return;
    }
    if (book.hasNews) {
      await book.flush();
    }
    if (this.isDrained()) {
      return;
    }
    await this.source.reset();
    await bell.wait(this.hasUnconfirmed ? destination.confirmation.everyMs : IDLE_MS);
    if (!this.isDraining && destination.lingerMs > 0) {
      // Those who come at nearly the same time share a request.
      await timer.sleep(destination.lingerMs, this.hurry.signal);
    }
  }

  private async rest(ms: number): Promise<void> {
    const { book, bell, destination } = this.parts;
    // A person may be erased while it waits: what was read ahead is read again then.
    await this.source.reset();
    if (book.hasNews) {
      await book.flush();
    }
    await bell.wait(this.hasUnconfirmed ? Math.min(ms, destination.confirmation.everyMs) : ms);
    this.mood.look();
  }

  /** What came of what was sent before. */
  private async look(): Promise<void> {
    const lost = await this.confirmations.askWhenDue(this.stop.signal);
    if (lost.length > 0) {
      const { stretch } = this.course;
      this.course = { ...this.course, stretch: lost.includes(stretch?.chain ?? '') ? undefined : stretch };
      await this.source.reset();
    }
  }

  private async nextBatch(): Promise<PreparedBatch | undefined> {
    if (this.confirmations.isFull) {
      return undefined;
    }
    const batch = await this.next.take(this.course);
    if (batch !== undefined || this.course.stretch === undefined) {
      return batch;
    }
    // The stretch was pruned away meanwhile.
    this.course = { ...this.course, stretch: undefined };
    return this.next.take(this.course);
  }

  private async handle(batch: PreparedBatch): Promise<void> {
    const { book } = this.parts;
    if (batch.events.length === 0) {
      this.lose(batch.letters, 0);
      this.advance(batch);
      const { stretch } = this.course;
      if (stretch !== undefined && batch.through >= stretch.through) {
        this.course = { ...this.course, stretch: undefined };
      }
      return;
    }
    this.next.readAhead(batch, this.course);
    const { verdict, outcome } = await this.send(batch, this.course, this.attempts);
    if (this.stop.signal.aborted || !book.isLeading) {
      // Whoever leads now sends it again.
      return;
    }
    this.course = outcome.course;
    this.lose(outcome.letters, outcome.unnamed);
    if (outcome.fate === 'on-its-way' && verdict.status === 'sent') {
      this.confirmations.add(batch, verdict.handle);
      this.advance(batch);
    } else if (outcome.fate === 'arrived') {
      this.advance(batch);
    } else {
      // While it waits, nothing of it is kept: the log has it.
      await this.source.reset();
    }
    this.restUntil = this.parts.timer.elapsed() + outcome.waitMs;
  }

  /** One attempt, counted, and what follows from it. */
  private async send(
    batch: PreparedBatch,
    course: Course,
    attempts: AttemptCount,
  ): Promise<{ readonly verdict: DeliveryVerdict; readonly outcome: Outcome }> {
    const { destination, counters, timer } = this.parts;
    const startedAt = timer.elapsed();
    const asked = { id: batch.id, events: batch.events, attempt: attempts.next(batch.id) };
    const { verdict, isBroken } = await attempt(destination, asked, this.stop.signal, timer);
    const outcome = outcomeOf(verdict, batch, course, this.rules, isBroken);
    const hasArrived = outcome.arrived > 0;
    counters.add({
      attempts: 1,
      failedAttempts: verdict.status === 'delivered' || verdict.status === 'sent' ? 0 : 1,
      events: outcome.arrived,
      bytes: hasArrived ? batch.bytes : 0,
      ...(hasArrived ? { lastLatencyMs: Math.round(timer.elapsed() - startedAt) } : {}),
    });
    if (!this.stop.signal.aborted) {
      this.mood.after(outcome);
    }
    return { verdict, outcome };
  }

  private lose(letters: Outcome['letters'], unnamed: number): void {
    if (letters.length === 0 && unnamed === 0) {
      return;
    }
    const { book, counters, notices, destination } = this.parts;
    book.die(letters);
    counters.add({ deadLetters: letters.length, unnamed });
    notices.died(destination.name, letters, unnamed);
  }

  private advance({ chain, after, through, missing }: PreparedBatch): void {
    const { book, destination, notices } = this.parts;
    if (missing > 0) {
      // Told with the step that passes them, not with every attempt at it.
      notices.missed(destination.name, chain, after + 1, through, missing);
    }
    const { position } = book.cursor(chain);
    book.move({ chain, sent: through, position: this.confirmations.holds(chain) ? position : through });
  }

  private isDrained(): boolean {
    if (!this.isDraining) {
      return false;
    }
    const { heads, book, timer } = this.parts;
    const isWaiting = this.restUntil > timer.elapsed();
    return isWaiting || [...heads].every(([chain, head]) => book.cursor(chain).sent >= head);
  }
}
