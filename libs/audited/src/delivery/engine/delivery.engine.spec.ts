import { DeliveryWorld } from '../../testing/delivery-world.fixture.js';
import { ScriptedExporter } from '../../testing/scripted.exporter.js';
import type { DeliveryBatch } from '../audit-exporter.js';

const MINUTE = 60_000;

describe('The engine of delivery', () => {
  it('sends every record, in order, in batches, and keeps its place', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter({ limits: { maxEvents: 10 } });
    const ids = await world.record(25);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    expect(siem.arrived).toStrictEqual(ids);
    expect(siem.batches.map(({ events }) => events.length)).toStrictEqual([10, 10, 5]);
    expect(await world.position('siem')).toBe(25);
    await finish(world, engine);
  });

  it('wakes at once for records of its own process, and within the poll for those of others', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const engine = world.engine([{ name: 'siem', exporter: siem, lingerMs: 0 }]);
    engine.start();
    await world.timer.pass(60_100);
    const [own] = await world.record(1);
    engine.appended('main', 1);
    await world.timer.pass(0);
    expect(siem.arrived).toStrictEqual([own]);
    const [others] = await world.record(1);
    await world.timer.pass(500);
    expect(siem.arrived).toStrictEqual([own, others]);
    await finish(world, engine);
  });

  it('lets those who come at nearly the same time share a request', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const engine = world.engine([{ name: 'siem', exporter: siem, lingerMs: 200 }]);
    engine.start();
    await world.timer.pass(1000);
    for (let position = 1; position <= 5; position += 1) {
      await world.record(1);
      engine.appended('main', position);
      await world.timer.pass(20);
    }
    await world.timer.pass(1000);
    expect(siem.batches).toHaveLength(1);
    expect(siem.arrived).toHaveLength(5);
    await finish(world, engine);
  });

  it('never lets one destination wait for another', async () => {
    const world = new DeliveryWorld();
    const hung = new ScriptedExporter({ otherwise: () => new Promise(() => undefined) });
    const healthy = new ScriptedExporter();
    const engine = world.engine([
      { name: 'hung', exporter: hung },
      { name: 'healthy', exporter: healthy },
    ]);
    engine.start();
    const ids = await world.record(3);
    await world.timer.pass(1000);
    expect(healthy.arrived).toStrictEqual(ids);
    await finish(world, engine);
  });

  it('waits longer after each failure, never less than the receiver asks for, and gives up never', async () => {
    const world = new DeliveryWorld();
    const busy = { status: 'retry', reason: 'busy' } as const;
    const siem = new ScriptedExporter().next(busy, busy, { ...busy, afterMs: 10 * MINUTE }, ...Array(20).fill(busy));
    const times: number[] = [];
    const startedAt = world.timer.now();
    const exporter = {
      deliver: (batch: DeliveryBatch, signal: AbortSignal) => {
        times.push(world.timer.now() - startedAt);
        return siem.deliver(batch, signal);
      },
    };
    const ids = await world.record(1);
    const engine = world.engine([{ name: 'siem', exporter, lingerMs: 0 }]);
    engine.start();
    await world.timer.pass(60 * MINUTE);
    expect(siem.arrived).toStrictEqual(ids);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits.slice(0, 4)).toStrictEqual([1000, 2000, 10 * MINUTE, 8000]);
    expect(waits.at(-1)).toBe(60_000);
    expect(new Set(siem.batches.map(({ id }) => id)).size).toBe(1);
    expect(siem.batches.map(({ attempt }) => attempt)).toStrictEqual(Array.from({ length: 24 }, (_, n) => n + 1));
    await finish(world, engine);
  });

  it('sends the same batch again, though more was recorded meanwhile', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter().next({ status: 'retry', reason: 'down' });
    await world.record(3);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(300);
    await world.record(4);
    await world.timer.pass(5000);
    expect(siem.batches.map(({ events }) => events.length)).toStrictEqual([3, 3, 4]);
    expect(siem.batches[0]?.id).toBe(siem.batches[1]?.id);
    await finish(world, engine);
  });

  it('holds a destination that is set up wrongly: nothing is lost, it is looked at rarely, and both turns are told', async () => {
    const world = new DeliveryWorld();
    const wrong = { status: 'hold', reason: 'HTTP 401: unknown token', cure: 'Check the token.' } as const;
    const siem = new ScriptedExporter().next(...Array(5).fill(wrong));
    const ids = await world.record(100);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(10 * MINUTE);
    expect(siem.batches).toHaveLength(5);
    expect(siem.batches.slice(1).map(({ events }) => events.length)).toStrictEqual([1, 1, 1, 1]);
    expect(world.notices.failures).toStrictEqual([
      { destination: 'siem', state: 'held', reason: 'HTTP 401: unknown token', cure: 'Check the token.' },
    ]);
    expect((await world.ledger.destinations())[0]?.health).toMatchObject({ state: 'held', cure: 'Check the token.' });
    await world.timer.pass(10 * MINUTE);
    expect(siem.arrived).toStrictEqual(ids);
    expect(world.notices.recoveries).toStrictEqual(['siem']);
    expect((await world.ledger.destinations())[0]?.health).toMatchObject({ state: 'ok', failures: 0 });
    await finish(world, engine);
  });

  it('tells of a destination that fails for five minutes, once', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter({ otherwise: { status: 'retry', reason: 'connection refused' } });
    await world.record(1);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(4 * MINUTE);
    expect(world.notices.failures).toHaveLength(0);
    await world.timer.pass(30 * MINUTE);
    expect(world.notices.failures).toStrictEqual([
      { destination: 'siem', state: 'retrying', reason: 'connection refused', cure: '' },
    ]);
    await finish(world, engine);
  });

  it('notes when something arrived by the clock of this process, also after that was put back', async () => {
    const world = new DeliveryWorld();
    const engine = world.engine([{ name: 'siem', exporter: new ScriptedExporter() }]);
    engine.start();
    await world.record(1);
    await world.timer.pass(10_000);
    const { timer } = world;
    timer.now = () => timer.elapsed() - 60 * MINUTE;
    await world.record(1);
    await world.timer.pass(10_000);
    expect((await world.ledger.destinations())[0]?.health.deliveredAt).toBeLessThan(timer.elapsed() - 59 * MINUTE);
    await finish(world, engine);
  });

  it('isolates what a receiver can never take, and delivers everything else in order', async () => {
    const world = new DeliveryWorld();
    const ids = await world.record(100);
    const poison = new Set([ids[0], ids[41], ids[42], ids[99]]);
    const siem = new ScriptedExporter({
      otherwise: ({ events }) =>
        events.some(({ record }) => poison.has(record.event.id))
          ? { status: 'poison', reason: 'HTTP 400: bad event' }
          : { status: 'delivered' },
    });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(MINUTE);
    expect(siem.arrived).toStrictEqual(ids.filter((id) => !poison.has(id)));
    const letters = await world.ledger.deadLetters({ destination: 'siem' });
    expect(letters.map(({ eventId }) => eventId)).toStrictEqual([...poison]);
    expect(letters[0]).toMatchObject({ cause: 'refused', reason: 'HTTP 400: bad event', position: 1 });
    expect(await world.position('siem')).toBe(100);
    expect(siem.batches.length).toBeLessThan(60);
    await finish(world, engine);
  });

  it('believes a receiver that names the poison', async () => {
    const world = new DeliveryWorld();
    const ids = await world.record(10);
    const siem = new ScriptedExporter().next({ status: 'poison', reason: 'code 12', index: 3 });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(MINUTE);
    expect(siem.arrived).toStrictEqual(ids.filter((id) => id !== ids[3]));
    expect(siem.batches).toHaveLength(2);
    await finish(world, engine);
  });

  it('sends again only what a receiver did not take yet, and buries what it never will', async () => {
    const world = new DeliveryWorld();
    const ids = await world.record(5);
    const siem = new ScriptedExporter().next({
      status: 'partial',
      reason: '2 refused',
      refused: [{ index: 1, reason: 'mapping' }],
      again: [3, 4],
    });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(MINUTE);
    expect(siem.batches.map(({ events }) => events.map(({ record }) => record.event.id))).toStrictEqual([
      ids,
      [ids[3], ids[4]],
    ]);
    expect((await world.ledger.deadLetters()).map(({ eventId }) => eventId)).toStrictEqual([ids[1]]);
    expect(await world.position('siem')).toBe(5);
    await finish(world, engine);
  });

  it('stops giving up events when a hundred in a row are refused, until somebody says so', async () => {
    const world = new DeliveryWorld();
    await world.record(250);
    const siem = new ScriptedExporter({ otherwise: { status: 'poison', reason: 'no such stream' } });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(60 * MINUTE);
    expect(await world.ledger.deadLetters({ limit: 1000 })).toHaveLength(100);
    expect(world.notices.failures[0]?.reason).toContain('100 events in a row were refused: no such stream');
    await world.ledger.change('siem', { act: 'resume' });
    await world.timer.pass(60 * MINUTE);
    expect(await world.ledger.deadLetters({ limit: 1000 })).toHaveLength(200);
    await finish(world, engine);
  });

  it('halves what is too large, and buries one event that alone is', async () => {
    const world = new DeliveryWorld();
    const ids = await world.record(40);
    const large = ids[17];
    const siem = new ScriptedExporter({
      otherwise: ({ events }) =>
        events.length > 7 || events.some(({ record }) => record.event.id === large)
          ? { status: 'split', reason: 'HTTP 413' }
          : { status: 'delivered' },
    });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(MINUTE);
    expect(siem.arrived).toStrictEqual(ids.filter((id) => id !== large));
    expect(await world.ledger.deadLetters()).toMatchObject([{ eventId: large, cause: 'too-large' }]);
    await finish(world, engine);
  });

  it('buries what is larger than the receiver takes, without sending it', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter({ limits: { maxBytes: 3000 } });
    const [small] = await world.record(1);
    const [huge] = await world.record(1, { action: 'x'.repeat(5000) });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    expect(siem.arrived).toStrictEqual([small]);
    expect(await world.ledger.deadLetters()).toMatchObject([{ eventId: huge, cause: 'too-large' }]);
    await finish(world, engine);
  });

  it('measures batches in bytes', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter({ limits: { maxBytes: 3000 } });
    await world.record(20, { action: 'ü'.repeat(100) });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    expect(siem.arrived).toHaveLength(20);
    siem.batches.forEach(({ events }) => {
      const bytes = events.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 1, 2);
      expect(bytes).toBeLessThanOrEqual(3000);
    });
    await finish(world, engine);
  });

  it('buries a record that cannot be encoded or read, and goes on', async () => {
    const world = new DeliveryWorld();
    const ids = await world.record(3);
    const rows = world.log.rows('main');
    rows[1] = { ...rows[1]!, body: '{"cut' };
    const siem = new ScriptedExporter();
    const exporter = {
      deliver: siem.deliver.bind(siem),
      encode: (record: { readonly event: { readonly id: string } }) => {
        if (record.event.id === ids[2]) {
          throw new Error('no words for it');
        }
        return record.event.id;
      },
    };
    const engine = world.engine([{ name: 'siem', exporter }]);
    engine.start();
    await world.timer.pass(1000);
    expect(siem.arrived).toStrictEqual([ids[0]]);
    expect(await world.ledger.deadLetters()).toMatchObject([
      { cause: 'damaged', position: 2 },
      { cause: 'unformattable', position: 3 },
    ]);
    await finish(world, engine);
  });

  it('takes an exporter that throws, answers nothing or never answers for one that failed', async () => {
    const world = new DeliveryWorld();
    const [id] = await world.record(1);
    const siem = new ScriptedExporter().next(
      () => Promise.reject(new Error('bug')),
      () => undefined as never,
      () => new Promise(() => undefined),
    );
    const engine = world.engine([{ name: 'siem', exporter: siem, timeoutMs: 10_000 }]);
    engine.start();
    await world.timer.pass(5 * MINUTE);
    expect(siem.arrived).toStrictEqual([id]);
    expect(siem.batches).toHaveLength(4);
    await finish(world, engine);
  });
});

async function finish(world: DeliveryWorld, engine: { close(ms: number): Promise<void> }): Promise<void> {
  const closed = engine.close(1000);
  await world.timer.pass(10_000);
  await closed;
  expect(world.notices.problems).toStrictEqual([]);
}
