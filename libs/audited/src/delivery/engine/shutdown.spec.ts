import { DeliveryWorld } from '../../testing/delivery-world.fixture.js';
import { ScriptedExporter } from '../../testing/scripted.exporter.js';
import { resolveDestination } from '../destination.options.js';
import type { DeliveryEngine } from './delivery.engine.js';

const never = (): Promise<never> => new Promise(() => undefined);

describe('A shutdown', () => {
  it('takes no longer than it may when the database hangs, and closes every exporter', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.record(5);
    await world.timer.pass(1000);
    world.log.heads = never;
    Object.assign(world.ledger, { destinations: never, settle: never, release: never, acquire: never });
    await world.timer.pass(1000);
    expect(await isClosedWithin(world, engine, 3000, 6000)).toBe(true);
    expect(siem.closed).toBeGreaterThan(0);
  });

  it('takes no longer than it may when a receiver does not even give up', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter({ otherwise: never });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.record(5);
    await world.timer.pass(1000);
    expect(await isClosedWithin(world, engine, 3000, 4500)).toBe(true);
    expect(siem.closed).toBeGreaterThan(0);
    expect((await world.ledger.destinations())[0]).toMatchObject({ holder: '' });
  });

  it('takes no longer than it may when it comes while the lease is being taken', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter({ otherwise: never });
    await world.record(5);
    const acquire = world.ledger.acquire.bind(world.ledger);
    world.ledger.acquire = async (...lease) => {
      await world.timer.sleep(500);
      return acquire(...lease);
    };
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(100);
    expect(await isClosedWithin(world, engine, 3000, 5000)).toBe(true);
    expect(siem.batches).toHaveLength(1);
    expect((await world.ledger.destinations())[0]).toMatchObject({ holder: '' });
  });

  it('sends nothing when the lease comes after its time is over, and gives it back', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    await world.record(5);
    const acquire = world.ledger.acquire.bind(world.ledger);
    world.ledger.acquire = async (...lease) => {
      await world.timer.sleep(10_000);
      return acquire(...lease);
    };
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(100);
    expect(await isClosedWithin(world, engine, 3000, 5000)).toBe(true);
    await world.timer.pass(60_000);
    expect(siem.batches).toStrictEqual([]);
    expect((await world.ledger.destinations())[0]).toMatchObject({ holder: '' });
  });

  it('sends what there is also when it comes while the lease is being taken', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const ids = await world.record(5);
    const acquire = world.ledger.acquire.bind(world.ledger);
    world.ledger.acquire = async (...lease) => {
      await world.timer.sleep(500);
      return acquire(...lease);
    };
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(100);
    expect(await isClosedWithin(world, engine, 3000, 1000)).toBe(true);
    expect(siem.arrived).toStrictEqual(ids);
    expect(await world.position('siem')).toBe(5);
  });

  it('ends every destination, whatever closing one of them does', async () => {
    const world = new DeliveryWorld();
    const broken = Object.assign(new ScriptedExporter(), { close: () => Promise.reject(new Error('socket is gone')) });
    const hung = Object.assign(new ScriptedExporter(), { close: never });
    const well = new ScriptedExporter();
    const engine = world.engine([
      { name: 'broken', exporter: broken },
      { name: 'hung', exporter: hung },
      { name: 'well', exporter: well },
    ]);
    engine.start();
    await world.timer.pass(1000);
    const ids = await world.record(5);
    expect(await isClosedWithin(world, engine, 3000, 5000)).toBe(true);
    expect(well.arrived).toStrictEqual(ids);
    expect(well.closed).toBe(1);
    expect(world.notices.problems).toStrictEqual([
      'The exporter of destination "broken" could not be closed: Error: socket is gone',
      expect.stringContaining('The exporter of destination "hung" could not be closed'),
    ]);
  });

  it('does not wait until records share a request: they leave at once', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const engine = world.engine([{ name: 'siem', exporter: siem, lingerMs: 60_000 }]);
    engine.start();
    await world.timer.pass(1000);
    const ids = await world.record(2);
    await world.timer.pass(1000);
    expect(siem.arrived).toStrictEqual([]);
    expect(await isClosedWithin(world, engine, 3000, 100)).toBe(true);
    expect(siem.arrived).toStrictEqual(ids);
  });

  it('takes a destination that is added too late no more, and closes its exporter', async () => {
    const world = new DeliveryWorld();
    const engine = world.engine([{ name: 'siem', exporter: new ScriptedExporter() }]);
    engine.start();
    await world.timer.pass(1000);
    expect(await isClosedWithin(world, engine, 3000, 5000)).toBe(true);
    const late = new ScriptedExporter();
    engine.add(resolveDestination({ name: 'late', exporter: late }, 'destination'));
    await world.record(1);
    await world.timer.pass(60_000);
    expect(late.batches).toStrictEqual([]);
    expect(late.closed).toBe(1);
    expect(world.notices.problems).toStrictEqual([]);
  });
});

async function isClosedWithin(
  world: DeliveryWorld,
  engine: DeliveryEngine,
  timeoutMs: number,
  withinMs: number,
): Promise<boolean> {
  let isClosed = false;
  void engine.close(timeoutMs).then(() => {
    isClosed = true;
  });
  await world.timer.pass(withinMs);
  return isClosed;
}
