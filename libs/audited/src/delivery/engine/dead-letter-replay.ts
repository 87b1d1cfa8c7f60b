import type { ChainId, StoredRecord } from '../../event/audit-record.js';
import type { RecordStream } from '../../storage/record-stream.js';
import { readRecord } from '../../storage/stored-record.js';
import type { Confirmation, DeliveryVerdict } from '../delivery-verdict.js';
import type { DeadLetter, DeadLetterBook } from '../delivery-ledger.js';
import type { Destination } from '../destination.options.js';
import { deliverable } from '../exporter-settings.js';
import { batchId, type PreparedBatch } from './batch-source.js';
import type { Outcome } from './course.js';
import type { SettlementBook } from './settlement-book.js';

/** So many are sent again before the log has its turn. */
const LETTERS_PER_TURN = 50;

type Send = (batch: PreparedBatch) => Promise<{ readonly verdict: DeliveryVerdict; readonly outcome: Outcome }>;

/** Sends dead letters again, one by one: one that is refused again must not take others with it. */
export class DeadLetterReplay {
  /** Sequence numbers of those on their way, by handle. */
  private readonly onTheirWay = new Map<string, number>();

  constructor(
    private readonly destination: Destination,
    private readonly letters: Pick<DeadLetterBook, 'deadLetters'>,
    private readonly stream: Pick<RecordStream, 'records'>,
    private readonly book: SettlementBook,
  ) {}

  /** Whether something is on its way that has to be confirmed. */
  get isWaiting(): boolean {
    return this.onTheirWay.size > 0;
  }

  /** Handles to ask after. */
  get handles(): readonly string[] {
    return [...this.onTheirWay.keys()];
  }

  /** @returns how long to wait when the receiver takes nothing now; undefined when all had their turn */
  async run(send: Send): Promise<number | undefined> {
    const letters = await this.letters.deadLetters({
      destination: this.destination.name,
      state: 'replaying',
      limit: LETTERS_PER_TURN,
    });
    const underWay = new Set(this.onTheirWay.values());
    for (const letter of letters) {
      if (underWay.has(letter.sequence)) {
        continue;
      }
      const batch = await this.batchOf(letter);
      if (typeof batch === 'string') {
        this.book.refuseAgain(letter.sequence, batch);
        continue;
      }
      const { verdict, outcome } = await send(batch);
      if (verdict.status === 'sent') {
        this.onTheirWay.set(verdict.handle, letter.sequence);
      } else if (verdict.status === 'retry' || verdict.status === 'hold') {
        return outcome.waitMs;
      } else if (outcome.arrived > 0) {
        this.book.revive(letter.sequence);
      } else {
        this.book.refuseAgain(letter.sequence, 'reason' in verdict ? verdict.reason : 'it was refused again');
      }
    }
    return undefined;
  }

  /** What became of those on their way. */
  settle(answers: ReadonlyMap<string, Confirmation>): void {
    for (const [handle, sequence] of this.onTheirWay) {
      const answer = answers.get(handle);
      if (answer === 'confirmed') {
        this.book.revive(sequence);
      }
      if (answer === 'confirmed' || answer === 'lost') {
        // A lost one is still marked to be sent again.
        this.onTheirWay.delete(handle);
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
