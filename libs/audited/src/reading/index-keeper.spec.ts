import type { IndexLag, IndexStep } from '../storage/reading/log-index.js';
import { LogIndex } from '../storage/reading/log-index.js';
import { IndexKeeper, type IndexKeeperParts } from './index-keeper.js';

/** An index over a log of so many records, whose steps can be made to fail. */
class CountedIndex extends LogIndex {
  steps = 0;
  running = 0;
  mostAtOnce = 0;
  taken = 0;
  failure: Error | undefined;
  private waiting: (() => void)[] = [];

  constructor(public records: number) {
    super();
  }

  async advance(limit: number): Promise<IndexStep> {
    this.steps++;
    this.running++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    await new Promise(setImmediate);
    this.running--;
    this.waiting.splice(0).forEach((wake) => wake());
    if (this.failure !== undefined) {
      throw this.failure;
    }
    const records = Math.min(limit, this.records - this.taken);
    this.taken += records;
    return { records, isCaughtUp: records === 0 };
  }

  lag(): Promise<readonly IndexLag[]> {
    return Promise.resolve([
      { index: 'search', records: this.records - this.taken },
      { index: 'statistics', records: 0 },
    ]);
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }
}

const failures: [string, unknown][] = [];
let recovered = 0;

function keeperOf(index: LogIndex, options: Partial<IndexKeeperParts> = {}): IndexKeeper {
  return new IndexKeeper({
    enabled: true,
    batchSize: 10,
    restMs: 1,
    index,
    report: (consequence, error) => failures.push([consequence, error]),
    recovered: () => recovered++,
    ...options,
  });
}

beforeEach(() => {
  failures.length = 0;
  recovered = 0;
});

describe('IndexKeeper', () => {
  it('takes in what is there, one step at a time, and then what is appended', async () => {
    const index = new CountedIndex(95);
    const keeper = keeperOf(index);
    expect(keeper.state()).toEqual({});
    keeper.start();
    keeper.start();
    await index.until(() => index.taken === 95);
    index.records += 3;
    keeper.appended();
    await index.until(() => index.taken === 98);
    const { steps } = index;
    await index.until(() => index.steps > steps);
    await keeper.close(1000);
    expect(index.mostAtOnce).toBe(1);
    expect(keeper.state()).toEqual({ records: 0, seenAt: expect.stringMatching(/^\d{4}-.*Z$/) as string });
    expect(failures).toEqual([]);
  });

  it('looks for what other processes append', async () => {
    const index = new CountedIndex(0);
    const keeper = keeperOf(index);
    keeper.start();
    await index.until(() => index.steps === 1);
    index.records = 4;
    await index.until(() => index.taken === 4);
    await keeper.close(1000);
  });

  it('reports a failure, goes on after a while, and says so in its state', async () => {
    const index = new CountedIndex(5);
    index.failure = Object.assign(new Error('secret'), { code: 'AUDIT_DATABASE_UNUSABLE' });
    const keeper = keeperOf(index);
    keeper.start();
    await index.until(() => index.steps === 1);
    await new Promise(setImmediate);
    expect(keeper.state()).toEqual({ problem: 'AUDIT_DATABASE_UNUSABLE' });
    expect(recovered).toBe(0);
    index.failure = undefined;
    await index.until(() => index.taken === 5);
    await keeper.close(1000);
    expect(failures).toEqual([[expect.stringContaining('index of the audit log'), expect.any(Error)]]);
    expect(recovered).toBeGreaterThan(0);
    expect(keeper.state()).not.toHaveProperty('problem');
  });

  it('leaves it to those who record to tell that the store is not there, and says so in its state', async () => {
    const index = new CountedIndex(5);
    index.failure = Object.assign(new Error('down'), { code: 'AUDIT_STORE_UNAVAILABLE' });
    const keeper = keeperOf(index);
    keeper.start();
    await index.until(() => index.steps === 2);
    await new Promise(setImmediate);
    await keeper.close(1000);
    expect(failures).toEqual([]);
    expect(keeper.state()).toEqual({ problem: 'AUDIT_STORE_UNAVAILABLE' });
  });

  it('ends while it waits, while it works, and before it began', async () => {
    const idle = keeperOf(new CountedIndex(0));
    idle.start();
    await idle.close(60_000);
    const busy = new CountedIndex(1_000_000);
    const keeper = keeperOf(busy);
    keeper.start();
    await busy.until(() => busy.steps > 3);
    await keeper.close(60_000);
    const { steps } = busy;
    keeper.start();
    await new Promise(setImmediate);
    expect(busy.steps).toBe(steps);
    await keeperOf(new CountedIndex(0)).close(60_000);
  });

  it('does not wait for a step that never ends longer than it is given', async () => {
    const index = new CountedIndex(0);
    index.advance = () => new Promise(() => undefined);
    const keeper = keeperOf(index);
    keeper.start();
    await keeper.close(20);
  });

  it('does nothing where the index is not to be kept', async () => {
    const index = new CountedIndex(9);
    const keeper = keeperOf(index, { enabled: false });
    keeper.start();
    keeper.appended();
    await keeper.close(1000);
    expect(index.steps).toBe(0);
    expect(keeper.state()).toBeUndefined();
  });
});
