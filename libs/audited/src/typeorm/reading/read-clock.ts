import { QueryTooSlowError, StoreUnavailableError } from '../../event/audit.error.js';
import type { CheckedReadOptions } from '../../storage/reading/checked-read-options.js';

/** Ends a read that takes too long, or that nobody waits for any more. */
export class ReadClock {
  private readonly startedAt = performance.now();
  private readonly signal: AbortSignal | undefined;

  constructor(private readonly options: Pick<CheckedReadOptions, 'timeLimitMs' | 'signal'>) {
    this.signal = options.signal;
  }

  get elapsedMs(): number {
    return performance.now() - this.startedAt;
  }

  get leftMs(): number {
    return this.options.timeLimitMs - this.elapsedMs;
  }

  /**
   * Waits for one step, no longer than the read may take. The step itself goes on where it can not be stopped; so each must
   * be short.
   *
   * @param isTimeout whether the step failed because the database took too long
   * @throws QueryTooSlowError, the reason of the signal, or what the step rejects with
   */
  async step<Result>(work: () => Promise<Result>, isTimeout: (error: unknown) => boolean): Promise<Result> {
    this.check();
    let end: (() => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => reject(new QueryTooSlowError(this.options.timeLimitMs)), Math.max(1, this.leftMs));
      const abort = (): void => reject(reasonOf(this.signal));
      this.signal?.addEventListener('abort', abort, { once: true });
      end = () => {
        clearTimeout(timer);
        this.signal?.removeEventListener('abort', abort);
      };
    });
    const step = work();
    // When the time is over first, nobody is there to be told how the step ended.
    step.catch(() => undefined);
    try {
      return await Promise.race([step, ended]);
    } catch (error) {
      const cause = error instanceof StoreUnavailableError ? error.cause : undefined;
      throw cause !== undefined && isTimeout(cause) ? new QueryTooSlowError(Math.round(this.elapsedMs)) : error;
    } finally {
      end?.();
    }
  }

  private check(): void {
    if (this.signal?.aborted === true) {
      throw reasonOf(this.signal);
    }
    if (this.leftMs < 0) {
      throw new QueryTooSlowError(this.options.timeLimitMs);
    }
  }
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('The read was ended by whoever asked.', { cause: reason });
}
