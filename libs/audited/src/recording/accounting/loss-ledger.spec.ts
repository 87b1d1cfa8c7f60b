import { LossLedger, type LossReport } from './loss-ledger.js';

const NOON = Date.parse('2026-11-21T12:00:00.000Z');
const at = (seconds: number): number => NOON + 1000 * seconds;

/** Where the counts are kept; as slow as the test says. */
class Shelf {
  text: string | undefined;
  writes = 0;
  failure: Error | undefined;

  readonly keep = async (text: string | undefined): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failure !== undefined) {
      throw this.failure;
    }
    this.text = text;
    this.writes++;
  };
}

describe('LossLedger', () => {
  it('has nothing to say when nothing was lost', () => {
    const losses = new LossLedger();
    losses.add('spool', 0, NOON);
    expect(losses.pending()).toBeUndefined();
  });

  it('says how many, why, and between when', () => {
    const losses = new LossLedger();
    losses.add('spool', 3, at(5));
    losses.add('overload', 1, at(1));
    losses.add('spool', 2, at(3));
    expect(losses.pending()).toEqual({
      events: 6,
      causes: { spool: 5, overload: 1 },
      from: '2026-11-21T12:00:01.000Z',
      to: '2026-11-21T12:00:05.000Z',
    });
  });

  it('keeps what was lost while the loss before was being sealed', () => {
    const losses = new LossLedger();
    losses.add('spool', 3, at(1));
    const report = losses.pending()!;
    losses.add('spool', 2, at(9));
    losses.settle(report);
    expect(losses.pending()).toEqual({
      events: 2,
      causes: { spool: 2 },
      from: '2026-11-21T12:00:01.000Z',
      to: '2026-11-21T12:00:09.000Z',
    });
    losses.settle(losses.pending()!);
    expect(losses.pending()).toBeUndefined();
  });

  it('takes back what arrived after all, but not what the log already says', () => {
    const losses = new LossLedger();
    const first = losses.add('spool', 3, NOON);
    const second = losses.add('spool', 2, NOON);
    losses.takeBack(first);
    expect(losses.pending()?.events).toBe(2);
    losses.settle(losses.pending()!);
    losses.add('spool', 4, NOON);
    losses.takeBack(second);
    expect(losses.pending()?.events).toBe(4);
  });

  it('does not swallow a later loss when one arrives while its report is being sealed', () => {
    const losses = new LossLedger();
    const early = losses.add('store', 1, at(0));
    losses.takeBack(early);
    const sealed = losses.add('store', 2, at(1));
    losses.add('store', 3, at(2));
    const report = losses.pending()!;
    losses.takeBack(sealed);
    const late = losses.add('store', 4, at(3));
    losses.add('store', 5, at(4));
    losses.takeBack(late);
    losses.settle(report);
    expect(losses.pending()).toMatchObject({ events: 5, causes: { store: 5 } });
    losses.settle(losses.pending()!);
    expect(losses.pending()).toBeUndefined();
  });

  it('survives its process where it is kept, until it is settled', async () => {
    const shelf = new Shelf();
    const losses = new LossLedger();
    losses.add('spool', 3, at(1));
    losses.keepIn(shelf.keep);
    losses.add('overload', 1, at(2));
    await losses.kept();
    const next = new LossLedger();
    next.add('spool', 1, at(60));
    next.restore(shelf.text!);
    const report: LossReport = {
      events: 5,
      causes: { spool: 4, overload: 1 },
      from: '2026-11-21T12:00:01.000Z',
      to: '2026-11-21T12:01:00.000Z',
    };
    expect(next.pending()).toEqual(report);
    next.keepIn(shelf.keep);
    next.settle(report);
    await next.kept();
    expect(shelf.text).toBeUndefined();
  });

  it('keeps the last word of many losses in few writes', async () => {
    const shelf = new Shelf();
    const losses = new LossLedger();
    losses.keepIn(shelf.keep);
    for (let count = 0; count < 1000; count++) {
      losses.add('spool', 1, NOON);
    }
    await losses.kept();
    expect(JSON.parse(shelf.text!)).toMatchObject({ events: 1000 });
    expect(shelf.writes).toBeLessThan(5);
  });

  it('goes on counting when there is no room to keep the counts, and keeps them later', async () => {
    const shelf = new Shelf();
    shelf.failure = new Error('ENOSPC');
    const losses = new LossLedger();
    losses.keepIn(shelf.keep);
    losses.add('spool', 1, NOON);
    await losses.kept();
    expect(losses.pending()?.events).toBe(1);
    shelf.failure = undefined;
    losses.add('spool', 1, NOON);
    await losses.kept();
    expect(JSON.parse(shelf.text!)).toMatchObject({ events: 2 });
  });

  it('counts no more what another process will say, but all that came since', async () => {
    const losses = new LossLedger();
    losses.keepIn(new Shelf().keep);
    losses.add('spool', 2, NOON);
    await losses.kept();
    losses.add('spool', 1, at(1));
    losses.handedOver();
    expect(losses.pending()?.events).toBe(1);
  });

  it.each(['', '{"events":', 'null', '{"causes":{"spool":-1,"store":"many"}}', '[]'])(
    'restores nothing from %j',
    (text) => {
      const losses = new LossLedger();
      losses.restore(text);
      expect(losses.pending()).toBeUndefined();
    },
  );
});
