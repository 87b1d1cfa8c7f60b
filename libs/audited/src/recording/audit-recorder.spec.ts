import { EventClassifier } from '../catalogue/event-classifier.js';
import { defineCatalogue } from '../catalogue/define-catalogue.js';
import type { AuditDraft } from '../event/audit-draft.js';
import { StoreUnavailableError } from '../event/audit.error.js';
import type { AuditDurability } from '../event/durability.js';
import { EventIds } from '../event/event-id.js';
import { PersonalSalts } from '../integrity/personal-commitment.js';
import { Redactor } from '../redaction/redactor.js';
import type { AppendableEvent, AppendReceipt, AuditStore, ReplayReceipt } from '../storage/audit-store.js';
import { FixedClock } from '../testing/fixed.clock.js';
import { AuditRecorder } from './audit-recorder.js';
import { EventComposer } from './composing/event-composer.js';
import { DurableWriter } from './writing/durable-writer.js';
import { FailureLog } from './accounting/failure-log.js';
import { GroupCommit, type GroupCommitLimits } from './writing/group-commit.js';
import { LossLedger } from './accounting/loss-ledger.js';
import { RecorderCounters } from './accounting/recorder-counters.js';

const LIMITS = { maxQueuedEvents: 3, maxQueuedBytes: 1_000_000, maxBatchEvents: 10, commitTimeoutMs: 60_000 };

const catalogue = defineCatalogue('shop', {
  'order.placed': {},
  'order.kept': { atLeastRecorded: true },
  'order.risky': { risk: 'high' },
  'order.guarded': { durability: 'required' },
});

class ListStore implements AuditStore {
  readonly bodies: string[] = [];
  failure: Error | undefined;

  open = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();

  append(chain: string, events: readonly AppendableEvent[]): Promise<AppendReceipt> {
    if (this.failure !== undefined) {
      return Promise.reject(this.failure);
    }
    const firstPosition = this.bodies.length + 1;
    this.bodies.push(...events.map(({ body }) => body));
    return Promise.resolve({ chain, firstPosition });
  }

  appendMissing = (chain: string, events: readonly AppendableEvent[]): Promise<ReplayReceipt> =>
    this.append(chain, events).then(() => ({ chain, appended: events.length }));
}

function aRecorder(durability: AuditDurability = 'recorded', limits: Partial<GroupCommitLimits> = {}) {
  const store = new ListStore();
  const told: string[] = [];
  const logger = { error: (message: string) => told.push(message), log: (message: string) => told.push(message) };
  const failures = new FailureLog(logger, (text) => text);
  const composer = new EventComposer({
    redactor: new Redactor(),
    classifier: new EventClassifier([catalogue]),
    ids: new EventIds(),
    salts: new PersonalSalts(),
    clock: new FixedClock(),
    origin: {},
  });
  const clock = new FixedClock();
  const losses = new LossLedger();
  const counters = new RecorderCounters();
  const { commitTimeoutMs } = { ...LIMITS, ...limits };
  const writer = new DurableWriter({ store, spool: undefined, commitTimeoutMs, failures, losses });
  writer.start();
  const commits = new GroupCommit(writer, 'main', { ...LIMITS, ...limits });
  const journal: AppendableEvent[] = [];
  const recorder = new AuditRecorder({
    composer,
    commits,
    failures,
    losses,
    counters,
    clock,
    defaultDurability: durability,
    failsClosed: true,
    journal: { write: (events) => journal.push(...events) },
  });
  return { store, told, failures, composer, losses, counters, journal, recorder };
}

const typesOf = (bodies: readonly string[]): readonly string[] =>
  bodies.map((body) => (JSON.parse(body) as { readonly type: string }).type);

describe('AuditRecorder', () => {
  it('answers when the event is durable, with its position', async () => {
    const { recorder, store } = aRecorder();
    const id = recorder.newId();
    expect(await recorder.record({ type: 'order.placed' }, undefined, id)).toEqual({
      id,
      status: 'durable',
      position: 1,
    });
    expect(JSON.parse(store.bodies[0] ?? '')).toMatchObject({ id, type: 'order.placed' });
  });

  it('does not wait when nobody asked it to, and stores all the same', async () => {
    const { recorder, store } = aRecorder('best-effort');
    const receipt = recorder.record({ type: 'order.placed' });
    expect(receipt).toMatchObject({ status: 'queued' });
    expect(receipt).not.toBeInstanceOf(Promise);
    await recorder.close();
    expect(store.bodies).toHaveLength(1);
  });

  it.each(['order.kept', 'order.risky'])('waits for %s whatever level was asked for', async (type) => {
    const { recorder } = aRecorder('best-effort');
    expect(await recorder.record({ type }, 'best-effort')).toMatchObject({ status: 'durable' });
  });

  it('stores events in the order they were given', async () => {
    const { recorder, store } = aRecorder();
    await Promise.all(
      ['1', '2', '3'].map((action) => Promise.resolve(recorder.record({ type: 'order.placed', action }))),
    );
    expect(store.bodies.map((body) => (JSON.parse(body) as { action: string }).action)).toEqual(['1', '2', '3']);
  });

  it('never rejects: a broken store is counted, told once, and told again when it works', async () => {
    const { recorder, store, told, failures } = aRecorder();
    store.failure = new StoreUnavailableError('disk full');
    for (let count = 0; count < 3; count++) {
      expect(await recorder.record({ type: 'order.placed' })).toMatchObject({ status: 'failed' });
    }
    expect(failures.snapshot()).toEqual({ store: 3 });
    store.failure = undefined;
    expect(await recorder.record({ type: 'order.placed' })).toMatchObject({ status: 'durable' });
    expect(told).toEqual([
      expect.stringContaining(
        'An event was neither stored nor spooled and is lost: The audit store is unavailable: disk full',
      ),
      expect.stringContaining('works again after 3 failure(s)'),
    ]);
  });

  it('tells an overload and a closed trail from a broken store', async () => {
    const { recorder, failures } = aRecorder();
    const receipts = [1, 2, 3, 4].map(() => Promise.resolve(recorder.record({ type: 'order.placed' })));
    expect((await Promise.all(receipts)).map(({ status }) => status)).toEqual([
      'durable',
      'durable',
      'durable',
      'failed',
    ]);
    await recorder.close();
    expect(await recorder.record({ type: 'order.placed' })).toMatchObject({ status: 'failed' });
    expect(failures.snapshot()).toEqual({ overload: 1, closed: 1 });
  });

  it('leaves room for what was promised a record, however much comes that was not', async () => {
    const { recorder, counters } = aRecorder('recorded', { maxQueuedEvents: 8 });
    for (let count = 0; count < 100; count++) {
      void recorder.record({ type: 'order.placed' }, 'best-effort');
    }
    const receipts = await Promise.all([
      recorder.record({ type: 'order.placed' }),
      recorder.record({ type: 'order.risky' }, 'best-effort'),
    ]);
    expect(receipts).toMatchObject([{ status: 'durable' }, { status: 'durable' }]);
    expect(counters.snapshot()).toMatchObject({ stored: 8, lost: { overload: 94 } });
  });

  it('books what a store that hangs at the end never saw', async () => {
    const { recorder, store, counters, losses } = aRecorder('best-effort', { maxBatchEvents: 1, commitTimeoutMs: 20 });
    store.append = () => new Promise(() => undefined);
    for (let count = 0; count < 3; count++) {
      void recorder.record({ type: 'order.placed' });
    }
    await recorder.close();
    expect(counters.pending).toBe(0);
    expect(losses.pending()).toMatchObject({ events: 3 });
  });

  it('counts what is lost on best-effort, too', async () => {
    const { recorder, store, failures } = aRecorder('best-effort');
    store.failure = new Error('gone');
    void recorder.record({ type: 'order.placed' });
    await recorder.close();
    expect(failures.snapshot()).toEqual({ store: 1 });
  });

  it('seals into the log how many events were lost, when and why, as soon as it can be', async () => {
    const { recorder, store, losses } = aRecorder();
    store.failure = new StoreUnavailableError('disk full');
    await recorder.record({ type: 'order.placed' });
    await recorder.record({ type: 'order.placed' });
    store.failure = undefined;
    await recorder.record({ type: 'order.placed' });
    await recorder.close();
    expect(typesOf(store.bodies)).toEqual(['order.placed', 'audit.loss']);
    expect(JSON.parse(store.bodies[1] ?? '')).toMatchObject({
      action: '2 audit events were lost',
      outcome: 'failure',
      reason: 'store',
      details: { events: 2, causes: { store: 2 }, from: expect.any(String), to: expect.any(String) },
    });
    expect(losses.pending()).toBeUndefined();
  });

  it('keeps a loss on the books as long as it cannot be sealed', async () => {
    const { recorder, store, losses } = aRecorder();
    store.failure = new StoreUnavailableError('disk full');
    await recorder.record({ type: 'order.placed' });
    recorder.sealLosses();
    await recorder.close();
    expect(losses.pending()?.events).toBeGreaterThanOrEqual(1);
    expect(store.bodies).toEqual([]);
  });

  it('counts what became of every event', async () => {
    const { recorder, store, counters } = aRecorder();
    await recorder.record({ type: 'order.placed' });
    store.failure = new StoreUnavailableError('disk full');
    await recorder.record({ type: 'order.placed' });
    expect(counters.snapshot()).toEqual({ accepted: 2, stored: 1, spooled: 0, sequenced: 0, lost: { store: 1 } });
  });

  it('knows when the fate of every event is known', async () => {
    const { recorder, counters } = aRecorder('best-effort');
    void recorder.record({ type: 'order.placed' });
    expect(counters.pending).toBe(1);
    await recorder.settled(10_000);
    expect(counters.pending).toBe(0);
  });

  it('does not wait for ever for a fate that stays open', async () => {
    const { recorder, store } = aRecorder('best-effort');
    let arrive = (_receipt: AppendReceipt): void => undefined;
    store.append = () => new Promise((resolve) => (arrive = resolve));
    void recorder.record({ type: 'order.placed' });
    await expect(recorder.settled(5)).resolves.toBeUndefined();
    arrive({ chain: 'main', firstPosition: 1 });
    await recorder.close();
  });

  it('hands every event to the second place, stored or not', async () => {
    const { recorder, store, journal } = aRecorder();
    await recorder.record({ type: 'order.placed' });
    store.failure = new StoreUnavailableError('disk full');
    await recorder.record({ type: 'order.kept' });
    expect(typesOf(journal.map(({ body }) => body))).toEqual(['order.placed', 'order.kept']);
  });

  it('uses what was asked for, else what the type says, else the default', () => {
    const { recorder } = aRecorder('best-effort');
    expect(recorder.levelFor('order.guarded', 'recorded')).toBe('recorded');
    expect(recorder.levelFor('order.guarded', undefined)).toBe('required');
    expect(recorder.levelFor('order.placed', undefined)).toBe('best-effort');
    expect(recorder.levelFor('order.unknown', undefined)).toBe('best-effort');
  });

  it('waits where the type says so, although the default does not', async () => {
    const { recorder } = aRecorder('best-effort');
    expect(await recorder.record({ type: 'order.guarded' })).toMatchObject({ status: 'durable' });
  });

  it('says so when an event could not even be composed', async () => {
    const { recorder, composer, failures } = aRecorder();
    composer.compose = () => {
      throw new Error('a defect');
    };
    expect(await recorder.record({ type: 'order.placed' })).toMatchObject({ status: 'failed' });
    expect(failures.snapshot()).toEqual({ compose: 1 });
  });

  it('takes any durability word that it does not know for the safe one', async () => {
    const { recorder } = aRecorder('best-effort');
    const receipt = await recorder.record({ type: 'order.placed' } as AuditDraft, 'sometime' as 'recorded');
    expect(receipt).toMatchObject({ status: 'durable' });
  });
});
