import type { ChainId } from '../../../event/audit-record.js';
import type { Confirmation } from '../../delivery-verdict.js';
import type { Destination } from '../../destination.options.js';
import type { PreparedBatch } from '../sending/batch-source.js';
import type { DeadLetterReplay } from './dead-letter-replay.js';
import type { DeliveryCounters } from '../delivery-counters.js';
import type { DeliveryNotices } from '../delivery-notices.js';
import type { DeliveryTimer } from '../delivery-timer.js';
import { DeliveryTrouble } from '../delivery-trouble.js';
import type { DestinationMood } from '../destination-mood.js';
import { limitedCall } from '../sending/limited-call.js';
import { SentWindow } from './sent-window.js';
import type { SettlementBook } from './settlement-book.js';

/** What asking after what was sent needs. */
export interface ConfirmationsParts {
  readonly destination: Destination;
  readonly book: SettlementBook;
  readonly replay: DeadLetterReplay;
  readonly mood: DestinationMood;
  readonly counters: DeliveryCounters;
  readonly notices: DeliveryNotices;
  readonly timer: DeliveryTimer;
}

/** What was sent and is not confirmed yet: asks after it, and moves the cursors by the answers. */
export class Confirmations {
  private readonly window = new SentWindow();
  private readonly trouble: DeliveryTrouble;
  private askAt = 0;

  constructor(private readonly parts: ConfirmationsParts) {
    this.trouble = new DeliveryTrouble(parts.notices);
  }

  /** Whether something is on its way that could still be confirmed. */
  get isOpen(): boolean {
    return !this.window.isEmpty || this.parts.replay.isWaiting;
  }

  /** Whether so much is on its way that nothing more may be sent. */
  get isFull(): boolean {
    return this.window.events >= this.parts.destination.confirmation.maxEvents;
  }

  holds(chain: ChainId): boolean {
    return this.window.holds(chain);
  }

  add({ chain, after, through, events }: PreparedBatch, handle: string): void {
    const sentAt = this.parts.timer.elapsed();
    this.window.add({ handle, chain, after, through, events: events.length, sentAt });
  }

  /** @returns chains of which something has to be sent again */
  async askWhenDue(stop: AbortSignal): Promise<readonly ChainId[]> {
    const { destination, timer } = this.parts;
    const now = timer.elapsed();
    if (!this.isOpen || now < this.askAt) {
      return [];
    }
    this.askAt = now + destination.confirmation.everyMs;
    return this.ask(stop, destination.timeoutMs);
  }

  /**
   * Asks now. Whoever does not answer has not confirmed: what was sent stays on its way until its time is over.
   *
   * @returns chains of which something has to be sent again
   */
  async ask(stop: AbortSignal, limitMs: number): Promise<readonly ChainId[]> {
    if (!this.isOpen) {
      return [];
    }
    const { destination, timer, book, counters, mood, replay } = this.parts;
    const answers = await this.answers(stop, limitMs);
    const sentBefore = timer.elapsed() - destination.confirmation.timeoutMs;
    const news = this.window.settle(answers, sentBefore);
    for (const [chain, position] of news.confirmed) {
      const { sent } = book.cursor(chain);
      book.move({ chain, position: this.window.holds(chain) || news.lost.has(chain) ? position : sent, sent });
    }
    if (news.confirmedEvents > 0) {
      mood.confirmed();
    }
    for (const [chain, after] of news.lost) {
      book.move({ ...book.cursor(chain), sent: after });
      counters.add({ unconfirmed: 1 });
      mood.unconfirmed();
    }
    replay.settle(answers, sentBefore);
    return [...news.lost.keys()];
  }

  private async answers(stop: AbortSignal, limitMs: number): Promise<ReadonlyMap<string, Confirmation>> {
    const { destination, timer, replay } = this.parts;
    const { exporter, name } = destination;
    const handles = [...this.window.handles, ...replay.handles];
    try {
      const ask = async (signal: AbortSignal) => exporter.confirm?.(handles, signal);
      const answers = new Map(await limitedCall(ask, limitMs, stop, timer));
      this.trouble.over();
      return answers;
    } catch (error) {
      if (!stop.aborted) {
        this.trouble.tell(`Destination "${name}" could not be asked after what was sent`, error);
      }
      return new Map();
    }
  }
}
