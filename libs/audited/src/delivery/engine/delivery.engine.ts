import type { ChainId } from '../../event/audit-record.js';
import type { LedgerDestination } from '../delivery-ledger.js';
import type { Destination } from '../destination.options.js';
import { DeliveryTrouble } from './delivery-trouble.js';
import { DestinationWorker, type WorkerParts } from './destination.worker.js';

/** What an engine is made of. */
export interface DeliveryEngineParts extends Omit<WorkerParts, 'heads'> {
  /** How often the log and the ledger are looked at for what other processes did. */
  readonly pollMs: number;
}

/** At a shutdown, the log and the ledger have this long to say what is new. */
const LAST_LOOK_MS = 1000;

/**
 * Brings the records of a log to its destinations. One for each module: workers side by side, none of which waits for
 * another, woken by what this process records at once, and by what others record within `pollMs`.
 */
export class DeliveryEngine {
  private readonly workers = new Map<string, DestinationWorker>();
  private readonly heads = new Map<ChainId, number>();
  private readonly end = new AbortController();
  private polling: Promise<void> | undefined;
  private closing: Promise<void> | undefined;
  private isStarted = false;
  private readonly trouble: DeliveryTrouble;

  constructor(private readonly parts: DeliveryEngineParts) {
    this.trouble = new DeliveryTrouble(parts.notices);
  }

  /** In the order of registration. */
  get all(): readonly DestinationWorker[] {
    return [...this.workers.values()];
  }

  worker(name: string): DestinationWorker | undefined {
    return this.workers.get(name);
  }

  /** Where the chains end, as far as this process knows. */
  get knownHeads(): ReadonlyMap<ChainId, number> {
    return this.heads;
  }

  /** One that comes after the end is closed and never begins. */
  add(destination: Destination): void {
    const worker = new DestinationWorker(destination, { ...this.parts, heads: this.heads });
    if (this.closing !== undefined) {
      void worker.close(0);
      return;
    }
    this.workers.set(destination.name, worker);
    if (this.isStarted) {
      this.begin(worker);
    }
  }

  /** Ends the worker of this process; what the ledger knows stays. */
  async drop(name: string, timeoutMs: number): Promise<void> {
    const worker = this.workers.get(name);
    this.workers.delete(name);
    await worker?.close(timeoutMs);
  }

  start(): void {
    this.isStarted = true;
    this.all.forEach((worker) => this.begin(worker));
  }

  /** This process put records at the end of a chain; without a position, it is looked how many. */
  appended(chain: ChainId, through?: number): void {
    if (this.workers.size === 0 || !this.isStarted) {
      return;
    }
    if (through === undefined) {
      void this.look();
    } else {
      this.learn(chain, through);
      this.all.forEach((worker) => worker.ring());
    }
  }

  /** Looks at once at what is new: an operator did something. */
  async look(): Promise<void> {
    const { stream, ledger } = this.parts;
    try {
      const [heads, destinations] = await Promise.all([stream.heads(), ledger.destinations()]);
      const hasNews = heads.map(({ chain, position }) => this.learn(chain, position)).includes(true);
      if (hasNews) {
        this.all.forEach((worker) => worker.ring());
      }
      destinations.forEach((destination) => this.observe(destination));
      this.trouble.over();
    } catch (error) {
      this.trouble.tell('The log or the ledger of deliveries did not answer; destinations wait', error);
    }
  }

  /** Lets every destination send what there is, side by side, within the time. Idempotent. */
  close(timeoutMs: number): Promise<void> {
    this.closing ??= this.drain(timeoutMs);
    return this.closing;
  }

  private async drain(timeoutMs: number): Promise<void> {
    const { timer } = this.parts;
    const startedAt = timer.elapsed();
    if (this.isStarted && this.workers.size > 0) {
      // What others recorded last goes, too, unless the database keeps everybody waiting.
      await this.within(Math.min(LAST_LOOK_MS, timeoutMs / 2), this.look());
    }
    this.end.abort();
    const leftMs = Math.max(0, timeoutMs - (timer.elapsed() - startedAt));
    await Promise.all([this.within(leftMs, this.polling), ...this.all.map((worker) => worker.close(leftMs))]);
  }

  private async within(limitMs: number, work: Promise<void> | undefined): Promise<void> {
    const over = new AbortController();
    await Promise.race([work, this.parts.timer.sleep(limitMs, over.signal)]);
    over.abort();
  }

  private begin(worker: DestinationWorker): void {
    worker.start();
    this.polling ??= this.poll();
  }

  private async poll(): Promise<void> {
    const { timer, pollMs } = this.parts;
    while (!this.end.signal.aborted) {
      await this.look();
      await timer.sleep(pollMs, this.end.signal);
    }
  }

  private observe(destination: LedgerDestination): void {
    this.workers.get(destination.name)?.observe(destination);
  }

  /** @returns whether the chain has grown */
  private learn(chain: ChainId, position: number): boolean {
    const known = this.heads.get(chain) ?? 0;
    this.heads.set(chain, Math.max(known, position));
    return position > known;
  }
}
