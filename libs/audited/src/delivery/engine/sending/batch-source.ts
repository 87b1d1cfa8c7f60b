import { createHash } from 'node:crypto';
import { RecordDamagedError } from '../../../event/audit.error.js';
import type { AuditRecord, ChainId, StoredRecord } from '../../../event/audit-record.js';
import type { RecordStream } from '../../../storage/record-stream.js';
import { readRecord } from '../../../storage/stored-record.js';
import type { DeliverableEvent } from '../../audit-exporter.js';
import type { NewDeadLetter } from '../../delivery-ledger.js';
import type { Destination } from '../../destination.options.js';
import { deliverable } from '../../exporter-settings.js';
import type { DeliveryTimer } from '../delivery-timer.js';

/** What to read next. */
export interface BatchWish {
  readonly chain: ChainId;
  /** Records behind this position. */
  readonly after: number;
  readonly maxEvents: number;
  /** Not beyond this position. */
  readonly through?: number;
  /** Only these positions; others up to `through` are done already. */
  readonly only?: ReadonlySet<number>;
}

/** A stretch of a chain, and what of it goes to the destination. */
export interface PreparedBatch {
  /** The same whenever the same events are in it. */
  readonly id: string;
  readonly chain: ChainId;
  readonly after: number;
  /** Position of the last record that was looked at. */
  readonly through: number;
  readonly events: readonly DeliverableEvent[];
  readonly bytes: number;
  /** Records that can not be sent as they are. */
  readonly letters: readonly NewDeadLetter[];
  /** Positions that are not in the log any more. */
  readonly missing: number;
}

/** Records that a filter lets nobody see are skipped so many at a time. */
const MOST_SKIPPED = 2000;
/** After so many events others have their turn: encoding takes the time of the application's own thread. */
const EVENTS_PER_BREATH = 32;

/** Reads a log for one destination: filtered, encoded, in batches that its receiver takes. Holds one page of records and one batch at most. */
export class BatchSource {
  private chain: ChainId | undefined;
  /** The position that the next record of `pages` stands behind. */
  private at = 0;
  private pages: AsyncIterator<readonly StoredRecord[]> | undefined;
  private page: readonly StoredRecord[] = [];
  private place = 0;
  private ahead: { readonly wish: BatchWish; readonly batch: Promise<PreparedBatch | undefined> } | undefined;

  constructor(
    private readonly stream: Pick<RecordStream, 'records'>,
    private readonly destination: Destination,
    private readonly timer: DeliveryTimer,
  ) {}

  /** @returns undefined at the end of the chain */
  async next(wish: BatchWish): Promise<PreparedBatch | undefined> {
    const { ahead } = this;
    this.ahead = undefined;
    const batch = await ahead?.batch;
    // The end of what was read ahead is not the end of the chain: more may have come since.
    return batch !== undefined && ahead !== undefined && isSame(ahead.wish, wish) ? batch : this.read(wish);
  }

  /** Reads what will most probably be asked for next, while the batch before is on its way. Held at most: one batch. */
  readAhead(wish: BatchWish): void {
    const batch = this.read(wish);
    // Whoever asks for it hears of it; whoever does not, does not want to know.
    batch.catch(() => undefined);
    this.ahead = { wish, batch };
  }

  /** Lets go of everything that was read ahead. */
  async reset(): Promise<void> {
    const { ahead } = this;
    this.ahead = undefined;
    await ahead?.batch.catch(() => undefined);
    await this.forget();
  }

  private async read(wish: BatchWish): Promise<PreparedBatch | undefined> {
    const { chain, after } = wish;
    if (this.chain !== chain || this.at !== after) {
      await this.begin(wish);
    }
    const wasReadAhead = this.pages !== undefined;
    let batch = await this.fill(wish);
    if (batch === undefined && wasReadAhead) {
      // The same holds for a page.
      await this.begin(wish);
      batch = await this.fill(wish);
    }
    if (batch === undefined) {
      // At the end: what comes later is asked for anew.
      await this.forget();
    }
    return batch;
  }

  private async forget(): Promise<void> {
    const { pages } = this;
    this.chain = undefined;
    this.pages = undefined;
    this.page = [];
    this.place = 0;
    await pages?.return?.();
  }

  private async begin({ chain, after }: BatchWish): Promise<void> {
    await this.reset();
    this.chain = chain;
    this.at = after;
  }

  private async fill(wish: BatchWish): Promise<PreparedBatch | undefined> {
    const { chain, after, maxEvents, through = Number.MAX_SAFE_INTEGER, only } = wish;
    const { limits } = this.destination;
    const room = limits.maxBytes - limits.frameBytes;
    const events: DeliverableEvent[] = [];
    const letters: NewDeadLetter[] = [];
    let bytes = 0;
    let looked = 0;
    let missing = 0;
    while (events.length < maxEvents && looked < MOST_SKIPPED + events.length) {
      const stored = await this.peek();
      if (stored === undefined || stored.seal.position > through) {
        break;
      }
      const { position } = stored.seal;
      const made = only?.has(position) === false ? undefined : this.made(stored);
      if (made !== undefined && 'text' in made) {
        if (bytes + made.bytes + limits.separatorBytes > room && events.length > 0) {
          break;
        }
        events.push(made);
        bytes += made.bytes + limits.separatorBytes;
      } else if (made !== undefined) {
        letters.push(made);
      }
      missing += position - this.at - 1;
      this.at = position;
      this.place += 1;
      looked += 1;
      if (looked % EVENTS_PER_BREATH === 0) {
        await this.timer.breathe();
      }
    }
    const end = looked > 0 ? this.at : undefined;
    return end === undefined
      ? undefined
      : { id: batchId(this.destination.name, events), chain, after, through: end, events, bytes, letters, missing };
  }

  /** The event to send; a dead letter where it can not be sent; undefined where the filter keeps it back. */
  private made(stored: StoredRecord): DeliverableEvent | NewDeadLetter | undefined {
    const { destination } = this;
    let record: AuditRecord;
    try {
      record = readRecord(stored);
    } catch (error) {
      if (!(error instanceof RecordDamagedError)) {
        throw error;
      }
      const { chain, position } = stored.seal;
      return { chain, position, eventId: '', eventType: '', cause: 'damaged', reason: error.message };
    }
    if (!destination.matches(record)) {
      return undefined;
    }
    let event: DeliverableEvent;
    try {
      event = deliverable(destination.exporter, destination.formatter, record);
    } catch (error) {
      const reason = `it could not be encoded: ${error instanceof Error ? error.message : String(error)}`;
      return deadLetterOf(record, 'unformattable', reason);
    }
    const { maxEventBytes } = destination.limits;
    return event.bytes <= maxEventBytes
      ? event
      : deadLetterOf(record, 'too-large', `it takes ${event.bytes} bytes; the receiver takes ${maxEventBytes}`);
  }

  private async peek(): Promise<StoredRecord | undefined> {
    while (this.place >= this.page.length) {
      this.pages ??= this.stream.records(this.chain ?? '', { from: this.at + 1 })[Symbol.asyncIterator]();
      const { value, done } = await this.pages.next();
      if (done === true) {
        this.pages = undefined;
        this.page = [];
        this.place = 0;
        return undefined;
      }
      this.page = value;
      this.place = 0;
    }
    return this.page[this.place];
  }
}

function isSame(one: BatchWish, other: BatchWish): boolean {
  return (
    one.chain === other.chain &&
    one.after === other.after &&
    one.maxEvents === other.maxEvents &&
    one.through === other.through &&
    one.only === other.only
  );
}

/** A dead letter for a record that could be read. */
export function deadLetterOf(
  { event, seal }: AuditRecord,
  cause: NewDeadLetter['cause'],
  reason: string,
): NewDeadLetter {
  return { chain: seal.chain, position: seal.position, eventId: event.id, eventType: event.type, cause, reason };
}

/** 32 hex digits: the same events to the same destination are the same batch, in every process. */
export function batchId(destination: string, events: readonly DeliverableEvent[]): string {
  const hash = createHash('sha256').update(destination);
  events.forEach(({ record }) => hash.update(`\n${record.event.id}`));
  return hash.digest('hex').slice(0, 32);
}
