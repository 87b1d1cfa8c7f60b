import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditEvent } from '../../event/audit-event.js';
import { canonicalEvent } from '../../event/canonical-event.js';
import type { JsonObject } from '../../event/json-value.js';
import type { IntegrityReport } from '../../integrity/integrity-fault.js';
import { anEvent, anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { FixedClock } from '../../testing/fixed.clock.js';
import { MemoryCustody } from '../../testing/memory.custody-store.js';
import { CustodyRecords } from '../custody-records.js';
import { LegalHolds } from '../holds/legal-holds.js';
import { StatementWriter } from '../statement-writer.js';
import { Retention, type RetentionParts } from './retention.js';
import { resolveRetention } from './retention.options.js';

const NOW = '2026-11-22T00:00:00.000Z';
const ACT = { by: { kind: 'user' as const, id: 'ops' }, reason: 'policy 3' };
const INTACT = { ok: true, state: 'intact', records: 0, chains: [], faults: [], faultCount: 0, durationMs: 0 } as const;

/** A log whose records were made on the given days, one each, and retention over it. */
async function aLog(days: readonly string[], parts: Partial<RetentionParts> = {}) {
  const log = new MemoryCustody();
  const clock = new FixedClock(Date.parse(NOW));
  for (const day of days) {
    const [time, type = 'order.placed'] = day.split(' ');
    await log.append('main', [anAppendableEvent({ recordedAt: `${time}T00:00:00.000Z`, type })]);
  }
  const compose = (draft: AuditDraft, facts: JsonObject = {}) => {
    const { type, action = type, actor = { kind: 'system' as const }, reason, resource, details } = draft;
    const event = anEvent({
      type,
      action,
      actor: { ...actor } as AuditEvent['actor'],
      ...(reason === undefined ? {} : { reason }),
      ...(resource === undefined ? {} : { resource }),
      occurredAt: new Date(clock.now()).toISOString(),
      recordedAt: new Date(clock.now()).toISOString(),
      details: { ...(details as JsonObject | undefined), ...facts },
    });
    return { event, body: canonicalEvent(event), atLeastRecorded: true, durability: undefined };
  };
  const records = new CustodyRecords({ store: log, compose });
  const holds = new LegalHolds(records, log);
  const steps: string[] = [];
  const retention = new Retention({
    stream: log,
    store: log,
    holds,
    statements: new StatementWriter({ records, signers: [], clock }),
    clock,
    policy: resolveRetention({ default: '30 days', classes: { financial: '1 year' } }),
    classOfType: (type) => (type === 'order.refunded' ? 'financial' : undefined),
    guards: [],
    isStored: async (id) => (await log.get(id)) !== undefined,
    verify: () => {
      steps.push('verify');
      return Promise.resolve(INTACT);
    },
    checkpoint: () => {
      steps.push('checkpoint');
      return Promise.resolve();
    },
    isOwnStatement: () => true,
    ...parts,
  });
  const positions = () => log.rows('main').map(({ seal }) => seal.position);
  return { log, holds, retention, steps, positions, clock };
}

const OLD = ['2026-01-01', '2026-01-02', '2026-01-03'];

describe('retention', () => {
  it('removes the beginning whose time is over, and says so in the log first', async () => {
    const { retention, log, positions, steps } = await aLog([...OLD, '2026-11-20', '2026-11-21']);
    const lastHash = log.rows('main')[2]?.seal.hash;
    const [done] = await retention.prune(ACT);
    expect(done).toMatchObject({ removed: 3, through: 3, statedAt: 6, resumed: false });
    expect(done?.limit).toEqual({ why: 'period', position: 4, what: 'order.placed' });
    expect(positions()).toEqual([4, 5, 6]);
    expect(steps).toEqual(['verify', 'checkpoint', 'checkpoint']);
    const stated = JSON.parse(log.rows('main')[2]?.body ?? '') as AuditEvent;
    expect(stated).toMatchObject({
      type: 'audit.prune',
      reason: 'policy 3',
      actor: { id: 'ops' },
      details: {
        statement: { kind: 'prune', chain: 'main', from: 1, through: 3, hash: lastHash },
        youngestRecordedAt: '2026-01-03T00:00:00.000Z',
        keepUntil: '2026-02-02T00:00:00.000Z',
      },
    });
  });

  it('keeps a class for its own time, and everything after it: only a beginning goes', async () => {
    const { retention, positions } = await aLog([
      '2026-01-01',
      '2026-01-02 order.refunded',
      '2026-01-03',
      '2026-11-21',
    ]);
    const [done] = await retention.prune(ACT);
    expect(done?.limit).toEqual({ why: 'period', position: 2, what: 'order.refunded' });
    expect(positions()).toEqual([2, 3, 4, 5]);
  });

  it('never removes the last record of a chain', async () => {
    const { retention, positions } = await aLog(OLD);
    const [done] = await retention.prune(ACT);
    expect(done?.limit.why).toBe('end');
    expect(positions()).toEqual([3, 4]);
  });

  it('changes nothing when there is nothing to remove', async () => {
    const { retention, positions, steps } = await aLog(['2026-11-20', '2026-11-21']);
    const [done] = await retention.prune(ACT);
    expect(done).toEqual({
      chain: 'main',
      removed: 0,
      through: 0,
      resumed: false,
      limit: { why: 'period', position: 1, what: 'order.placed' },
    });
    expect(steps).toEqual([]);
    expect(positions()).toEqual([1, 2]);
  });

  it('changes nothing while planning', async () => {
    const { retention, positions } = await aLog([...OLD, '2026-11-20']);
    expect(await retention.plan()).toMatchObject([{ chain: 'main', from: 1, through: 3 }]);
    expect(positions()).toEqual([1, 2, 3, 4]);
  });

  it('stops at what a legal hold keeps, until it is lifted', async () => {
    const { retention, holds, positions } = await aLog([
      '2026-01-01',
      '2026-01-02 order.refused',
      '2026-01-03',
      '2026-11-21',
    ]);
    await holds.place('case 7', { type: 'order.refused' }, ACT);
    const [held] = await retention.prune(ACT);
    expect(held).toMatchObject({ removed: 1, limit: { why: 'hold', position: 2, what: 'case 7' } });
    await holds.lift('case 7', ACT);
    const [lifted] = await retention.prune(ACT);
    expect(lifted).toMatchObject({ removed: 2, through: 3 });
    expect(positions()[0]).toBe(4);
  });

  it('keeps the record that placed a hold for as long as the hold is in force', async () => {
    const { retention, holds, clock, positions } = await aLog(['2026-01-01']);
    await holds.place('case 7', { actorId: 'nobody' }, ACT);
    clock.advance(365 * 86_400_000);
    await retention.prune(ACT);
    expect(positions()[0]).toBe(2);
    expect((await holds.active()).map(({ name }) => name)).toEqual(['case 7']);
  });

  it('waits for whoever still needs records, and removes nothing when that cannot be told', async () => {
    const guard = { safeThrough: () => Promise.resolve({ name: 'destination splunk', through: 2 }) };
    const waiting = await aLog([...OLD, '2026-11-21'], { guards: [guard] });
    const [done] = await waiting.retention.prune(ACT);
    expect(done).toMatchObject({ removed: 2, limit: { why: 'guard', position: 3, what: 'destination splunk' } });
    const silent = { name: 'destination x', safeThrough: () => Promise.reject(new Error('no answer')) };
    const { retention, positions } = await aLog([...OLD, '2026-11-21'], { guards: [silent] });
    await expect(retention.prune(ACT)).rejects.toThrow('no answer');
    expect(positions()).toEqual([1, 2, 3, 4]);
  });

  it.each(['broken', 'explained'] as const)('removes nothing from a chain that is %s', async (state) => {
    const fault = { kind: 'edited', chain: 'main', position: 2, message: 'the content differs' } as const;
    const report: IntegrityReport = { ...INTACT, ok: false, state, faults: [fault], faultCount: 1 };
    const { retention, positions } = await aLog([...OLD, '2026-11-21'], { verify: () => Promise.resolve(report) });
    await expect(retention.prune(ACT)).rejects.toThrow(new RegExp(`main.*${state}.*position 2.*the content differs`));
    expect(positions()).toEqual([1, 2, 3, 4]);
  });

  it('goes on with a removal that was interrupted, without another statement', async () => {
    const { retention, log, positions } = await aLog([...OLD, '2026-11-21']);
    const removePrefix = log.removePrefix.bind(log);
    log.removePrefix = async (chain) => {
      await removePrefix(chain, 1);
      throw new Error('killed');
    };
    await expect(retention.prune(ACT)).rejects.toThrow('killed');
    expect(positions()).toEqual([2, 3, 4, 5]);
    log.removePrefix = removePrefix;
    const [done] = await retention.prune(ACT);
    expect(done).toMatchObject({ removed: 2, statedAt: 5, resumed: true });
    expect(positions()).toEqual([4, 5]);
  });

  it('does not go on with a removal that somebody else wrote into the log', async () => {
    const { retention, log, positions } = await aLog([...OLD, '2026-11-21'], { isOwnStatement: () => false });
    const statement = { kind: 'prune', chain: 'main', from: 1, through: 4, hash: '0'.repeat(64), at: NOW };
    await log.append('main', [anAppendableEvent({ type: 'audit.prune', details: { statement } })]);
    await expect(retention.prune(ACT)).rejects.toThrow(/position 5.*signature/);
    expect(positions()).toEqual([1, 2, 3, 4, 5]);
  });

  it('leaves an interrupted removal as it is when a hold was placed since', async () => {
    const { retention, log, holds, positions } = await aLog([...OLD, '2026-11-21']);
    const removePrefix = log.removePrefix.bind(log);
    log.removePrefix = () => Promise.reject(new Error('killed'));
    await expect(retention.prune(ACT)).rejects.toThrow('killed');
    log.removePrefix = removePrefix;
    await holds.place('case 7', {}, ACT);
    await expect(retention.prune(ACT)).rejects.toThrow(/interrupted.*"case 7".*position 1/);
    expect(positions()).toContain(1);
  });

  it.each(['archiving', 'stating'])('removes nothing that was placed under hold while it was %s', async (when) => {
    let checkpoints = 0;
    let isPlaced = false;
    const placeOnce = async (isTime: boolean): Promise<void> => {
      if (isTime && !isPlaced) {
        isPlaced = true;
        await log.holds.place('case 7', { type: 'order.placed' }, ACT);
      }
    };
    const log = await aLog([...OLD, '2026-11-21'], {
      archive: async () => {
        await placeOnce(when === 'archiving');
        return { name: 'main-1-3', sha256: 'ab'.repeat(32) };
      },
      // The second one is made when the prune was stated.
      checkpoint: () => placeOnce(++checkpoints === 2),
    });
    await expect(log.retention.prune(ACT)).rejects.toMatchObject({ obstacle: 'hold' });
    expect(log.positions().slice(0, 4)).toEqual([1, 2, 3, 4]);
    await log.holds.lift('case 7', ACT);
    await log.retention.prune(ACT);
    expect(log.positions()[0]).toBe(4);
  });

  it('goes on when a hold was placed meanwhile that keeps nothing of what goes', async () => {
    const log = await aLog([...OLD, '2026-11-21'], {
      archive: async () => {
        await log.holds.place('case 7', { actorId: 'somebody else' }, ACT);
        return { name: 'main-1-3', sha256: 'ab'.repeat(32) };
      },
    });
    const [done] = await log.retention.prune(ACT);
    expect(done).toMatchObject({ removed: 3, through: 3 });
  });

  it('takes no record for older than one before it, as when a clock had been set back', async () => {
    const { retention } = await aLog(['2026-06-01', '2025-01-01 order.refunded', '2026-11-21']);
    const [plan] = await retention.plan();
    expect(plan).toMatchObject({ through: 1, limit: { why: 'period', position: 2, what: 'order.refunded' } });
  });

  it.each([
    ['a time that is none', { recordedAt: '' }],
    ['a time of another form', { recordedAt: '2026' }],
    ['no actor', { recordedAt: '2026-01-02T00:00:00.000Z', actor: null }],
  ])('stops at a record that somebody wrote with %s', async (_what, facts) => {
    const { retention, holds, log } = await aLog(OLD.slice(0, 1));
    await log.append('main', [{ body: JSON.stringify({ ...anEvent(), ...facts }) }, anAppendableEvent()]);
    await holds.place('case 7', { actorId: 'nobody' }, ACT);
    const [plan] = await retention.plan();
    expect(plan).toMatchObject({ through: 1, limit: { why: 'damaged', position: 2 } });
  });

  it('keeps a statement for as long as what it is about stays', async () => {
    const late = anAppendableEvent({ recordedAt: '2026-11-21T00:00:00.000Z' });
    const { id } = JSON.parse(late.body) as AuditEvent;
    const erasure = {
      kind: 'erasure',
      chain: 'main',
      positions: '',
      events: [id, 'never-arrived'],
      at: '2026-01-03T00:00:00.000Z',
    };
    const { retention, log, positions } = await aLog(OLD.slice(0, 2));
    const old = { recordedAt: '2026-01-03T00:00:00.000Z' };
    await log.append('main', [anAppendableEvent({ ...old, type: 'audit.erasure', details: { statement: erasure } })]);
    await log.append('main', [
      anAppendableEvent(old),
      late,
      anAppendableEvent({ recordedAt: '2026-11-21T00:00:00.000Z' }),
    ]);
    await retention.prune(ACT);
    expect(positions()[0]).toBe(3);
  });

  it('keeps an explanation until the checkpoints that it explains are pruned as well', async () => {
    const at = '2026-01-03T00:00:00.000Z';
    const faults = [{ kind: 'checkpoint', from: 3, through: 4 }];
    const statement = { kind: 'reanchor', chain: 'main', cause: 'restore', faults, at };
    const { retention, log, positions } = await aLog(OLD.slice(0, 2));
    await log.append('main', [anAppendableEvent({ recordedAt: at, type: 'audit.reanchor', details: { statement } })]);
    await log.append('main', [
      anAppendableEvent({ recordedAt: '2026-11-21T00:00:00.000Z' }),
      anAppendableEvent({ recordedAt: '2026-11-21T00:00:00.000Z' }),
    ]);
    await retention.prune(ACT);
    expect(positions()[0]).toBe(3);
  });

  it('archives before it removes, and names the archive in the statement', async () => {
    const archive = { name: 'main-1-3', sha256: 'ab'.repeat(32) };
    const { retention, log } = await aLog([...OLD, '2026-11-21'], {
      archive: (plan) => {
        expect(plan).toMatchObject({ from: 1, through: 3 });
        expect(log.rows('main')).toHaveLength(4);
        return Promise.resolve(archive);
      },
    });
    const [done] = await retention.prune(ACT);
    expect(done?.archive).toEqual(archive);
    const failing = await aLog([...OLD, '2026-11-21'], { archive: () => Promise.reject(new Error('disk full')) });
    await expect(failing.retention.prune(ACT)).rejects.toThrow('disk full');
    expect(failing.positions()).toEqual([1, 2, 3, 4]);
  });

  it.each([
    [{ ...ACT, reason: ' ' }, /"reason" is missing/],
    [{ by: { kind: 'user' as const }, reason: 'x' }, /"by" names nobody/],
  ])('refuses an act that does not say who and why', async (act, message) => {
    const { retention, positions } = await aLog([...OLD, '2026-11-21']);
    await expect(retention.prune(act)).rejects.toThrow(message);
    expect(positions()).toHaveLength(4);
  });
});
