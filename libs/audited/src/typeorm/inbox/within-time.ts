import { InboxUnavailableError } from '../../event/audit.error.js';

/** Waits for `work`, but not for ever. Work that is given up goes on unseen; what it ends with is of no interest then. */
export function withinTime<Result>(work: Promise<Result>, limitMs: number, what: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new InboxUnavailableError(`${what} took longer than ${limitMs} ms`)),
      limitMs,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
