import { DeliveryWorld } from '../../../testing/delivery-world.fixture.js';
import { ScriptedExporter } from '../../../testing/scripted.exporter.js';
import type { DeliveryEngine } from '../delivery.engine.js';

/** Reads as the databases do: the next page is on its way while one is looked at, and may be from before an append. */
function readAhead(world: DeliveryWorld, rows: number): void {
  world.log.records = async function* (chain, range) {
    const { from = 1, through = Number.MAX_SAFE_INTEGER } = range ?? {};
    const page = (after: number) =>
      world.log
        .rows(chain)
        .filter(({ seal: { position } }) => position > after && position <= through)
        .slice(0, rows);
    let coming = page(from - 1);
    while (coming.length > 0) {
      const now = coming;
      coming = page(now.at(-1)?.seal.position ?? 0);
      await Promise.resolve();
      yield now;
    }
  };
}

describe('What is read for a destination', () => {
  it('is read anew at the end of what was read ahead: a record does not wait for the one after it', async () => {
    const world = new DeliveryWorld();
    readAhead(world, 50);
    const siem = new ScriptedExporter({ limits: { maxEvents: 1 } });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    const [first] = await world.record(1);
    engine.appended('main', 1);
    await world.timer.pass(1000);
    const [second] = await world.record(1);
    engine.appended('main', 2);
    await world.timer.pass(1000);
    expect(siem.arrived).toStrictEqual([first, second]);
    await finish(world, engine);
  });

  it('is not kept while a receiver asks for time: a person may be erased meanwhile', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter({ limits: { maxEvents: 1 } }).next({ status: 'delivered', slowDownMs: 60_000 });
    await world.record(2);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    const rows = world.log.rows('main');
    rows[1] = { ...rows[1]!, body: rows[1]!.body.replace(/"action":"[^"]*"/, '"action":"erased"') };
    await world.timer.pass(60_000);
    expect(siem.batches[1]?.events[0]?.record.event.action).toBe('erased');
    await finish(world, engine);
  });

  it('is not kept while too much is unconfirmed', async () => {
    const world = new DeliveryWorld();
    let isAnswering = false;
    const siem = new ScriptedExporter({
      limits: { maxEvents: 1 },
      confirmation: { everyMs: 1000, timeoutMs: 300_000, maxEvents: 1 },
      confirms: () => (isAnswering ? 'confirmed' : 'pending'),
      otherwise: ({ id }) => ({ status: 'sent', handle: id }),
    });
    await world.record(2);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    const rows = world.log.rows('main');
    rows[1] = { ...rows[1]!, body: rows[1]!.body.replace(/"action":"[^"]*"/, '"action":"erased"') };
    isAnswering = true;
    await world.timer.pass(10_000);
    expect(siem.batches[1]?.events[0]?.record.event.action).toBe('erased');
    await finish(world, engine);
  });

  it('tells once of records that were gone, however often what comes after them is tried', async () => {
    const world = new DeliveryWorld();
    await world.record(5);
    await world.log.removePrefix('main', 3);
    const siem = new ScriptedExporter().next(...Array(8).fill({ status: 'retry', reason: 'down' }));
    const engine = world.engine([{ name: 'siem', exporter: siem, required: false }]);
    engine.start();
    await world.timer.pass(600_000);
    expect(siem.arrived).toHaveLength(2);
    expect(world.notices.gaps).toStrictEqual(['siem: 3 of main:1-5']);
    await finish(world, engine);
  });

  it('is put into the dead letters page by page: what cannot be encoded does not pile up in memory', async () => {
    const world = new DeliveryWorld();
    await world.record(3000);
    const settled: number[] = [];
    let most = 0;
    const settle = world.ledger.settle.bind(world.ledger);
    world.ledger.settle = (lease, settlement, leaseMs) => {
      settled.push(settlement.deadLetters?.length ?? 0);
      return settle(lease, settlement, leaseMs);
    };
    const died = world.notices.died.bind(world.notices);
    world.notices.died = (name, letters, unnamed) => {
      died(name, letters, unnamed);
      const waiting = world.notices.letters.length - settled.reduce((sum, count) => sum + count, 0);
      most = Math.max(most, waiting);
    };
    const exporter = {
      deliver: () => Promise.resolve({ status: 'delivered' } as const),
      encode: () => {
        throw new Error('no words for it');
      },
    };
    const engine = world.engine([{ name: 'siem', exporter }]);
    engine.start();
    await world.timer.pass(10_000);
    expect(world.notices.letters).toHaveLength(3000);
    expect(most).toBeLessThanOrEqual(2000);
    await finish(world, engine);
  });
});

async function finish(world: DeliveryWorld, engine: DeliveryEngine): Promise<void> {
  const closed = engine.close(1000);
  await world.timer.pass(10_000);
  await closed;
  expect(world.notices.problems).toStrictEqual([]);
}
