import type { AuditOutcome } from '../../../event/audit-event.js';
import type { TransactionState } from './joined-transaction.js';
import { recordApart, type RecordApart } from './transactional-record.js';

const EVENT_ID = 'the-event';
const NEW_ID = 'another-id';

function apart(state: TransactionState, outcome: AuditOutcome, details?: unknown): RecordApart | undefined {
  return recordApart({ type: 'thing.made', outcome, details }, state, EVENT_ID, () => NEW_ID);
}

describe('what the gate records besides a transaction', () => {
  it.each(['success', 'pending'] as const)('is nothing where the change committed and ended as %s', (outcome) => {
    expect(apart('committed', outcome)).toBeUndefined();
  });

  it.each(['failure', 'denied', 'unknown'] as const)(
    'is a second record where the change committed, but the answer ended as %s',
    (outcome) => {
      expect(apart('committed', outcome)).toEqual({
        id: NEW_ID,
        draft: { type: 'thing.made', outcome, details: undefined, causationId: EVENT_ID },
      });
    },
  );

  it('is the event itself where the transaction was rolled back: a failure survives it', () => {
    const record = apart('rolled-back', 'failure', { why: 'no money' });
    expect(record).toMatchObject({ id: EVENT_ID, draft: { outcome: 'failure', details: { why: 'no money' } } });
    expect(record?.draft).not.toHaveProperty('causationId');
  });

  it('says so where the answer is a success although the transaction was rolled back', () => {
    expect(apart('rolled-back', 'success', { of: 'three' })).toMatchObject({
      id: EVENT_ID,
      draft: { outcome: 'success', details: { of: 'three', transaction: 'rolled_back' } },
    });
    expect(apart('rolled-back', 'success', ['a', 'list'])?.draft.details).toEqual({
      value: ['a', 'list'],
      transaction: 'rolled_back',
    });
  });

  it('is the event itself where no transaction took it', () => {
    expect(apart('apart', 'success')).toMatchObject({ id: EVENT_ID, draft: { outcome: 'success' } });
  });

  it.each(['open', 'unknown'] as const)('never takes the place of an event that may still come: %s', (state) => {
    expect(apart(state, 'success')).toMatchObject({
      id: NEW_ID,
      draft: { outcome: 'success', causationId: EVENT_ID, details: { transaction: 'unknown' } },
    });
  });
});
