import { ProblemException } from '../problems/problem.exception.js';

/** How much is read for this API at the same time. */
export interface ReadBudgetOptions {
  readonly atOnce: number;
  readonly waiting: number;
  /** How long a read waits for its turn. */
  readonly waitMs: number;
}

interface Waiting {
  readonly begin: () => void;
}

const RETRY_SECONDS = 2;

/**
 * A budget of its own for this API: only so many reads run at the same time, a bounded number waits, and the rest is
 * refused. Whatever auditors ask for, the application's own traffic keeps its database.
 */
export class ReadBudget {
  private running = 0;
  private readonly queue = new Set<Waiting>();

  constructor(private readonly options: ReadBudgetOptions) {}

  /**
   * @param patience `endless` for what has begun already, such as the next page of an export: it waits for as long as it takes
   * @throws ProblemException (503) when it would not begin in time; the reason of the signal when that ends the wait
   */
  async run<Result>(
    signal: AbortSignal,
    read: () => Promise<Result>,
    patience: 'limited' | 'endless' = 'limited',
  ): Promise<Result> {
    signal.throwIfAborted();
    if (this.running >= this.options.atOnce) {
      await this.turn(signal, patience === 'endless');
    } else {
      this.running++;
    }
    try {
      return await read();
    } finally {
      this.pass();
    }
  }

  /** The place of a read that has ended goes to the one that waits longest. */
  private pass(): void {
    const [next] = this.queue;
    if (next === undefined) {
      this.running--;
    } else {
      this.queue.delete(next);
      next.begin();
    }
  }

  private turn(signal: AbortSignal, isEndless: boolean): Promise<void> {
    const { waiting, waitMs } = this.options;
    if (!isEndless && this.queue.size >= waiting) {
      throw busy();
    }
    return new Promise((resolve, reject) => {
      const leave = (reason: Error): void => {
        this.queue.delete(entry);
        settle();
        reject(reason);
      };
      const aborted = (): void => leave(signal.reason as Error);
      const timer = isEndless ? undefined : setTimeout(() => leave(busy()), waitMs);
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
      };
      const entry: Waiting = {
        begin: () => {
          settle();
          resolve();
        },
      };
      this.queue.add(entry);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }
}

function busy(): ProblemException {
  return new ProblemException(
    'busy',
    'Too many requests read the audit log at the same time. Try again in a moment, and ask for less: a time range, an actor.',
    {},
    RETRY_SECONDS,
  );
}
