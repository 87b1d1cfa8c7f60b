import { jest } from '@jest/globals';
import { BoundedSpool } from './bounded-spool.js';
import type { MoveEvents } from './segment-replay.js';
import type { SpoolReporter } from './spool-reporter.js';
import { DEFAULT_SPOOL_OPTIONS } from './spool.options.js';
import { Spool } from './spool.js';

/** A spool on a disk that answers when the test says so. */
class StuckSpool extends Spool {
  calls = 0;
  private answers: (() => void)[] = [];

  constructor() {
    super({ ...DEFAULT_SPOOL_OPTIONS, directory: '/mnt/gone' }, {} as SpoolReporter);
  }

  override append(): Promise<void> {
    this.calls++;
    return new Promise((resolve) => this.answers.push(resolve));
  }

  override replay(move: MoveEvents): Promise<boolean> {
    return new Promise((resolve) => {
      this.answers.push(() => void move('main', []).then(() => this.answers.push(() => resolve(true))));
    });
  }

  answer(): void {
    const { answers } = this;
    this.answers = [];
    answers.forEach((resolve) => resolve());
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('BoundedSpool', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('gives up on a disk that hangs, sends it nothing more, and uses it again when it answers', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const stuck = new StuckSpool();
    const spool = new BoundedSpool(stuck, 100);
    const first = spool.append('main', []);
    const outcome = Promise.allSettled([first.inTime]);
    jest.advanceTimersByTime(4999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(spool.isHung).toBe(false);
    jest.advanceTimersByTime(1);
    expect(await outcome).toMatchObject([
      {
        reason: {
          code: 'AUDIT_SPOOL_UNUSABLE',
          message: expect.stringContaining('"/mnt/gone" took nothing within 5000 ms'),
        },
      },
    ]);
    expect(spool.isHung).toBe(true);
    await expect(spool.append('main', []).inTime).rejects.toMatchObject({ code: 'AUDIT_SPOOL_UNUSABLE' });
    expect(stuck.calls).toBe(1);
    stuck.answer();
    await first.finally;
    await new Promise((resolve) => setImmediate(resolve));
    expect(spool.isHung).toBe(false);
    const second = spool.append('main', []);
    stuck.answer();
    await expect(second.inTime).resolves.toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('lets a replay take its time, but not stand still', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const stuck = new StuckSpool();
    const spool = new BoundedSpool(stuck, 100);
    let moved: () => void = () => undefined;
    const replaying = spool.replay(() => new Promise((resolve) => (moved = resolve)));
    const outcome = Promise.allSettled([replaying]);
    jest.advanceTimersByTime(4999);
    stuck.answer();
    // The store has limits of its own.
    jest.advanceTimersByTime(60_000);
    moved();
    await nextTurn();
    jest.advanceTimersByTime(4999);
    await nextTurn();
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(1);
    expect(await outcome).toMatchObject([
      { reason: { message: expect.stringContaining('gave nothing back within 5000 ms') } },
    ]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('waits longer than its minimum when the store may take longer, too', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const spool = new BoundedSpool(new StuckSpool(), 20_000);
    const outcome = Promise.allSettled([spool.append('main', []).inTime]);
    jest.advanceTimersByTime(20_000);
    expect(await outcome).toMatchObject([{ reason: { message: expect.stringContaining('within 20000 ms') } }]);
  });
});
