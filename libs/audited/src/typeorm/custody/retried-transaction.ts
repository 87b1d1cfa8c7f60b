import { setTimeout as pause } from 'node:timers/promises';

/** Transactions that meet again and again are told apart by chance; after so many attempts it is no chance any more. */
const ATTEMPTS = 8;
const LONGEST_PAUSE_MS = 20;

/**
 * Runs a transaction, and again where the database chose it to give way to another one: everything was rolled back then.
 *
 * @param transact the whole transaction; rejects when it was rolled back
 * @param gaveWay whether that was because another transaction was in the way
 */
export async function retriedTransaction<Result>(
  transact: () => Promise<Result>,
  gaveWay: (error: unknown) => boolean,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transact();
    } catch (error) {
      if (attempt === ATTEMPTS || !gaveWay(error)) {
        throw error;
      }
      await pause(Math.random() * LONGEST_PAUSE_MS * attempt);
    }
  }
}
