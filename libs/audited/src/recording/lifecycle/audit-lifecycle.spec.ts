import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventClassifier } from '../../catalogue/event-classifier.js';
import type { AuditEvent } from '../../event/audit-event.js';
import { StoreUnavailableError } from '../../event/audit.error.js';
import { EventIds } from '../../event/event-id.js';
import { PersonalSalts } from '../../integrity/personal-commitment.js';
import { Redactor } from '../../redaction/redactor.js';
import type { AppendableEvent, AuditStore } from '../../storage/audit-store.js';
import { FixedClock } from '../../testing/fixed.clock.js';
import { FailureLog } from '../accounting/failure-log.js';
import { LossLedger } from '../accounting/loss-ledger.js';
import { RecorderCounters } from '../accounting/recorder-counters.js';
import { AuditRecorder } from '../audit-recorder.js';
import { EventComposer } from '../composing/event-composer.js';
import { spoolReports } from '../spool/spool-reporter.js';
import { DEFAULT_SPOOL_OPTIONS } from '../spool/spool.options.js';
import { Spool } from '../spool/spool.js';
import { DurableWriter } from '../writing/durable-writer.js';
import { GroupCommit } from '../writing/group-commit.js';
import { AuditLifecycle } from './audit-lifecycle.js';
import { DEFAULT_LIFECYCLE_TYPES } from './lifecycle-records.js';

const factsOf = ({ body }: AppendableEvent): AuditEvent => JSON.parse(body) as AuditEvent;

/** One append after another, each of which takes its time; nothing after the close. */
class SlowStore implements AuditStore {
  readonly events: AppendableEvent[] = [];
  private tail: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  constructor(private readonly appendMs: number) {}

  readonly open = (): Promise<void> => Promise.resolve();

  append(chain: string, events: readonly AppendableEvent[]) {
    return this.inTurn(() => ({ chain, firstPosition: this.events.push(...events) - events.length + 1 }));
  }

  appendMissing(chain: string, events: readonly AppendableEvent[]) {
    return this.inTurn(() => {
      const known = new Set(this.events.map((event) => factsOf(event).id));
      const missing = events.filter((event) => !known.has(factsOf(event).id));
      this.events.push(...missing);
      return { chain, appended: missing.length };
    });
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  private inTurn<Result>(work: () => Result): Promise<Result> {
    const result = this.tail.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, this.appendMs).unref());
      if (this.isClosed) {
        throw new StoreUnavailableError('it is closed');
      }
      return work();
    });
    this.tail = result.catch(() => undefined);
    return result;
  }
}

const LIMITS = { maxQueuedEvents: 10_000, maxQueuedBytes: 64_000_000, maxBatchEvents: 200, commitTimeoutMs: 5000 };

describe('AuditLifecycle', () => {
  let directory: string;
  let failures: FailureLog;
  let losses: LossLedger;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-lifecycle-'));
    const logger = { error: (): void => undefined, log: (): void => undefined };
    failures = new FailureLog(logger, (text) => text);
    losses = new LossLedger();
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  async function aSpool(): Promise<Spool> {
    const logger = { error: (): void => undefined, log: (): void => undefined };
    const spool = new Spool(
      { ...DEFAULT_SPOOL_OPTIONS, directory },
      spoolReports({ failures, losses, logger, now: Date.now }),
    );
    await spool.open();
    return spool;
  }

  async function aTrail(store: AuditStore, spool: Spool | undefined, withRecords: boolean, shutdownTimeoutMs: number) {
    const clock = new FixedClock();
    const counters = new RecorderCounters();
    const writer = new DurableWriter({ store, spool, commitTimeoutMs: LIMITS.commitTimeoutMs, failures, losses });
    writer.start();
    const recorder = new AuditRecorder({
      composer: new EventComposer({
        redactor: new Redactor(),
        classifier: new EventClassifier([]),
        ids: new EventIds(),
        salts: new PersonalSalts(),
        clock,
        origin: {},
      }),
      commits: new GroupCommit(writer, 'main', LIMITS),
      failures,
      losses,
      counters,
      clock,
      defaultDurability: 'best-effort',
      failsClosed: true,
    });
    const lifecycle = new AuditLifecycle({
      recorder,
      counters,
      failures,
      clock,
      types: withRecords ? DEFAULT_LIFECYCLE_TYPES : undefined,
      backlog: () => writer.status().backlog,
      shutdownTimeoutMs,
      sources: [],
      resources: [
        { name: 'the writer', close: (timeoutMs) => writer.close(timeoutMs) },
        { name: 'the store', close: () => store.close() },
      ],
    });
    return { recorder, counters, lifecycle };
  }

  /** What the next start finds in the spool. */
  async function leftInSpool(): Promise<AppendableEvent[]> {
    const next = await aSpool();
    const left: AppendableEvent[] = [];
    await next.replay((_chain, events) => {
      left.push(...events);
      return Promise.resolve();
    });
    await next.close();
    return left;
  }

  it.each([
    { appendMs: 250, withRecords: false },
    { appendMs: 250, withRecords: true },
    { appendMs: 60_000, withRecords: false },
    { appendMs: 60_000, withRecords: true },
  ])(
    'ends in time and loses nothing when an append takes $appendMs ms; with records of its own: $withRecords',
    async ({ appendMs, withRecords }) => {
      const store = new SlowStore(appendMs);
      const { recorder, counters, lifecycle } = await aTrail(store, await aSpool(), withRecords, 600);
      for (let count = 0; count < 3000; count++) {
        void recorder.record({ type: 'order.placed' });
      }
      const began = performance.now();
      await lifecycle.stop();
      expect(performance.now() - began).toBeLessThan(600 + 1500);
      expect(counters.pending).toBe(0);
      expect(counters.snapshot().lost).toEqual({});
      expect(losses.pending()).toBeUndefined();
      const left = await leftInSpool();
      const all = [...store.events, ...left].map(factsOf);
      expect(new Set(all.map(({ id }) => id)).size).toBe(withRecords ? 3001 : 3000);
      expect(left.map(factsOf).findIndex(({ type }) => type === 'audit.stopped')).toBe(
        withRecords ? left.length - 1 : -1,
      );
      if (withRecords) {
        const { stored, spooled } = counters.snapshot();
        // All but itself.
        expect(factsOf(left.at(-1)!).details).toMatchObject({ accepted: 3000, stored, spooled: spooled - 1, lost: {} });
      }
    },
  );

  it('stores everything, and the record of the end last, when the store is quick enough', async () => {
    const store = new SlowStore(1);
    const { recorder, lifecycle } = await aTrail(store, await aSpool(), true, 10_000);
    for (let count = 0; count < 500; count++) {
      void recorder.record({ type: 'order.placed' });
    }
    await lifecycle.stop();
    expect(store.events).toHaveLength(501);
    expect(factsOf(store.events.at(-1)!)).toMatchObject({ type: 'audit.stopped', details: { stored: 500 } });
    expect(await leftInSpool()).toEqual([]);
  });

  it('ends in time without a spool as well', async () => {
    const { recorder, counters, lifecycle } = await aTrail(new SlowStore(60_000), undefined, true, 300);
    for (let count = 0; count < 10; count++) {
      void recorder.record({ type: 'order.placed' });
    }
    const began = performance.now();
    await lifecycle.stop();
    expect(performance.now() - began).toBeLessThan(300 + 1500);
    expect(counters.pending).toBeGreaterThan(0);
  });
});
