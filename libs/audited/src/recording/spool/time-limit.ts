import { StoreUnavailableError } from '../../event/audit.error.js';

/** A call that is waited for so long and no longer. */
export interface LimitedCall<Result> {
  /** The answer, or the error of a call that took too long. */
  readonly inTime: Promise<Result>;
  /** The answer however late it comes. */
  readonly finally: Promise<Result>;
  /** Nobody waits for `inTime` any more: its limit does not keep the process alive. */
  readonly letGo: () => void;
}

/** Begins a call that may hang. */
export function limited<Result>(
  call: () => Promise<Result>,
  limitMs: number,
  tooLate: () => Error,
): LimitedCall<Result> {
  const answer = begin(call);
  let timer: NodeJS.Timeout | undefined;
  const inTime = new Promise<Result>((resolve, reject) => {
    timer = setTimeout(() => reject(tooLate()), limitMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
  return { inTime, finally: answer, letGo: () => timer?.unref() };
}

/** The store did not answer within the time that the option allows. */
export function noCommitWithin(commitTimeoutMs: number): StoreUnavailableError {
  return new StoreUnavailableError(`no commit within commitTimeoutMs = ${commitTimeoutMs}`);
}

/** Resolves when the work has ended, whether well or not, or when the time is over. */
export async function settledWithin(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, limitMs));
  });
  await Promise.race([work.then(nothing, nothing), limit]);
  clearTimeout(timer);
}

/** Calls; a call that throws rejects. */
export function begin<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}

function nothing(): void {}
