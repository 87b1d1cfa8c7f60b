import type { AuditDraft } from '../../event/audit-draft.js';
import { DeliveryWorld } from '../../testing/delivery-world.fixture.js';
import { ScriptedExporter } from '../../testing/scripted.exporter.js';
import type { DestinationOptions } from '../destination.options.js';
import { AuditDestinations } from './audit-destinations.js';
import { RequiredDestinations } from './required-destinations.js';

async function operated(destinations: readonly DestinationOptions[], count = 5) {
  const world = new DeliveryWorld();
  const drafts: AuditDraft[] = [];
  const ids = await world.record(count);
  const engine = world.engine(destinations);
  engine.start();
  await world.timer.pass(1000);
  const service = new AuditDestinations(
    {
      ledger: world.ledger,
      stream: world.log,
      reader: world.log,
      record: (draft) => Promise.resolve(drafts.push(draft)),
    },
    engine,
  );
  const close = async (): Promise<void> => {
    const closed = engine.close(1000);
    await world.timer.pass(10_000);
    await closed;
  };
  return { world, drafts, ids, engine, service, close };
}

describe('AuditDestinations', () => {
  it('tells how each destination does', async () => {
    const down = new ScriptedExporter({ otherwise: { status: 'retry', reason: 'refused', cure: 'Start it.' } });
    const { service, close } = await operated([
      { name: 'down', exporter: down, required: false },
      { name: 'well', exporter: new ScriptedExporter() },
    ]);
    expect(await service.status()).toMatchObject([
      {
        name: 'down',
        type: 'scripted',
        required: false,
        state: 'active',
        leader: 'this',
        waiting: 5,
        health: { state: 'retrying', reason: 'refused', cure: 'Start it.' },
        chains: [{ chain: 'main', head: 5, sent: 0, settled: 0 }],
      },
      { name: 'well', leader: 'this', waiting: 0, health: { state: 'ok' }, counts: { events: 5, attempts: 1 } },
    ]);
    await close();
  });

  it('registers and removes at run time, and says so in the log', async () => {
    const { service, world, drafts, close } = await operated([]);
    const siem = new ScriptedExporter();
    const by = { kind: 'user', id: 'admin' } as const;
    await service.register({ name: 'late', exporter: siem }, { by, reason: 'new SIEM' });
    await world.timer.pass(1000);
    expect(siem.arrived).toHaveLength(5);
    await expect(service.register({ name: 'late', exporter: siem })).rejects.toMatchObject({
      code: 'AUDIT_DESTINATION_EXISTS',
    });
    const removed = service.remove('late', { by });
    await world.timer.pass(6000);
    await removed;
    expect(service.names).toStrictEqual([]);
    expect(await service.status()).toStrictEqual([]);
    expect(siem.closed).toBeGreaterThan(0);
    expect(drafts.map(({ type, action, actor }) => [type, action, actor?.id])).toStrictEqual([
      ['audit.destination_changed', 'Registered destination "late"', 'admin'],
      ['audit.destination_changed', 'Removed destination "late"', 'admin'],
    ]);
    await close();
  });

  it('begins anew when a removed name is registered again', async () => {
    const siem = new ScriptedExporter();
    const { service, world, close } = await operated([{ name: 'siem', exporter: siem }]);
    const removed = service.remove('siem');
    await world.timer.pass(6000);
    await removed;
    await service.register({ name: 'siem', exporter: siem });
    await world.timer.pass(1000);
    expect(siem.arrived).toHaveLength(10);
    await close();
  });

  it('pauses, resumes and rewinds; each is recorded with who and why', async () => {
    const siem = new ScriptedExporter();
    const { service, world, drafts, close } = await operated([{ name: 'siem', exporter: siem }]);
    await service.pause('siem', { reason: 'maintenance', ticket: 'OPS-1' });
    await world.record(2);
    await world.timer.pass(60_000);
    expect(siem.arrived).toHaveLength(5);
    await service.resume('siem');
    await world.timer.pass(2000);
    expect(siem.arrived).toHaveLength(7);
    await service.rewind('siem', { position: 6 });
    await world.timer.pass(2000);
    expect(siem.arrived).toHaveLength(8);
    await service.rewind('siem', 'beginning');
    await world.timer.pass(2000);
    expect(siem.arrived).toHaveLength(15);
    expect(drafts).toHaveLength(4);
    expect(drafts[0]).toMatchObject({
      type: 'audit.destination_changed',
      reason: 'maintenance',
      ticket: 'OPS-1',
      resource: { type: 'audit.destination', id: 'siem' },
      details: { act: 'pause' },
    });
    await close();
  });

  it('names what is unknown, and refuses a place that is not in the log', async () => {
    const { service, drafts, close } = await operated([{ name: 'siem', exporter: new ScriptedExporter() }]);
    await expect(service.pause('splunk')).rejects.toThrow('There is no destination "splunk". Known: "siem".');
    await expect(service.rewind('siem', { position: 6 })).rejects.toThrow('Give a whole number from 0 to 5');
    await expect(service.rewind('siem', { position: -1 })).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID' });
    await expect(service.probe('splunk')).rejects.toMatchObject({ code: 'AUDIT_DESTINATION_UNKNOWN' });
    await expect(service.replay({})).rejects.toThrow('names nothing');
    expect(drafts).toStrictEqual([]);
    await close();
  });

  it('gives receipts', async () => {
    const poisoned = new ScriptedExporter().next({ status: 'poison', reason: 'bad', index: 1 });
    const { service, ids, close } = await operated([
      { name: 'a-well', exporter: new ScriptedExporter() },
      { name: 'b-udp', exporter: Object.assign(new ScriptedExporter(), { assurance: 'sent' as const }) },
      { name: 'c-choosy', exporter: new ScriptedExporter(), filter: { types: ['auth.*'] } },
      { name: 'd-poisoned', exporter: poisoned },
      { name: 'e-down', exporter: new ScriptedExporter({ otherwise: { status: 'retry', reason: 'down' } }) },
      {
        name: 'f-slow',
        exporter: new ScriptedExporter({ confirms: () => 'pending', otherwise: { status: 'sent', handle: 'h' } }),
      },
    ]);
    expect(await service.receipts(ids[1] ?? '')).toStrictEqual([
      { destination: 'a-well', state: 'acknowledged' },
      { destination: 'b-udp', state: 'sent' },
      { destination: 'c-choosy', state: 'excluded' },
      { destination: 'd-poisoned', state: 'dead', reason: 'bad' },
      { destination: 'e-down', state: 'pending' },
      { destination: 'f-slow', state: 'sent' },
    ]);
    expect(await service.receipts('nothing')).toStrictEqual([]);
    await close();
  });

  it('calls nothing acknowledged whose refusal is not in the ledger yet', async () => {
    const siem = new ScriptedExporter();
    const { service, world, engine } = await operated([{ name: 'siem', exporter: siem }]);
    siem.next({ status: 'poison', reason: 'bad' });
    world.ledger.settle = () => Promise.reject(new Error('disk is full'));
    const [id = ''] = await world.record(1);
    await world.timer.pass(3000);
    expect(siem.batches).toHaveLength(2);
    expect(await service.receipts(id)).toStrictEqual([{ destination: 'siem', state: 'pending' }]);
    void engine.close(1000);
    await world.timer.pass(10_000);
  });

  it('sends dead letters again or discards them, and says so in the log', async () => {
    const siem = new ScriptedExporter().next(
      { status: 'poison', reason: 'bad', index: 0 },
      { status: 'poison', reason: 'bad', index: 0 },
    );
    const { service, world, ids, drafts, close } = await operated([{ name: 'siem', exporter: siem }]);
    expect(await service.deadLetters()).toMatchObject([{ eventId: ids[0] }, { eventId: ids[1] }]);
    expect(await service.replay({ eventId: ids[0] ?? '' }, { reason: 'mended' })).toBe(1);
    await world.timer.pass(2000);
    expect(siem.arrived.at(-1)).toBe(ids[0]);
    expect(await service.discard({ destination: 'siem' }, { reason: 'of no use' })).toBe(1);
    expect(await service.deadLetters()).toMatchObject([{ eventId: ids[1], state: 'discarded' }]);
    expect(await service.discard({ all: true }, { reason: 'again' })).toBe(0);
    expect(drafts.map(({ type, reason }) => [type, reason])).toStrictEqual([
      ['audit.dead_letter_replayed', 'mended'],
      ['audit.dead_letter_discarded', 'of no use'],
    ]);
    await close();
  });

  it('asks a receiver whether it would take events', async () => {
    const held = { status: 'hold', reason: 'no role', cure: 'Give it.' } as const;
    const { service, close } = await operated([
      { name: 'asked', exporter: Object.assign(new ScriptedExporter(), { probe: () => Promise.resolve(held) }) },
      { name: 'mute', exporter: new ScriptedExporter() },
    ]);
    expect(await service.probe('asked')).toStrictEqual(held);
    expect(await service.probe('mute')).toStrictEqual({ status: 'unknown' });
    await close();
  });
});

describe('Retention', () => {
  it('waits for required destinations, and for dead letters that nobody gave up', async () => {
    const { world, service, close } = await operated([
      {
        name: 'behind',
        exporter: new ScriptedExporter({ otherwise: { status: 'retry', reason: 'down' } }),
        required: false,
      },
      { name: 'siem', exporter: new ScriptedExporter().next({ status: 'poison', reason: 'bad', index: 3 }) },
    ]);
    const guard = new RequiredDestinations(world.ledger);
    expect(await guard.safeThrough('main')).toStrictEqual({ name: 'destination siem', through: 3 });
    await service.discard({ destination: 'siem' }, { reason: 'of no use' });
    expect(await guard.safeThrough('main')).toStrictEqual({ name: 'destination siem', through: 5 });
    expect(await guard.safeThrough('other')).toStrictEqual({ name: 'destination siem', through: 0 });
    const removed = service.remove('siem');
    await world.timer.pass(6000);
    await removed;
    expect((await guard.safeThrough('main')).through).toBe(Number.MAX_SAFE_INTEGER);
    await close();
  });
});
