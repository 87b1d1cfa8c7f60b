import { DeliveryWorld } from '../../testing/delivery-world.fixture.js';
import { ScriptedExporter } from '../../testing/scripted.exporter.js';
import type { DeliveryEngine } from './delivery.engine.js';

describe('Leading a destination', () => {
  it('is done by one process; the other takes over when its lease is over', async () => {
    const world = new DeliveryWorld();
    const first = new ScriptedExporter();
    const second = new ScriptedExporter();
    const one = world.engine([{ name: 'siem', exporter: first }], 'one');
    const two = world.engine([{ name: 'siem', exporter: second }], 'two');
    one.start();
    await world.timer.pass(100);
    two.start();
    const before = await world.record(10);
    await world.timer.pass(20_000);
    expect([first.arrived, second.arrived]).toStrictEqual([before, []]);
    // A process that died renews nothing and settles nothing.
    const dead = world.ledger.settle.bind(world.ledger);
    world.ledger.settle = (lease, ...rest) =>
      lease.holder === 'one' ? new Promise(() => undefined) : dead(lease, ...rest);
    first.next(() => new Promise(() => undefined));
    const after = await world.record(10);
    await world.timer.pass(40_000);
    expect(second.arrived).toStrictEqual(after);
    await finish(world, two);
  });

  it('passes on at once when a process ends in good order', async () => {
    const world = new DeliveryWorld();
    const second = new ScriptedExporter();
    const one = world.engine([{ name: 'siem', exporter: new ScriptedExporter() }], 'one');
    const two = world.engine([{ name: 'siem', exporter: second }], 'two');
    one.start();
    await world.timer.pass(100);
    two.start();
    await world.timer.pass(100);
    await finish(world, one);
    const ids = await world.record(1);
    await world.timer.pass(2000);
    expect(second.arrived).toStrictEqual(ids);
    await finish(world, two);
  });

  it('ends within the poll when an operator pauses it, and goes on where it was', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    await world.ledger.change('siem', { act: 'pause' });
    await world.timer.pass(600);
    const ids = await world.record(3);
    await world.timer.pass(120_000);
    expect(siem.arrived).toStrictEqual([]);
    await world.ledger.change('siem', { act: 'resume' });
    await world.timer.pass(1500);
    expect(siem.arrived).toStrictEqual(ids);
    await finish(world, engine);
  });

  it('tries a destination that is held at once when an operator resumes it', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter().next({ status: 'hold', reason: 'no role', cure: 'Give it.' });
    const ids = await world.record(1);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    expect(siem.batches).toHaveLength(1);
    await world.ledger.change('siem', { act: 'resume' });
    await world.timer.pass(1000);
    expect(siem.arrived).toStrictEqual(ids);
    await finish(world, engine);
  });

  it('sends again what an operator goes back to, with the ids it had', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const ids = await world.record(10);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    await world.ledger.change('siem', { act: 'rewind', chain: 'main', position: 7 });
    await world.timer.pass(2000);
    expect(siem.arrived).toStrictEqual([...ids, ...ids.slice(7)]);
    await finish(world, engine);
  });

  it('ends when an operator removes the destination', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    await world.ledger.change('siem', { act: 'remove' });
    await world.timer.pass(1000);
    await world.record(5);
    await world.timer.pass(120_000);
    expect(siem.arrived).toStrictEqual([]);
    await finish(world, engine);
  });

  it('begins from now where that was asked for, and only for a destination that is new', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    await world.record(5);
    const one = world.engine([{ name: 'siem', exporter: siem, startFrom: 'now' }], 'one');
    one.start();
    await world.timer.pass(1000);
    await finish(world, one);
    const ids = await world.record(5);
    const two = world.engine([{ name: 'siem', exporter: siem, startFrom: 'now' }], 'two');
    two.start();
    await world.timer.pass(1000);
    expect(siem.arrived).toStrictEqual(ids);
    await finish(world, two);
  });

  it('waits for a ledger or a log that does not answer, and goes on', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    const { ledger } = world;
    const settle = ledger.settle.bind(ledger);
    const destinations = ledger.destinations.bind(ledger);
    const acquire = ledger.acquire.bind(ledger);
    const records = world.log.records.bind(world.log);
    const down = (): Promise<never> => Promise.reject(new Error('database is down'));
    Object.assign(world.ledger, { settle: down, destinations: down, acquire: down });
    world.log.records = () => {
      throw new Error('database is down');
    };
    const ids = await world.record(3);
    engine.appended('main', 3);
    await world.timer.pass(60_000);
    expect(siem.arrived).toStrictEqual([]);
    expect(world.notices.problems.length).toBeGreaterThan(0);
    Object.assign(world.ledger, { settle, destinations, acquire });
    world.log.records = records;
    await world.timer.pass(5000);
    expect(siem.arrived).toStrictEqual(ids);
    expect(world.notices.solutions).toBeGreaterThan(0);
    world.notices.problems.length = 0;
    await finish(world, engine);
  });

  it('counts the time of a lease from when it was asked for: the answer may have been long on its way', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    await world.record(1);
    const acquire = world.ledger.acquire.bind(world.ledger);
    world.ledger.acquire = async (...asked) => {
      const lease = await acquire(...asked);
      await world.timer.sleep(20_000);
      return lease;
    };
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(60_000);
    expect(siem.batches).toStrictEqual([]);
    await finish(world, engine);
  });

  it('says so when what it had trouble with works again', async () => {
    const world = new DeliveryWorld();
    const acquire = world.ledger.acquire.bind(world.ledger);
    world.ledger.acquire = () => Promise.reject(new Error('no right to UPDATE'));
    const engine = world.engine([{ name: 'siem', exporter: new ScriptedExporter() }]);
    engine.start();
    await world.timer.pass(3000);
    expect(world.notices.problems.length).toBeGreaterThan(0);
    expect(world.notices.solutions).toBe(0);
    world.ledger.acquire = acquire;
    await world.timer.pass(3000);
    expect(world.notices.solutions).toBe(1);
    world.notices.problems.length = 0;
    const settle = world.ledger.settle.bind(world.ledger);
    world.ledger.settle = () => Promise.reject(new Error('locked'));
    await world.timer.pass(8000);
    expect(world.notices.problems.length).toBeGreaterThan(0);
    world.ledger.settle = settle;
    await world.timer.pass(8000);
    expect(world.notices.solutions).toBe(2);
    world.notices.problems.length = 0;
    await finish(world, engine);
  });

  it('sends nothing more when its lease cannot be prolonged in time', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    const settle = world.ledger.settle.bind(world.ledger);
    world.ledger.settle = () => new Promise(() => undefined);
    await world.timer.pass(16_000);
    await world.record(3);
    engine.appended('main', 3);
    await world.timer.pass(10_000);
    expect(siem.arrived).toStrictEqual([]);
    world.ledger.settle = settle;
  });
});

describe('Ending', () => {
  it('sends what there is, settles it and closes the exporter', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    const ids = await world.record(700);
    await finish(world, engine);
    expect(siem.arrived).toStrictEqual(ids);
    expect(await world.position('siem')).toBe(700);
    expect(siem.closed).toBeGreaterThan(0);
    const [destination] = await world.ledger.destinations();
    expect(destination).toMatchObject({ holder: '', leaseLeftMs: 0 });
  });

  it('does not wait for a destination that fails, nor beyond its time for one that hangs', async () => {
    const world = new DeliveryWorld();
    const failing = new ScriptedExporter({ otherwise: { status: 'retry', reason: 'down' } });
    const hung = new ScriptedExporter({
      otherwise: (_batch, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ status: 'retry', reason: 'given up' }));
        }),
    });
    const engine = world.engine([
      { name: 'failing', exporter: failing },
      { name: 'hung', exporter: hung },
    ]);
    engine.start();
    await world.record(10);
    await world.timer.pass(1000);
    let isClosed = false;
    const closed = engine.close(3000).then(() => {
      isClosed = true;
    });
    await world.timer.pass(3100);
    await closed;
    expect(isClosed).toBe(true);
    expect(await world.position('failing')).toBe(0);
    expect(await world.position('hung')).toBe(0);
  });
});

async function finish(world: DeliveryWorld, engine: DeliveryEngine): Promise<void> {
  const closed = engine.close(1000);
  await world.timer.pass(10_000);
  await closed;
  expect(world.notices.problems).toStrictEqual([]);
}
