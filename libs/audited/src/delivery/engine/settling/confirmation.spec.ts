import { DeliveryWorld } from '../../../testing/delivery-world.fixture.js';
import { ScriptedExporter } from '../../../testing/scripted.exporter.js';
import type { Confirmation, DeliveryVerdict } from '../../delivery-verdict.js';
import type { DeliveryBatch } from '../../audit-exporter.js';
import type { DeliveryEngine } from '../delivery.engine.js';

/** Handles are counted: the first batch is "1". */
function acknowledging(confirms: (handle: string) => Confirmation, maxEvents = 20_000): ScriptedExporter {
  let count = 0;
  return new ScriptedExporter({
    limits: { maxEvents: 10 },
    confirmation: { everyMs: 1000, timeoutMs: 60_000, maxEvents },
    confirms,
    otherwise: (): DeliveryVerdict => {
      count += 1;
      return { status: 'sent', handle: String(count) };
    },
  });
}

describe('A destination that confirms later', () => {
  it('is settled as far as it confirmed, and no further', async () => {
    const world = new DeliveryWorld();
    const confirmed = new Set(['1', '3']);
    const siem = acknowledging((handle) => (confirmed.has(handle) ? 'confirmed' : 'pending'));
    const ids = await world.record(30);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(5000);
    expect(siem.arrived).toStrictEqual(ids);
    expect(await world.position('siem')).toBe(10);
    expect((await world.ledger.destinations())[0]?.cursors).toStrictEqual([{ chain: 'main', position: 10, sent: 30 }]);
    confirmed.add('2');
    await world.timer.pass(2000);
    expect(await world.position('siem')).toBe(30);
    await finish(world, engine);
  });

  it('gets again what was lost, and what came after it, in order', async () => {
    const world = new DeliveryWorld();
    const siem = acknowledging((handle) => (handle === '2' ? 'lost' : 'confirmed'));
    const ids = await world.record(30);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(5000);
    expect(siem.arrived).toStrictEqual([...ids, ...ids.slice(10)]);
    expect(await world.position('siem')).toBe(30);
    await finish(world, engine);
  });

  it('gets again what it has not confirmed in time', async () => {
    const world = new DeliveryWorld();
    const siem = acknowledging((handle) => (Number(handle) <= 3 ? 'pending' : 'confirmed'));
    const ids = await world.record(30);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(50_000);
    expect(siem.arrived).toStrictEqual(ids);
    await world.timer.pass(20_000);
    expect(siem.arrived).toStrictEqual([...ids, ...ids]);
    expect(await world.position('siem')).toBe(30);
    await finish(world, engine);
  });

  it('gets nothing more while too much is unconfirmed', async () => {
    const world = new DeliveryWorld();
    let isAnswering = false;
    const siem = acknowledging(() => (isAnswering ? 'confirmed' : 'pending'), 20);
    await world.record(100);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(30_000);
    expect(siem.arrived).toHaveLength(20);
    isAnswering = true;
    await world.timer.pass(30_000);
    expect(siem.arrived).toHaveLength(100);
    await finish(world, engine);
  });

  it('is asked again when it cannot be asked, and loses nothing by it', async () => {
    const world = new DeliveryWorld();
    let answers = 0;
    const siem = acknowledging(() => {
      answers += 1;
      if (answers < 5) {
        throw new Error('connection refused');
      }
      return 'confirmed';
    });
    const ids = await world.record(10);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(20_000);
    expect(siem.arrived).toStrictEqual(ids);
    expect(await world.position('siem')).toBe(10);
    world.notices.problems.length = 0;
    await finish(world, engine);
  });

  it('is not well again because something that was sent before the trouble is confirmed during it', async () => {
    const world = new DeliveryWorld();
    let isAnswering = false;
    const held = { status: 'hold', reason: 'no token', cure: 'Give it.' } as const;
    const siem = acknowledging(() => (isAnswering ? 'confirmed' : 'pending'));
    await world.record(10);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    siem.next(held);
    await world.record(5);
    await world.timer.pass(2000);
    isAnswering = true;
    await world.timer.pass(3000);
    expect(await world.position('siem')).toBe(10);
    expect((await world.ledger.destinations())[0]?.health).toMatchObject({ state: 'held', reason: 'no token' });
    expect(world.notices.recoveries).toStrictEqual([]);
    await world.timer.pass(60_000);
    expect((await world.ledger.destinations())[0]?.health).toMatchObject({ state: 'ok' });
    expect(world.notices.recoveries).toStrictEqual(['siem']);
    await finish(world, engine);
  });

  it('is sent what the last leader never heard of again', async () => {
    const world = new DeliveryWorld();
    const first = acknowledging(() => 'pending');
    const ids = await world.record(10);
    const one = world.engine([{ name: 'siem', exporter: first }], 'one');
    one.start();
    await world.timer.pass(5000);
    await finish(world, one);
    const second = acknowledging(() => 'confirmed');
    const two = world.engine([{ name: 'siem', exporter: second }], 'two');
    two.start();
    await world.timer.pass(5000);
    expect(second.arrived).toStrictEqual(ids);
    expect(await world.position('siem')).toBe(10);
    await finish(world, two);
  });

  it('is not settled beyond what is on its way by records that its filter keeps back', async () => {
    const world = new DeliveryWorld();
    let isAnswering = false;
    const siem = acknowledging(() => (isAnswering ? 'confirmed' : 'pending'));
    await world.record(1);
    await world.record(5, { type: 'user.read' });
    const engine = world.engine([{ name: 'siem', exporter: siem, filter: { types: ['deploy.*'] } }]);
    engine.start();
    await world.timer.pass(3000);
    expect(siem.arrived).toHaveLength(1);
    expect(await world.position('siem')).toBe(0);
    isAnswering = true;
    await world.timer.pass(3000);
    expect(await world.position('siem')).toBe(6);
    await finish(world, engine);
  });

  it('is sent to, though it never answers when it is asked, and gets again what it did not confirm in time', async () => {
    const world = new DeliveryWorld();
    const siem = acknowledging(() => 'confirmed');
    let isHanging = true;
    let givenUp = 0;
    const { confirm } = siem;
    const exporter = Object.assign(siem, {
      confirm: (handles: readonly string[], signal: AbortSignal) => {
        signal.addEventListener('abort', () => (givenUp += 1));
        return isHanging ? new Promise<never>(() => undefined) : confirm!(handles, signal);
      },
    });
    const first = await world.record(10);
    const engine = world.engine([{ name: 'siem', exporter, timeoutMs: 5000 }]);
    engine.start();
    await world.timer.pass(10_000);
    const later = await world.record(10);
    await world.timer.pass(10_000);
    expect(siem.arrived).toStrictEqual([...first, ...later]);
    expect(givenUp).toBeGreaterThan(0);
    await world.timer.pass(80_000);
    expect(siem.arrived.length).toBeGreaterThanOrEqual(30);
    isHanging = false;
    await world.timer.pass(80_000);
    expect(await world.position('siem')).toBe(20);
    expect(world.notices.solutions).toBeGreaterThan(0);
    world.notices.problems.length = 0;
    await finish(world, engine);
  });

  it('gets again what it did not confirm in time also when asking fails every time', async () => {
    const world = new DeliveryWorld();
    const siem = acknowledging(() => {
      throw new Error('no such address');
    }, 20);
    await world.record(100);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(200_000);
    expect(siem.arrived.length).toBeGreaterThanOrEqual(40);
    expect((await world.ledger.destinations())[0]?.health).toMatchObject({ state: 'retrying' });
    world.notices.problems.length = 0;
    const closed = engine.close(1000);
    await world.timer.pass(10_000);
    await closed;
  });

  it('is told of when it confirms nothing for five minutes, and does not look well meanwhile', async () => {
    const world = new DeliveryWorld();
    let isAnswering = false;
    const siem = acknowledging(() => (isAnswering ? 'confirmed' : 'pending'));
    await world.record(10);
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(90_000);
    expect((await world.ledger.destinations())[0]?.health.state).toBe('retrying');
    expect(world.notices.failures).toStrictEqual([]);
    await world.timer.pass(600_000);
    expect(world.notices.failures).toMatchObject([
      { state: 'retrying', reason: expect.stringContaining('not confirmed') },
    ]);
    isAnswering = true;
    await world.timer.pass(10_000);
    expect(world.notices.recoveries).toStrictEqual(['siem']);
    expect((await world.ledger.destinations())[0]?.health).toMatchObject({ state: 'ok', failures: 0 });
    await finish(world, engine);
  });

  it('gets nothing twice of a chain because something of another one was lost', async () => {
    const world = new DeliveryWorld();
    let fate: Confirmation = 'pending';
    const siem = new ScriptedExporter({
      confirmation: { everyMs: 1000, timeoutMs: 600_000 },
      confirms: (handle) => (handle === 'a' ? fate : 'confirmed'),
      otherwise: { status: 'sent', handle: 'later' },
    }).next(
      { status: 'sent', handle: 'a' },
      { status: 'partial', reason: 'busy', refused: [], again: [2], afterMs: 10_000 },
    );
    const alpha = await world.record(1, {}, 'alpha');
    const beta = await world.record(3, {}, 'beta');
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(5000);
    fate = 'lost';
    await world.timer.pass(20_000);
    const sent = siem.batches.map(({ events }) => events.map(({ record }) => record.event.id));
    expect(sent).toStrictEqual([alpha, beta, [beta[2]], alpha]);
    await finish(world, engine);
  });
});

describe('Dead letters that are sent again', () => {
  const refusing = (isMended: () => boolean, poison: () => string | undefined) => ({
    otherwise: ({ events }: DeliveryBatch): DeliveryVerdict => {
      const index = events.findIndex(({ record }) => record.event.id === poison());
      return index < 0 || isMended() ? { status: 'delivered' } : { status: 'poison', reason: 'bad field', index };
    },
  });

  it('arrive when the receiver takes them now, and are dead no more', async () => {
    const world = new DeliveryWorld();
    let isMended = false;
    const ids = await world.record(3);
    const siem = new ScriptedExporter(
      refusing(
        () => isMended,
        () => ids[1],
      ),
    );
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    expect(await world.ledger.deadLetters()).toHaveLength(1);
    isMended = true;
    expect(await world.ledger.mark({ destination: 'siem' }, 'replaying')).toBe(1);
    await world.timer.pass(2000);
    expect(siem.arrived).toStrictEqual([ids[0], ids[2], ids[1]]);
    expect(await world.ledger.deadLetters()).toStrictEqual([]);
    await finish(world, engine);
  });

  it('are dead again when they are refused again, with the new reason', async () => {
    const world = new DeliveryWorld();
    const ids = await world.record(1);
    const siem = new ScriptedExporter(
      refusing(
        () => false,
        () => ids[0],
      ),
    );
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    await world.ledger.mark({ destination: 'siem' }, 'replaying');
    await world.timer.pass(2000);
    expect(await world.ledger.deadLetters()).toMatchObject([{ state: 'dead', replays: 1, reason: 'bad field' }]);
    await finish(world, engine);
  });

  it('wait while the receiver is down, and do not keep the log waiting once it is back', async () => {
    const world = new DeliveryWorld();
    let state: 'refusing' | 'down' | 'well' = 'refusing';
    const ids = await world.record(2);
    const siem = new ScriptedExporter({
      otherwise: ({ events }) =>
        state === 'down'
          ? { status: 'retry', reason: 'down' }
          : state === 'refusing' && events.some(({ record }) => record.event.id === ids[0])
            ? { status: 'poison', reason: 'bad' }
            : { status: 'delivered' },
    });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(3000);
    state = 'down';
    await world.ledger.mark({ destination: 'siem' }, 'replaying');
    await world.timer.pass(30_000);
    expect(await world.ledger.deadLetters()).toMatchObject([{ state: 'replaying' }]);
    state = 'well';
    const [later] = await world.record(1);
    await world.timer.pass(120_000);
    expect(siem.arrived).toStrictEqual([ids[1], later, ids[0]]);
    expect(await world.ledger.deadLetters()).toStrictEqual([]);
    await finish(world, engine);
  });

  it('are confirmed before they count as arrived', async () => {
    const world = new DeliveryWorld();
    let isAnswering = false;
    const [id] = await world.record(1);
    const siem = new ScriptedExporter({
      confirmation: { everyMs: 500, timeoutMs: 60_000 },
      confirms: () => (isAnswering ? 'confirmed' : 'pending'),
      otherwise: { status: 'sent', handle: 'h' },
    }).next({ status: 'poison', reason: 'bad' });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    await world.ledger.mark({ eventId: id ?? '' }, 'replaying');
    await world.timer.pass(5000);
    expect(siem.batches).toHaveLength(2);
    expect(await world.ledger.deadLetters()).toMatchObject([{ state: 'replaying' }]);
    isAnswering = true;
    await world.timer.pass(2000);
    expect(await world.ledger.deadLetters()).toStrictEqual([]);
    await finish(world, engine);
  });

  it('do not keep the log waiting when the receiver never takes them, and are tried ever more rarely', async () => {
    const world = new DeliveryWorld();
    const [bad] = await world.record(1);
    const siem = new ScriptedExporter({
      otherwise: ({ events }) =>
        events.some(({ record }) => record.event.id === bad)
          ? { status: 'retry', reason: 'HTTP 500' }
          : { status: 'delivered' },
    }).next({ status: 'poison', reason: 'bad' });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    await world.ledger.mark({ destination: 'siem' }, 'replaying');
    await world.timer.pass(60_000);
    const ids = await world.record(3);
    await world.timer.pass(2000);
    expect(siem.arrived).toStrictEqual(ids);
    await world.timer.pass(600_000);
    expect(siem.batches.length).toBeLessThan(30);
    expect(await world.ledger.deadLetters()).toMatchObject([{ state: 'replaying' }]);
    await finish(world, engine);
  });

  it('wait as long as a receiver asks for, and so does the log', async () => {
    const world = new DeliveryWorld();
    await world.record(1);
    const siem = new ScriptedExporter().next(
      { status: 'poison', reason: 'bad' },
      { status: 'retry', reason: 'HTTP 429', afterMs: 30_000 },
    );
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    await world.ledger.mark({ destination: 'siem' }, 'replaying');
    await world.timer.pass(2000);
    await world.record(1);
    await world.timer.pass(25_000);
    expect(siem.batches).toHaveLength(2);
    await world.timer.pass(10_000);
    expect(siem.arrived).toHaveLength(2);
    await finish(world, engine);
  });

  it('stay marked when a receiver that judges events one by one has no room for them now', async () => {
    const world = new DeliveryWorld();
    await world.record(1);
    const siem = new ScriptedExporter().next(
      { status: 'poison', reason: 'bad' },
      { status: 'partial', reason: '1 of 1', refused: [], again: [0] },
      { status: 'partial', reason: '1 of 1', refused: [{ index: 0, reason: 'mapping' }] },
    );
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    await world.ledger.mark({ destination: 'siem' }, 'replaying');
    await world.timer.pass(700);
    expect(siem.batches).toHaveLength(2);
    expect(await world.ledger.deadLetters()).toMatchObject([{ state: 'replaying' }]);
    await world.timer.pass(5000);
    expect(await world.ledger.deadLetters()).toMatchObject([{ state: 'dead', replays: 1, reason: 'mapping' }]);
    await finish(world, engine);
  });

  it('are sent again when they are not confirmed in time', async () => {
    const world = new DeliveryWorld();
    await world.record(2);
    const siem = new ScriptedExporter({
      limits: { maxEvents: 1 },
      confirmation: { everyMs: 500, timeoutMs: 60_000 },
      confirms: (handle) => (handle === 'same' ? 'pending' : 'confirmed'),
      otherwise: { status: 'sent', handle: 'well' },
    }).next(
      { status: 'poison', reason: 'bad' },
      { status: 'poison', reason: 'bad' },
      { status: 'sent', handle: 'same' },
      { status: 'sent', handle: 'same' },
    );
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    await world.ledger.mark({ destination: 'siem' }, 'replaying');
    await world.timer.pass(30_000);
    expect(siem.batches).toHaveLength(4);
    await world.timer.pass(60_000);
    expect(siem.batches).toHaveLength(6);
    expect(await world.ledger.deadLetters()).toStrictEqual([]);
    await finish(world, engine);
  });

  it('are not sent when they are larger than the receiver takes', async () => {
    const world = new DeliveryWorld();
    await world.record(1, { action: 'x'.repeat(5000) });
    const siem = new ScriptedExporter({ limits: { maxBytes: 3000 } });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    await world.ledger.mark({ destination: 'siem' }, 'replaying');
    await world.timer.pass(2000);
    expect(siem.batches).toStrictEqual([]);
    expect(await world.ledger.deadLetters()).toMatchObject([{ state: 'dead', replays: 1, cause: 'too-large' }]);
    await finish(world, engine);
  });

  it('whose records were pruned are dead for good', async () => {
    const world = new DeliveryWorld();
    await world.record(3);
    const siem = new ScriptedExporter().next({ status: 'poison', reason: 'bad', index: 0 });
    const engine = world.engine([{ name: 'siem', exporter: siem }]);
    engine.start();
    await world.timer.pass(1000);
    await world.log.removePrefix('main', 1);
    await world.ledger.mark({ destination: 'siem' }, 'replaying');
    await world.timer.pass(2000);
    expect(await world.ledger.deadLetters()).toMatchObject([
      { state: 'dead', reason: 'the record is not in the log any more' },
    ]);
    await finish(world, engine);
  });
});

async function finish(world: DeliveryWorld, engine: DeliveryEngine): Promise<void> {
  const closed = engine.close(1000);
  await world.timer.pass(10_000);
  await closed;
  expect(world.notices.problems).toStrictEqual([]);
}
