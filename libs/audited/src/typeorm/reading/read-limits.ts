import { QueryTooSlowError } from '../../event/audit.error.js';

/** How long a read may take, and who may end it. */
export interface ReadLimits {
  readonly timeLimitMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Gives a read up in time, for whoever waits at once, for the work at its next step.
 *
 * @param work told by the signal that nobody waits any more
 * @throws QueryTooSlowError; the reason of the signal
 */
export async function withinLimits<Result>(
  { timeLimitMs, signal }: ReadLimits,
  work: (ended: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const onAbort = (): void => ending.abort(signal?.reason);
  const timer = setTimeout(() => ending.abort(new QueryTooSlowError(timeLimitMs)), timeLimitMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  const ended = new Promise<never>((_, reject) => {
    ending.signal.addEventListener('abort', () => reject(ending.signal.reason as Error), { once: true });
  });
  try {
    return await Promise.race([work(ending.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
