import { JoinedTransaction } from './joined-transaction.js';

const joined = (): JoinedTransaction => new JoinedTransaction('event-1', () => Promise.resolve({ type: 'thing.made' }));

describe('an event that transactions of the application take', () => {
  it('is apart until one takes it', async () => {
    const transaction = joined();
    expect(transaction.state).toBe('apart');
    await expect(transaction.settled(60_000)).resolves.toBeUndefined();
    await expect(transaction.draft()).resolves.toEqual({ type: 'thing.made' });
  });

  it.each(['committed', 'rolled-back', 'unknown'] as const)('ends as its transaction does: %s', async (outcome) => {
    const transaction = joined();
    transaction.join();
    expect(transaction.state).toBe('open');
    const settled = transaction.settled(60_000);
    transaction.ended(outcome);
    await settled;
    expect(transaction.state).toBe(outcome);
  });

  it('is committed when a retry commits, in whatever order the ends are told', () => {
    const retried = joined();
    retried.join();
    retried.ended('rolled-back');
    retried.join();
    expect(retried.state).toBe('open');
    retried.ended('committed');
    expect(retried.state).toBe('committed');

    const lateRollback = joined();
    lateRollback.join();
    lateRollback.join();
    lateRollback.ended('committed');
    lateRollback.ended('rolled-back');
    expect(lateRollback.state).toBe('committed');
  });

  it('stays unknown when one may have committed and another one did not', () => {
    const transaction = joined();
    transaction.join();
    transaction.ended('unknown');
    transaction.join();
    transaction.ended('rolled-back');
    expect(transaction.state).toBe('unknown');
  });

  it('is not waited for longer than allowed', async () => {
    const transaction = joined();
    transaction.join();
    await transaction.settled(5);
    expect(transaction.state).toBe('open');
  });

  it('is as it was before where a transaction could not take it', async () => {
    const transaction = joined();
    transaction.join();
    const settled = transaction.settled(60_000);
    transaction.ended('not-written');
    await settled;
    expect(transaction.state).toBe('apart');
  });

  it.each(['apart', 'rolled-back'] as const)(
    'goes into no transaction any more once the request is recorded under its id: %s',
    async (state) => {
      const transaction = joined();
      if (state === 'rolled-back') {
        expect(transaction.join()).toBe(true);
        transaction.ended(state);
      }
      await expect(transaction.concluded(60_000)).resolves.toBe(state);
      expect(transaction.join()).toBe(false);
      expect(transaction.state).toBe(state);
    },
  );

  it.each(['open', 'unknown'] as const)(
    'may go into another transaction when the request was recorded under an id of its own: %s',
    async (state) => {
      const transaction = joined();
      transaction.join();
      if (state === 'unknown') {
        transaction.ended(state);
      }
      await expect(transaction.concluded(5)).resolves.toBe(state);
      expect(transaction.join()).toBe(true);
    },
  );

  it('concludes with the end of a transaction that is still open when it is asked', async () => {
    const transaction = joined();
    transaction.join();
    const concluded = transaction.concluded(60_000);
    transaction.ended('committed');
    await expect(concluded).resolves.toBe('committed');
  });
});
