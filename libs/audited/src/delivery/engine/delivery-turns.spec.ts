import { DeliveryWorld } from '../../testing/delivery-world.fixture.js';
import { ScriptedExporter } from '../../testing/scripted.exporter.js';
import type { DeliveryVerdict } from '../delivery-verdict.js';
import type { DeliveryEngine } from './delivery.engine.js';
import { Bell } from './delivery-timer.js';

const MINUTE = 60_000;

describe('Turns of a delivery', () => {
  it('go round the chains: one with much to send does not keep the others waiting', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter({ limits: { maxEvents: 10 } });
    await world.record(100, {}, 'busy');
    await world.record(20, {}, 'quiet');
    await world.record(5, {}, 'still');
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    const chains = siem.batches.map(({ events }) => events[0]?.record.seal.chain);
    expect(chains.slice(0, 7)).toStrictEqual(['busy', 'quiet', 'still', 'busy', 'quiet', 'busy', 'busy']);
    expect(siem.arrived).toHaveLength(125);
    await finish(world, engine);
  });

  it('write the place in the log while records flow without end', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter({
      limits: { maxEvents: 1 },
      otherwise: async () => {
        await world.timer.sleep(100);
        return { status: 'delivered' };
      },
    });
    await world.record(100);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(2000);
    expect(await world.position('siem')).toBeGreaterThanOrEqual(15);
    await finish(world, engine);
  });

  it('leave the application its turn while much is encoded', async () => {
    const world = new DeliveryWorld();
    const breathe = world.timer.breathe.bind(world.timer);
    let breaths = 0;
    world.timer.breathe = () => {
      breaths += 1;
      return breathe();
    };
    await world.record(320, { type: 'user.read' });
    const engine = world.engine([{ name: 'siem', exporter: new ScriptedExporter(), filter: { types: ['deploy.*'] } }]);
    engine.start();
    await world.timer.pass(1000);
    expect(breaths).toBeGreaterThanOrEqual(10);
    await finish(world, engine);
  });

  it('do not wait for a bell that rang before', async () => {
    const { timer } = new DeliveryWorld();
    const bell = new Bell(timer);
    bell.ring();
    await bell.wait(MINUTE);
    let hasRung = false;
    void bell.wait(MINUTE).then(() => {
      hasRung = true;
    });
    await timer.pass(MINUTE - 1);
    expect(hasRung).toBe(false);
    await timer.pass(1);
    expect(hasRung).toBe(true);
  });

  it('never settle beyond what was lost, in whatever order the answers come', async () => {
    const world = new DeliveryWorld();
    let count = 0;
    const siem = new ScriptedExporter({
      limits: { maxEvents: 10 },
      confirmation: { everyMs: 1000, timeoutMs: MINUTE },
      confirms: (handle) => (count < 3 ? 'pending' : handle === '1' ? 'confirmed' : 'lost'),
      otherwise: (): DeliveryVerdict => ({ status: 'sent', handle: String((count += 1)) }),
    });
    await world.record(30);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    for (let round = 0; round < 10; round += 1) {
      await world.timer.pass(700);
      expect(await world.position('siem')).toBeLessThanOrEqual(10);
    }
    expect(await world.position('siem')).toBe(10);
    await world.timer.pass(1000);
    const closed = engine.close(1000);
    await world.timer.pass(10_000);
    await closed;
    expect(await world.position('siem')).toBe(10);
  });

  it('have an exporter that ends in good order confirm what it had sent', async () => {
    const world = new DeliveryWorld();
    const siem: ScriptedExporter = new ScriptedExporter({
      confirms: () => (siem.closed > 0 ? 'confirmed' : 'pending'),
      otherwise: { status: 'sent', handle: 'h' },
    });
    await world.record(3);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    expect(await world.position('siem')).toBe(0);
    let closedAfter = 0;
    const startedAt = world.timer.elapsed();
    const closed = engine.close(60_000).then(() => {
      closedAfter = world.timer.elapsed() - startedAt;
    });
    await world.timer.pass(120_000);
    await closed;
    expect(await world.position('siem')).toBe(3);
    expect(closedAfter).toBeLessThan(5000);
  });
});

describe('Trouble with a receiver', () => {
  it('is no reason to wait at a shutdown', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter({ otherwise: { status: 'retry', reason: 'down' } });
    await world.record(10);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(10_000);
    let isClosed = false;
    void engine.close(60_000).then(() => {
      isClosed = true;
    });
    await world.timer.pass(100);
    expect(isClosed).toBe(true);
  });

  it('of an exporter that breaks down every time is told as something to mend', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter({ otherwise: () => Promise.reject(new TypeError('x is undefined')) });
    await world.record(1);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(30 * MINUTE);
    expect(world.notices.failures[0]).toStrictEqual({
      destination: 'siem',
      state: 'held',
      reason: 'the exporter threw: x is undefined',
      cure: 'This is a fault of the exporter: have it mended.',
    });
    expect(await world.ledger.deadLetters()).toStrictEqual([]);
    await finish(world, engine);
  });

  it('is told once, whoever leads, and its end once', async () => {
    const world = new DeliveryWorld();
    let isMended = false;
    const otherwise = (): DeliveryVerdict =>
      isMended ? { status: 'delivered' } : { status: 'hold', reason: 'no role', cure: 'Give it.' };
    await world.record(3);
    const one = world.engine([{ name: 'siem', exporter: new ScriptedExporter({ otherwise }) }], 'one');
    one.start();
    await world.timer.pass(10 * MINUTE);
    await finish(world, one);
    const two = world.engine([{ name: 'siem', exporter: new ScriptedExporter({ otherwise }) }], 'two');
    two.start();
    await world.timer.pass(10 * MINUTE);
    expect(world.notices.failures).toHaveLength(1);
    isMended = true;
    await world.timer.pass(10 * MINUTE);
    await world.record(3);
    await world.timer.pass(10 * MINUTE);
    expect(world.notices.recoveries).toStrictEqual(['siem']);
    await finish(world, two);
  });

  it('begins anew with every turn: short ones long apart are not told of', async () => {
    const world = new DeliveryWorld();
    const siem = new ScriptedExporter();
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    for (let round = 0; round < 5; round += 1) {
      siem.next({ status: 'retry', reason: 'restarting' });
      await world.record(1);
      await world.timer.pass(4 * MINUTE);
      expect((await world.ledger.destinations())[0]?.health).toMatchObject({ state: 'ok', reason: '' });
    }
    expect(world.notices.failures).toStrictEqual([]);
    expect(world.notices.recoveries).toStrictEqual([]);
    await finish(world, engine);
  });

  it('that takes some of a batch begins its waits anew, and buries nothing that it also wants again', async () => {
    const world = new DeliveryWorld();
    const down = { status: 'retry', reason: 'down' } as const;
    const busy: DeliveryVerdict = {
      status: 'partial',
      reason: 'busy',
      refused: [{ index: 0, reason: 'mapping' }],
      again: [0, 2],
    };
    const times: number[] = [];
    const siem = new ScriptedExporter().next(down, down, down, busy);
    const startedAt = world.timer.elapsed();
    const exporter = {
      deliver: (...asked: Parameters<ScriptedExporter['deliver']>) => {
        times.push(world.timer.elapsed() - startedAt);
        return siem.deliver(...asked);
      },
    };
    const ids = await world.record(3);
    const engine = world.engine([{ name: 'siem', exporter }]);
    engine.start();
    await world.timer.pass(MINUTE);
    expect(times).toStrictEqual([0, 1000, 3000, 7000, 8000]);
    expect(siem.batches.at(-1)?.events.map(({ record }) => record.event.id)).toStrictEqual([ids[2]]);
    expect(await world.ledger.deadLetters()).toMatchObject([{ eventId: ids[0] }]);
    await finish(world, engine);
  });
});

async function finish(world: DeliveryWorld, engine: DeliveryEngine): Promise<void> {
  const closed = engine.close(1000);
  await world.timer.pass(10_000);
  await closed;
  expect(world.notices.problems).toStrictEqual([]);
}
