import type { DeliveryTimer } from '../delivery-timer.js';

/**
 * Waits for somebody else's code for so long and no longer. When the time is over, or `stop` is aborted, the call is told to
 * give up, and nobody waits for it any more.
 *
 * @throws what the call throws, or that it did not answer
 */
export async function limitedCall<Result>(
  call: (signal: AbortSignal) => Promise<Result>,
  limitMs: number,
  stop: AbortSignal,
  timer: DeliveryTimer,
): Promise<Result> {
  const giveUp = new AbortController();
  const over = new AbortController();
  const end = (): void => over.abort();
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) {
    end();
  }
  const deadline = timer.sleep(limitMs, over.signal).then((): never => {
    giveUp.abort();
    throw new Error(stop.aborted ? 'it was given up' : `it did not answer within ${limitMs} ms`);
  });
  try {
    return await Promise.race([begun(call, giveUp.signal), deadline]);
  } finally {
    stop.removeEventListener('abort', end);
    end();
  }
}

/** A call that throws rejects. */
async function begun<Result>(call: (signal: AbortSignal) => Promise<Result>, signal: AbortSignal): Promise<Result> {
  return call(signal);
}
