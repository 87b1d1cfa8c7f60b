import { EventClassifier } from '../../catalogue/event-classifier.js';
import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditEvent } from '../../event/audit-event.js';
import { InboxMissingError, InboxUnavailableError } from '../../event/audit.error.js';
import { TransactionMissingError } from '../../event/transaction.error.js';
import { EventIds } from '../../event/event-id.js';
import { PersonalSalts } from '../../integrity/personal-commitment.js';
import { Redactor } from '../../redaction/redactor.js';
import type { AuditInbox, InboxEntry, TransactionOutcome } from '../../storage/audit-inbox.js';
import { FixedClock } from '../../testing/fixed.clock.js';
import type { AuditScope, TransactionalAction } from '../context/audit-scope.js';
import { EventComposer } from '../composing/event-composer.js';
import { FailureLog } from '../accounting/failure-log.js';
import { TransactionalRecorder } from './transactional-recorder.js';

/** A transaction that an application would open, and the manager it would hand on. */
class Transaction {
  readonly written: InboxEntry[] = [];
  private readonly told: ((outcome: TransactionOutcome) => void)[] = [];

  join(entries: readonly InboxEntry[], whenEnded?: (outcome: TransactionOutcome) => void): void {
    this.written.push(...entries);
    if (whenEnded !== undefined) {
      this.told.push(whenEnded);
    }
  }

  end(outcome: TransactionOutcome): void {
    this.told.splice(0).forEach((tell) => tell(outcome));
  }
}

/** The way TypeORM's DataSource runs transactions. */
class Source {
  readonly manager = new Transaction();
  readonly transactions: Transaction[] = [];

  async transaction<Result>(work: (manager: Transaction) => Promise<Result>): Promise<Result> {
    const transaction = new Transaction();
    this.transactions.push(transaction);
    try {
      const result = await work(transaction);
      transaction.end('committed');
      return result;
    } catch (error) {
      transaction.end('rolled-back');
      throw error;
    }
  }
}

class Inbox implements AuditInbox {
  failure: Error | undefined;
  beforeWrite: (() => void) | undefined;
  afterWrite: ((transaction: Transaction) => void) | undefined;
  open = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();
  drain = (): Promise<number> => Promise.resolve(0);

  write(
    transaction: unknown,
    entries: readonly InboxEntry[],
    whenEnded?: (outcome: TransactionOutcome) => void,
  ): Promise<void> {
    this.beforeWrite?.();
    if (this.failure !== undefined) {
      return Promise.reject(this.failure);
    }
    if (!(transaction instanceof Transaction)) {
      return Promise.reject(new TransactionMissingError('this is none'));
    }
    transaction.join(entries, whenEnded);
    this.afterWrite?.(transaction);
    return Promise.resolve();
  }
}

function anAction(): TransactionalAction & { readonly story: string[]; isRecorded: boolean } {
  const story: string[] = [];
  return {
    story,
    isRecorded: false,
    eventId: '01999999-0000-7000-8000-000000000001',
    draft: () => Promise.resolve({ type: 'order.placed', action: `drafted after ${story.length} steps` }),
    join() {
      if (!this.isRecorded) {
        story.push('joined');
      }
      return !this.isRecorded;
    },
    ended: (outcome) => story.push(outcome),
  };
}

function aRecorder(action?: TransactionalAction) {
  const inbox = new Inbox();
  const told: string[] = [];
  const failures = new FailureLog({ error: (message) => told.push(message), log: () => undefined }, (text) => text);
  const composer = new EventComposer({
    redactor: new Redactor(),
    classifier: new EventClassifier([]),
    ids: new EventIds(),
    salts: new PersonalSalts(),
    clock: new FixedClock(),
    origin: {},
  });
  let wakes = 0;
  const scope = action === undefined ? undefined : ({ transactional: action } as AuditScope);
  const recorder = new TransactionalRecorder({
    inbox,
    composer,
    failures,
    sequencer: { wake: () => wakes++ },
    running: () => scope,
    inContext: (draft: AuditDraft) => Promise.resolve({ ...draft, correlationId: 'c-1' }),
  });
  return { recorder, inbox, told, wakes: () => wakes };
}

const events = ({ written }: Transaction): AuditEvent[] =>
  written.map(({ event }) => JSON.parse(event.body) as AuditEvent);

describe('recordIn with a draft', () => {
  it('writes the event, with what the running action knows, into the main chain', async () => {
    const { recorder } = aRecorder();
    const transaction = new Transaction();
    const receipt = await recorder.recordIn(transaction, { type: 'order.placed' });
    expect(receipt).toStrictEqual({ id: events(transaction)[0]?.id, status: 'in-transaction' });
    expect(transaction.written.map(({ chain }) => chain)).toStrictEqual(['main']);
    expect(events(transaction)[0]).toMatchObject({ type: 'order.placed', correlationId: 'c-1' });
  });

  it('keeps personal facts apart', async () => {
    const { recorder } = aRecorder();
    const transaction = new Transaction();
    await recorder.recordIn(transaction, { type: 'x', actor: { kind: 'user', email: 'zoe@example.com' } });
    expect(transaction.written[0]?.event.personal).toBe('{"/actor/email":"zoe@example.com"}');
    expect(transaction.written[0]?.event.salt).toMatch(/^[0-9a-f]{32}$/);
    expect(transaction.written[0]?.event.body).not.toMatch(/zoe/);
  });

  it('wakes the sequencer when the transaction committed, and when nobody can say', async () => {
    const { recorder, wakes } = aRecorder();
    for (const [outcome, expected] of [
      ['rolled-back', 0],
      ['committed', 1],
      ['unknown', 2],
    ] as const) {
      const transaction = new Transaction();
      await recorder.recordIn(transaction, { type: 'x' });
      transaction.end(outcome);
      expect(wakes()).toBe(expected);
    }
  });

  it('rejects when the event cannot be written', async () => {
    const { recorder, inbox } = aRecorder();
    await expect(recorder.recordIn({}, { type: 'x' })).rejects.toMatchObject({ code: 'AUDIT_TRANSACTION_MISSING' });
    inbox.failure = new InboxMissingError('there is no table');
    await expect(recorder.recordIn(new Transaction(), { type: 'x' })).rejects.toBe(inbox.failure);
  });
});

describe('recordIn without a draft', () => {
  it("writes the running action's own event, and tells the action how it ended", async () => {
    const action = anAction();
    const { recorder } = aRecorder(action);
    const transaction = new Transaction();
    const receipt = await recorder.recordIn(transaction);
    expect(receipt).toStrictEqual({ id: action.eventId, status: 'in-transaction' });
    expect(events(transaction)).toMatchObject([{ id: action.eventId, type: 'order.placed' }]);
    expect(action.story).toStrictEqual(['joined']);
    transaction.end('committed');
    expect(action.story).toStrictEqual(['joined', 'committed']);
  });

  it('writes it once for each transaction, even when it is asked for twice at the same time', async () => {
    const action = anAction();
    const { recorder } = aRecorder(action);
    const transaction = new Transaction();
    await Promise.all([recorder.recordIn(transaction), recorder.recordIn(transaction)]);
    await recorder.recordIn(transaction);
    expect(transaction.written).toHaveLength(1);
    expect(action.story).toStrictEqual(['joined']);
  });

  it('writes it again when the transaction was rolled back and is tried again', async () => {
    const action = anAction();
    const { recorder } = aRecorder(action);
    const first = new Transaction();
    await recorder.recordIn(first);
    first.end('rolled-back');
    const second = new Transaction();
    await recorder.recordIn(second);
    second.end('committed');
    expect(events(second)).toMatchObject([{ id: action.eventId }]);
    expect(action.story).toStrictEqual(['joined', 'rolled-back', 'joined', 'committed']);
  });

  it('writes it again in the same transaction after a savepoint took it back', async () => {
    const action = anAction();
    const { recorder } = aRecorder(action);
    const transaction = new Transaction();
    await recorder.recordIn(transaction);
    transaction.end('rolled-back');
    await recorder.recordIn(transaction);
    expect(transaction.written).toHaveLength(2);
  });

  it('does not write it again once it is committed', async () => {
    const action = anAction();
    const { recorder } = aRecorder(action);
    const first = new Transaction();
    await recorder.recordIn(first);
    first.end('committed');
    const second = new Transaction();
    expect(await recorder.recordIn(second)).toStrictEqual({ id: action.eventId, status: 'in-transaction' });
    expect(second.written).toHaveLength(0);
  });

  it('can be tried again after it could not be written', async () => {
    const action = anAction();
    const { recorder, inbox } = aRecorder(action);
    const transaction = new Transaction();
    inbox.failure = new Error('connection terminated');
    await expect(recorder.recordIn(transaction)).rejects.toBe(inbox.failure);
    expect(action.story).toStrictEqual(['joined', 'not-written']);
    inbox.failure = undefined;
    await recorder.recordIn(transaction);
    expect(action.story).toStrictEqual(['joined', 'not-written', 'joined']);
  });

  it('tells the action of a transaction that ended while the event was on its way, in this order too', async () => {
    const action = anAction();
    const { recorder, inbox } = aRecorder(action);
    inbox.afterWrite = (transaction) => transaction.end('rolled-back');
    await recorder.recordIn(new Transaction());
    expect(action.story).toStrictEqual(['joined', 'rolled-back']);
  });

  it('has joined before the write begins, so that nobody takes its id meanwhile', async () => {
    const action = anAction();
    const { recorder, inbox } = aRecorder(action);
    const stories: string[][] = [];
    inbox.beforeWrite = () => stories.push([...action.story]);
    await recorder.recordIn(new Transaction());
    expect(stories).toStrictEqual([['joined']]);
  });

  it('may have been written by a statement that was given up for its time', async () => {
    const action = anAction();
    const { recorder, inbox } = aRecorder(action);
    inbox.failure = new InboxUnavailableError('writing took longer than 10 ms');
    await expect(recorder.recordIn(new Transaction())).rejects.toBe(inbox.failure);
    expect(action.story).toStrictEqual(['joined', 'unknown']);
  });

  it('tells the end of a transaction that its own failure ended once', async () => {
    const action = anAction();
    const { recorder, inbox } = aRecorder(action);
    inbox.afterWrite = (transaction) => {
      transaction.end('rolled-back');
      throw new Error('deadlock');
    };
    await expect(recorder.recordIn(new Transaction())).rejects.toThrow('deadlock');
    expect(action.story).toStrictEqual(['joined', 'rolled-back']);
  });

  it('lets whoever asks while it is on its way fail as well when it cannot be written', async () => {
    const { recorder, inbox } = aRecorder(anAction());
    inbox.failure = new InboxMissingError('there is no table');
    const transaction = new Transaction();
    const asked = await Promise.allSettled([recorder.recordIn(transaction), recorder.recordIn(transaction)]);
    expect(asked.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected']);
  });

  it('is an event of its own, caused by the record, where the action is on record already', async () => {
    const action = anAction();
    const { recorder } = aRecorder(action);
    action.isRecorded = true;
    const [first, second, third] = [new Transaction(), new Transaction(), new Transaction()];
    const receipt = await recorder.recordIn(first);
    first.end('rolled-back');
    await recorder.recordIn(second);
    second.end('committed');
    expect(await recorder.recordIn(third)).toStrictEqual(receipt);
    expect(third.written).toHaveLength(0);
    expect(receipt.id).not.toBe(action.eventId);
    // A retry is the same event: should both commit, the log takes one.
    expect([events(first)[0], events(second)[0]]).toMatchObject([
      { id: receipt.id, causationId: action.eventId, type: 'order.placed' },
      { id: receipt.id, causationId: action.eventId },
    ]);
    expect(action.story).toStrictEqual([]);
  });

  it('is an event of its own where the action was recorded while its draft was made', async () => {
    const action = anAction();
    const { recorder } = aRecorder(action);
    const transaction = new Transaction();
    const written = recorder.recordIn(transaction);
    action.isRecorded = true;
    const { id } = await written;
    expect(id).not.toBe(action.eventId);
    expect(events(transaction)).toMatchObject([{ id, causationId: action.eventId }]);
  });

  it('is an event of its own when a retry comes after the record of a rollback', async () => {
    const action = anAction();
    const { recorder } = aRecorder(action);
    const [first, second] = [new Transaction(), new Transaction()];
    await recorder.recordIn(first);
    first.end('rolled-back');
    action.isRecorded = true;
    const { id } = await recorder.recordIn(second);
    second.end('committed');
    expect(events(second)).toMatchObject([{ id, causationId: action.eventId }]);
    expect(id).not.toBe(action.eventId);
    expect(action.story).toStrictEqual(['joined', 'rolled-back']);
  });

  it('rejects where no action runs whose event could be written', async () => {
    const { recorder } = aRecorder();
    await expect(recorder.recordIn(new Transaction())).rejects.toMatchObject({
      code: 'AUDIT_ACTION_MISSING',
      message: expect.stringMatching(/Pass a draft to recordIn\(\)/) as string,
    });
  });

  it('does not let a commit look failed because the action fails to hear of it', async () => {
    const fail = (): never => {
      throw new Error('deaf');
    };
    const deaf = { ...anAction(), ended: fail };
    const { recorder, told } = aRecorder(deaf);
    const transaction = new Transaction();
    await recorder.recordIn(transaction);
    expect(() => transaction.end('committed')).not.toThrow();
    expect(told[0]).toMatch(/deaf/);
  });
});

describe('transaction', () => {
  it("returns what the work returned, and writes the action's event after the work, before the commit", async () => {
    const action = anAction();
    const { recorder } = aRecorder(action);
    const source = new Source();
    const result = await recorder.transaction(source, (manager) => {
      expect(manager.written).toHaveLength(0);
      return Promise.resolve(42);
    });
    expect(result).toBe(42);
    expect(events(source.transactions[0] as Transaction)).toMatchObject([{ id: action.eventId }]);
    expect(action.story).toStrictEqual(['joined', 'committed']);
  });

  it('does not write it twice when the work has written it', async () => {
    const action = anAction();
    const { recorder } = aRecorder(action);
    const source = new Source();
    await recorder.transaction(source, (manager) => recorder.recordIn(manager));
    expect(source.transactions[0]?.written).toHaveLength(1);
  });

  it('writes nothing when the work fails, and fails with it', async () => {
    const action = anAction();
    const { recorder } = aRecorder(action);
    const source = new Source();
    const failure = new Error('out of stock');
    await expect(recorder.transaction(source, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(source.transactions[0]?.written).toHaveLength(0);
    expect(action.story).toStrictEqual([]);
  });

  it('lets nothing be committed when the event cannot be written', async () => {
    const action = anAction();
    const { recorder, inbox } = aRecorder(action);
    const source = new Source();
    inbox.failure = new InboxMissingError('there is no table');
    await expect(recorder.transaction(source, () => Promise.resolve())).rejects.toBe(inbox.failure);
    expect(action.story).toStrictEqual(['joined', 'not-written']);
  });

  it('is an ordinary transaction where no transactional action runs', async () => {
    const { recorder } = aRecorder();
    const source = new Source();
    expect(await recorder.transaction(source, () => Promise.resolve('done'))).toBe('done');
    expect(source.transactions[0]?.written).toHaveLength(0);
  });
});
