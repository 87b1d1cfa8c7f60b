import { ReadBudget } from './read-budget.js';

const NOBODY_LEAVES = new AbortController().signal;

/** A read that ends when it is told to. */
function heldRead(): { readonly read: () => Promise<string>; readonly end: () => void; readonly began: () => boolean } {
  let end = (): void => undefined;
  let hasBegun = false;
  const ended = new Promise<string>((resolve) => {
    end = () => resolve('read');
  });
  return {
    read: () => {
      hasBegun = true;
      return ended;
    },
    end: () => end(),
    began: () => hasBegun,
  };
}

describe('the budget of reads', () => {
  it('lets so many run at the same time, and the others in their order', async () => {
    const budget = new ReadBudget({ atOnce: 2, waiting: 10, waitMs: 10_000 });
    const reads = [heldRead(), heldRead(), heldRead(), heldRead()];
    const running = reads.map(({ read }) => budget.run(NOBODY_LEAVES, read));
    expect(reads.map(({ began }) => began())).toEqual([true, true, false, false]);
    reads[1]?.end();
    await running[1];
    await Promise.resolve();
    expect(reads.map(({ began }) => began())).toEqual([true, true, true, false]);
    reads.forEach(({ end }) => end());
    expect(await Promise.all(running)).toEqual(['read', 'read', 'read', 'read']);
  });

  it('refuses what would wait in a queue that is full, or too long', async () => {
    const budget = new ReadBudget({ atOnce: 1, waiting: 1, waitMs: 10 });
    const first = heldRead();
    const running = budget.run(NOBODY_LEAVES, first.read);
    const waits = budget.run(NOBODY_LEAVES, first.read);
    await expect(budget.run(NOBODY_LEAVES, first.read)).rejects.toMatchObject({ problem: { status: 503 } });
    await expect(waits).rejects.toMatchObject({ retryAfterSeconds: 2 });
    first.end();
    await running;
    await expect(budget.run(NOBODY_LEAVES, () => Promise.resolve('next'))).resolves.toBe('next');
  });

  it('gives a place back when a read fails, and when whoever waits for one leaves', async () => {
    const budget = new ReadBudget({ atOnce: 1, waiting: 5, waitMs: 10_000 });
    const first = heldRead();
    const running = budget.run(NOBODY_LEAVES, first.read);
    const leaving = new AbortController();
    const left = budget.run(leaving.signal, first.read);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    const failing = budget.run(NOBODY_LEAVES, () => Promise.reject(new Error('broken')));
    first.end();
    await running;
    await expect(failing).rejects.toThrow('broken');
    await expect(budget.run(NOBODY_LEAVES, () => Promise.resolve('next'))).resolves.toBe('next');
    await expect(budget.run(AbortSignal.abort(new Error('gone')), first.read)).rejects.toThrow('gone');
  });
});
