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
    transaction.joined();
    expect(transaction.state).toBe('open');
    const settled = transaction.settled(60_000);
    transaction.ended(outcome);
    await settled;
    expect(transaction.state).toBe(outcome);
  });

  it('is committed when a retry commits, in whatever order the ends are told', () => {
    const retried = joined();
    retried.joined();
    retried.ended('rolled-back');
    retried.joined();
    expect(retried.state).toBe('open');
    retried.ended('committed');
    expect(retried.state).toBe('committed');

    const lateRollback = joined();
    lateRollback.joined();
    lateRollback.joined();
    lateRollback.ended('committed');
    lateRollback.ended('rolled-back');
    expect(lateRollback.state).toBe('committed');
  });

  it('stays unknown when one may have committed and another one did not', () => {
    const transaction = joined();
    transaction.joined();
    transaction.ended('unknown');
    transaction.joined();
    transaction.ended('rolled-back');
    expect(transaction.state).toBe('unknown');
  });

  it('is not waited for longer than allowed', async () => {
    const transaction = joined();
    transaction.joined();
    await transaction.settled(5);
    expect(transaction.state).toBe('open');
  });
});
