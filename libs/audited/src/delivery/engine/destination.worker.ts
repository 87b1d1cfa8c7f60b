import type { ChainId } from '../../event/audit-record.js';
import type { RecordStream } from '../../storage/record-stream.js';
import type { AcquiredLease, DeliveryLedger, LedgerDestination } from '../delivery-ledger.js';
import type { Destination } from '../destination.options.js';
import { DeliveryCounters } from './delivery-counters.js';
import type { DeliveryNotices } from './delivery-notices.js';
import { DeliverySession } from './delivery-session.js';
import { DeliveryTrouble } from './delivery-trouble.js';
import { Bell, type DeliveryTimer } from './delivery-timer.js';
import { limitedCall } from './sending/limited-call.js';
import { SettlementBook } from './settling/settlement-book.js';

/** What the workers of one engine share. */
export interface WorkerParts {
  readonly stream: Pick<RecordStream, 'heads' | 'records'>;
  readonly ledger: DeliveryLedger;
  readonly heads: ReadonlyMap<ChainId, number>;
  readonly notices: DeliveryNotices;
  readonly timer: DeliveryTimer;
  readonly random: () => number;
  /** Names this process among those that share the ledger. */
  readonly holder: string;
  readonly leaseMs: number;
  readonly settleEveryMs: number;
}

const PAUSE_MS = 1000;
/** Without a word from the ledger, it is asked for the lease so often. */
const ASK_MS = 30_000;
/** What a receiver gets to confirm, of the time of a shutdown. */
const LAST_CONFIRMATION_MS = 1500;
const LOOK_MS = 50;
/** What the ledger and an exporter get when the time is over. */
const LAST_MOMENT_MS = 1000;

/** One destination in one process: leads it when nobody else does, for as long as it may. */
export class DestinationWorker {
  readonly counters = new DeliveryCounters();
  /** As the ledger last told. */
  observed: LedgerDestination | undefined;
  private readonly bell: Bell;
  private readonly end = new AbortController();
  private session: DeliverySession | undefined;
  private book: SettlementBook | undefined;
  private fence = 0;
  private isRegistered = false;
  private readonly draining = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    readonly destination: Destination,
    private readonly parts: WorkerParts,
  ) {
    this.bell = new Bell(parts.timer);
  }

  get isLeading(): boolean {
    return this.book?.isLeading === true && this.session !== undefined;
  }

  /** What the leader knows and may not have written yet; undefined where another process leads, or none. */
  get leading(): Pick<SettlementBook, 'health' | 'allCursors' | 'isUrgent'> | undefined {
    return this.isLeading ? this.book : undefined;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** There may be something new. */
  ring(): void {
    this.bell.ring();
  }

  /** What the ledger says of this destination. */
  observe(observed: LedgerDestination): void {
    this.observed = observed;
    if (observed.fence > this.fence && this.session !== undefined) {
      // An operator changed it, or somebody else leads.
      this.book?.lose();
      this.session.end();
    }
    if (observed.deadLetters.replaying > 0 && this.session !== undefined) {
      this.session.wantsReplay = true;
      this.bell.ring();
    }
    const isFree = observed.holder === '' || observed.leaseLeftMs === 0 || observed.holder === this.parts.holder;
    if (this.session === undefined && observed.state === 'active' && isFree) {
      this.bell.ring();
    }
  }

  /** Sends what there is, within the time, writes how far it is, and lets another process lead. Idempotent. */
  async close(timeoutMs: number): Promise<void> {
    const { timer } = this.parts;
    this.draining.abort();
    this.session?.drain();
    this.bell.ring();
    const over = new AbortController();
    const deadline = timer.sleep(timeoutMs, over.signal).then(() => this.end.abort());
    this.end.signal.addEventListener('abort', () => this.session?.end(), { once: true });
    // Then nobody waits any more: neither for a receiver that does not give up, nor for a database that hangs.
    await Promise.race([this.running, timer.sleep(timeoutMs + LAST_MOMENT_MS, over.signal)]);
    over.abort();
    await deadline;
    await this.closeExporter();
  }

  /** Never rejects: others have to be closed, too. */
  private async closeExporter(): Promise<void> {
    const { exporter, name } = this.destination;
    const { timer, notices } = this.parts;
    try {
      await limitedCall(async () => exporter.close?.(), LAST_MOMENT_MS, new AbortController().signal, timer);
    } catch (error) {
      notices.problem(`The exporter of destination "${name}" could not be closed`, error);
    }
  }

  private get isDraining(): boolean {
    return this.draining.signal.aborted;
  }

  private async run(): Promise<void> {
    const { ledger, notices, timer, holder, leaseMs } = this.parts;
    const { name } = this.destination;
    const trouble = new DeliveryTrouble(notices);
    while (!this.end.signal.aborted) {
      try {
        await this.register();
        const askedAt = timer.elapsed();
        // Whoever is about to lead when the end comes may send what there is, within the time.
        const lease = await ledger.acquire(name, holder, leaseMs);
        trouble.over();
        if (lease !== undefined) {
          await this.lead(lease, askedAt);
        } else if (!this.isDraining) {
          await this.bell.wait(ASK_MS);
        }
        if (this.isDraining) {
          return;
        }
      } catch (error) {
        trouble.tell(`Destination "${name}" could not be led; it is tried again`, error);
        if (this.isDraining) {
          return;
        }
        await timer.sleep(PAUSE_MS, this.draining.signal);
      }
    }
  }

  private async register(): Promise<void> {
    if (this.isRegistered) {
      return;
    }
    const { name, exporter, isRequired, startFrom } = this.destination;
    const { type = 'custom', endpoint = '' } = exporter;
    await this.parts.ledger.register({ name, type, endpoint, isRequired, startFrom });
    this.isRegistered = true;
  }

  private async lead(lease: AcquiredLease, askedAt: number): Promise<void> {
    const { ledger, stream, heads, notices, timer, random, leaseMs, settleEveryMs } = this.parts;
    const { destination, counters, bell } = this;
    const book = new SettlementBook(ledger, lease, leaseMs, timer, askedAt);
    const parts = {
      destination,
      book,
      stream,
      letters: ledger,
      heads,
      counters,
      notices,
      timer,
      random,
      bell,
      settleEveryMs,
    };
    const session = new DeliverySession(parts);
    const over = new AbortController();
    this.fence = lease.fence;
    this.book = book;
    this.session = session;
    if (this.isDraining) {
      session.drain();
    }
    if (this.end.signal.aborted) {
      // The time was over before the lease was there.
      session.end();
    }
    const keeping = this.keepLease(book, session, over.signal);
    try {
      await session.run();
      if (this.isDraining) {
        await this.lastConfirmations(session);
      }
      await book.flush();
    } finally {
      over.abort();
      await keeping;
      this.session = undefined;
      this.book = undefined;
      await ledger.release(lease).catch((error: unknown) => {
        notices.problem(`The lease of "${destination.name}" was not given back; it ends by itself`, error);
      });
    }
  }

  private async keepLease(book: SettlementBook, session: DeliverySession, over: AbortSignal): Promise<void> {
    const { timer, leaseMs, notices } = this.parts;
    const everyMs = leaseMs / 3;
    const trouble = new DeliveryTrouble(notices);
    while (!over.aborted) {
      await timer.sleep(Math.max(1, everyMs - book.ageMs), over);
      if (over.aborted || book.ageMs < everyMs) {
        continue;
      }
      try {
        if (!(await book.flush())) {
          session.end();
          return;
        }
        trouble.over();
      } catch (error) {
        trouble.tell(`The lease of "${this.destination.name}" could not be prolonged`, error);
        await timer.sleep(PAUSE_MS, over);
      }
      if (!book.isLeading) {
        session.end();
        return;
      }
    }
  }

  /** A receiver that confirms gets a moment to do so; what is left is sent again by the next leader. */
  private async lastConfirmations(session: DeliverySession): Promise<void> {
    const { timer } = this.parts;
    const until = timer.elapsed() + LAST_CONFIRMATION_MS;
    while (session.hasUnconfirmed && timer.elapsed() < until && !this.end.signal.aborted) {
      await session.confirm(LAST_CONFIRMATION_MS);
      await timer.sleep(LOOK_MS, this.end.signal);
    }
    if (session.hasUnconfirmed) {
      // A connection that was closed in good order has delivered what was written to it.
      await this.closeExporter();
      await session.confirm(LAST_CONFIRMATION_MS);
    }
  }
}
