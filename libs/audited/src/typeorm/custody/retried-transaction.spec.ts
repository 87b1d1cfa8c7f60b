import { retriedTransaction } from './retried-transaction.js';

const DEADLOCK = new Error('deadlock');

describe('retriedTransaction', () => {
  it('runs a transaction that gave way again, until it gets through', async () => {
    let runs = 0;
    const transact = (): Promise<string> => (++runs < 4 ? Promise.reject(DEADLOCK) : Promise.resolve('done'));
    expect(await retriedTransaction(transact, (error) => error === DEADLOCK)).toBe('done');
    expect(runs).toBe(4);
  });

  it('gives up what never gets through, and what failed for another reason at once', async () => {
    let runs = 0;
    const failing = (error: Error) => (): Promise<never> => {
      runs++;
      return Promise.reject(error);
    };
    await expect(retriedTransaction(failing(DEADLOCK), (error) => error === DEADLOCK)).rejects.toBe(DEADLOCK);
    expect(runs).toBe(8);
    runs = 0;
    await expect(retriedTransaction(failing(new Error('disk full')), (error) => error === DEADLOCK)).rejects.toThrow(
      'disk full',
    );
    expect(runs).toBe(1);
  });
});
