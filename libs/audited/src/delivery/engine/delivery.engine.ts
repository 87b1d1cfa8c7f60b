import type { ChainId } from '../../event/audit-record.js';
import type { LedgerDestination } from '../delivery-ledger.js';
import type { Destination } from '../destination.options.js';
import { DestinationWorker, type WorkerParts } from './destination.worker.js';

/** What an engine is made of. */
export interface DeliveryEngineParts extends Omit<WorkerParts, 'heads'> {
  /** How often the log and the ledger are looked at for what other processes did. */
  readonly pollMs: number;
}

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
  private hadProblem = false;

  constructor(private readonly parts: DeliveryEngineParts) {}

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

  add(destination: Destination): void {
    const worker = new DestinationWorker(destination, { ...this.parts, heads: this.heads });
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
    const { stream, ledger, notices } = this.parts;
    try {
      const [heads, destinations] = await Promise.all([stream.heads(), ledger.destinations()]);
      const hasNews = heads.map(({ chain, position }) => this.learn(chain, position)).includes(true);
      if (hasNews) {
        this.all.forEach((worker) => worker.ring());
      }
      destinations.forEach((destination) => this.observe(destination));
      if (this.hadProblem) {
        this.hadProblem = false;
        notices.solved();
      }
    } catch (error) {
      this.hadProblem = true;
      notices.problem('The log or the ledger of deliveries did not answer; destinations wait', error);
    }
  }

  /** Lets every destination send what there is, side by side, within the time. Idempotent. */
  close(timeoutMs: number): Promise<void> {
    this.closing ??= this.drain(timeoutMs);
    return this.closing;
  }

  private async drain(timeoutMs: number): Promise<void> {
    if (this.isStarted && this.workers.size > 0) {
      await this.look();
    }
    this.end.abort();
    await this.polling;
    await Promise.all(this.all.map((worker) => worker.close(timeoutMs)));
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
