/**
 * Work that is told to stop when its time is over, or when whoever asked for it gives up.
 *
 * Not `AbortSignal.any`: a signal that lives as long as the application would keep a trace of every piece of work.
 *
 * @throws a `TimeoutError`, or an `AbortError` whatever the reason was that `signal` was aborted with
 */
export async function withinTime<Result>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException('no answer in time', 'TimeoutError')), timeoutMs);
  const giveUp = (): void => limit.abort(new DOMException('given up', 'AbortError'));
  if (signal.aborted) {
    giveUp();
  }
  signal.addEventListener('abort', giveUp);
  try {
    return await work(limit.signal);
  } catch (error) {
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
