import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditActor, AuditEvent } from '../../event/audit-event.js';
import type { ChainId } from '../../event/audit-record.js';
import type { JsonObject } from '../../event/json-value.js';
import { readStatement } from '../../integrity/notes/statement-note.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import type { ErasureSelection } from '../../storage/custody-store.js';
import type { WaitingEvent, WaitingEvents, WaitingSearch } from '../../storage/waiting-events.js';
import { anAppendableEvent, anEvent } from '../../testing/audit-event.fixture.js';
import { FixedClock } from '../../testing/fixed.clock.js';
import { MemoryCustody } from '../../testing/memory.custody-store.js';
import type { CustodyAct } from '../custody-act.js';
import { CustodyRecords } from '../custody-records.js';
import { LegalHolds } from '../holds/legal-holds.js';
import { StatementWriter } from '../statement-writer.js';
import { Erasure, type ErasureParts } from './erasure.js';
import type { ErasureScope } from './erasure-place.js';

const EMAIL = 'ann@example.com';
const ACT: CustodyAct = { by: { kind: 'user', id: 'officer' }, reason: 'request of the person', ticket: 'DSR-7' };

interface Person {
  readonly id: string;
  readonly email: string;
}

const ANN: Person = { id: 'u-ann', email: EMAIL };
const BOB: Person = { id: 'u-bob', email: 'bob@example.com' };

const of = ({ id, email }: Person, facts: Partial<AuditEvent> = {}): AppendableEvent =>
  anAppendableEvent({ ...facts, actor: { kind: 'user', id } }, { '/actor/email': email, '/actor/name': `Name ${id}` });
const idOf = ({ body }: AppendableEvent): string => (JSON.parse(body) as AuditEvent).id;

/** A waiting place in memory that moves its events into a log. */
class MemoryWaiting implements WaitingEvents {
  readonly name = 'spool';
  readonly waiting: WaitingEvent[] = [];

  constructor(private readonly log: MemoryCustody) {}

  find({ isMeant, found }: WaitingSearch): Promise<readonly string[]> {
    this.waiting.filter((one) => one.event.personal !== undefined && isMeant(one)).forEach(found);
    return Promise.resolve([]);
  }

  strip(ids: ReadonlySet<string>): Promise<number> {
    let stripped = 0;
    for (const [index, { chain, event }] of this.waiting.entries()) {
      if (ids.has(idOf(event)) && event.personal !== undefined) {
        this.waiting[index] = { chain, event: { body: event.body } };
        stripped++;
      }
    }
    return Promise.resolve(stripped);
  }

  async moveAll(): Promise<void> {
    for (const { chain, event } of this.waiting.splice(0)) {
      await this.log.appendMissing(chain, [event]);
    }
  }

  scrub(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }
}

function compose(clock: FixedClock) {
  return (draft: AuditDraft, facts: JsonObject = {}) => {
    const { type, action = type, actor = { kind: 'system' }, reason, ticket, resource, details } = draft;
    const { email, name, ip, userAgent, ...rest } = actor as AuditActor;
    const personal = Object.entries({ email, name, ip, userAgent }).flatMap(([field, value]) =>
      value === undefined ? [] : [[`/actor/${field}`, value]],
    );
    const now = new Date(clock.now()).toISOString();
    const event = anEvent({
      type,
      action,
      actor: rest,
      ...(reason === undefined ? {} : { reason }),
      ...(ticket === undefined ? {} : { ticket }),
      ...(resource === undefined ? {} : { resource }),
      occurredAt: now,
      recordedAt: now,
      details: { ...(details as JsonObject | undefined), ...facts },
    });
    const sealable = anAppendableEvent(event, personal.length === 0 ? undefined : Object.fromEntries(personal));
    return { event, ...sealable, atLeastRecorded: true, durability: undefined };
  };
}

async function aLog(parts: Partial<ErasureParts> = {}) {
  const log = new MemoryCustody();
  const clock = new FixedClock();
  const records = new CustodyRecords({ store: log, compose: compose(clock) });
  const holds = new LegalHolds(records, log);
  const spool = new MemoryWaiting(log);
  const erasure = new Erasure({
    store: log,
    stream: log,
    waiting: [spool],
    statements: new StatementWriter({ records, signers: [], clock }),
    holds: () => holds.active(),
    places: [],
    scrubs: false,
    clock,
    ...parts,
  });
  const erase = (selection: ErasureSelection, act = ACT) => erasure.erase(selection, act);
  /** Positions that still have a personal part. */
  const personal = (chain: ChainId = 'main') =>
    log.rows(chain).flatMap((row) => (row.personal === null ? [] : [row.seal.position]));
  const eventAt = (position: number, chain: ChainId = 'main') =>
    JSON.parse(log.rows(chain).find(({ seal }) => seal.position === position)?.body ?? '{}') as AuditEvent;
  const everything = (chain: ChainId = 'main') => JSON.stringify(log.rows(chain));
  return { log, holds, spool, erasure, erase, personal, eventAt, everything, clock };
}

describe('Erasure', () => {
  it('removes the personal parts of an actor, and says before which', async () => {
    const { log, erase, personal, eventAt } = await aLog();
    await log.append('main', [of(ANN), of(BOB), of(ANN), of(ANN)]);
    const report = await erase({ actorId: 'u-ann' });
    expect(report).toMatchObject({
      records: 3,
      positions: { main: '1,3-4' },
      places: [{ name: 'spool', events: 0 }],
      held: { events: 0, holds: [] },
      statements: [{ chain: 'main', position: 5 }],
      leftovers: [],
    });
    expect(personal()).toEqual([2]);
    expect(eventAt(5)).toMatchObject({
      type: 'audit.erasure',
      reason: 'request of the person',
      ticket: 'DSR-7',
      actor: { id: 'officer' },
      details: {
        selection: { kind: 'actorId', actorId: 'u-ann' },
        found: { records: 3, waiting: 0 },
        statement: { kind: 'erasure', chain: 'main', positions: '1,3-4' },
      },
    });
  });

  it('finds an e-mail address whatever its case and wherever it stands in a personal part', async () => {
    const { log, erase, personal, everything } = await aLog();
    await log.append('main', [
      of({ ...ANN, email: 'Ann@Example.com' }),
      anAppendableEvent({ actor: { kind: 'system' } }, { '/details/customer': EMAIL }),
      of(BOB),
      anAppendableEvent({ actor: { kind: 'system' } }, { '/details/customer': `not-${EMAIL}` }),
    ]);
    expect((await erase({ email: ' ANN@example.com ' })).records).toBe(2);
    expect(personal()).toEqual([3, 4]);
    expect(everything().toLowerCase().replaceAll(`not-${EMAIL}`, '')).not.toContain(EMAIL);
  });

  it('erases what a query matches, in every chain, with a statement in each', async () => {
    const { log, erase, personal } = await aLog();
    await log.append('a', [of(ANN, { type: 'x' }), of(BOB, { type: 'y' })]);
    await log.append('b', [of(ANN, { type: 'x' })]);
    const report = await erase({ query: { type: 'x' } });
    expect(report.positions).toEqual({ a: '1', b: '1' });
    expect(report.statements).toEqual([
      { chain: 'a', position: 3 },
      { chain: 'b', position: 2 },
    ]);
    expect([personal('a'), personal('b')]).toEqual([[2], []]);
  });

  it('writes nothing when there is nothing, so that it can be run again at any time', async () => {
    const { log, erase } = await aLog();
    await log.append('main', [of(ANN)]);
    await erase({ actorId: 'u-ann' });
    const before = log.rows('main').length;
    const again = await erase({ actorId: 'u-ann' });
    expect(again).toMatchObject({ records: 0, positions: {}, statements: [] });
    expect(log.rows('main')).toHaveLength(before);
  });

  it('names events that wait by their ids before it strips them', async () => {
    const { log, erase, spool, eventAt, personal } = await aLog();
    await log.append('main', [of(BOB)]);
    const waiting = of(ANN);
    spool.waiting.push({ chain: 'main', event: waiting });
    const report = await erase({ email: EMAIL });
    expect(report).toMatchObject({ records: 0, places: [{ name: 'spool', events: 1 }] });
    expect(readStatement(eventAt(2))?.statement).toMatchObject({ positions: '', events: [idOf(waiting)] });
    await spool.moveAll();
    expect(personal()).toEqual([1]);
  });

  it('follows events that move into the log while it works', async () => {
    const { log, spool, erase, personal } = await aLog();
    await log.append('main', [of(ANN)]);
    spool.waiting.push({ chain: 'main', event: of(ANN) }, { chain: 'main', event: of(BOB) });
    spool.strip = async () => {
      await spool.moveAll();
      return 0;
    };
    const report = await erase({ actorId: 'u-ann' });
    expect(report.records).toBe(2);
    // Position 2 says what goes first, 3 is what moved, 4 is Bob's, 5 says that it went too.
    expect(personal()).toEqual([4]);
    expect(report.positions).toEqual({ main: '1,3' });
  });

  it('strips what waits for a chain that cannot be, though no chain can say so', async () => {
    const { spool, erase } = await aLog();
    spool.waiting.push({ chain: 'no chain!', event: of(ANN) });
    await expect(erase({ actorId: 'u-ann' })).resolves.toMatchObject({
      statements: [],
      places: [{ name: 'spool', events: 1 }],
    });
    expect(spool.waiting[0]?.event.personal).toBeUndefined();
  });

  it('goes on where a crash stopped it', async () => {
    const { log, erase, personal } = await aLog();
    await log.append('main', [of(ANN), of(ANN)]);
    const works = log.erase.bind(log);
    log.erase = () => Promise.reject(new Error('killed'));
    await expect(erase({ actorId: 'u-ann' })).rejects.toThrow('killed');
    // Stated and not removed: nothing that a verifier would complain of.
    expect(personal()).toEqual([1, 2]);
    log.erase = works;
    await expect(erase({ actorId: 'u-ann' })).resolves.toMatchObject({ records: 2 });
    expect(personal()).toEqual([]);
  });

  it.each([2, 3])('keeps what was placed under hold after it was searched (looking a %i. time)', async (time) => {
    let looks = 0;
    const log = await aLog({
      holds: async () => {
        if (++looks === time) {
          await log.holds.place('case-9', { actorId: 'u-ann' }, { ...ACT, by: { kind: 'user', id: 'judge' } });
        }
        return log.holds.active();
      },
    });
    await log.log.append('main', [of(ANN), of(BOB)]);
    const report = await log.erase({ actorId: 'u-ann' });
    expect(report).toMatchObject({ records: 0, held: { events: 1, holds: ['case-9'] } });
    expect(log.personal()).toEqual([1, 2]);
  });

  it('keeps what a legal hold keeps, counts it and names the hold', async () => {
    const { log, erase, holds, spool, personal } = await aLog();
    await log.append('main', [of(ANN, { resource: { type: 'order', id: '7' } }), of(ANN)]);
    await holds.place('case-9', { resourceType: 'order' }, ACT);
    spool.waiting.push({ chain: 'main', event: of(ANN, { resource: { type: 'order', id: '8' } }) });
    const report = await erase({ actorId: 'u-ann' });
    expect(report).toMatchObject({ records: 1, held: { events: 2, holds: ['case-9'] } });
    expect(personal()).toEqual([1]);
    expect(spool.waiting[0]?.event.personal).toBeDefined();
    await holds.lift('case-9', ACT);
    await expect(erase({ actorId: 'u-ann' })).resolves.toMatchObject({ records: 1, held: { events: 0, holds: [] } });
  });

  it('does not name the person in its record', async () => {
    const { log, erase, eventAt, everything } = await aLog();
    await log.append('main', [of(ANN)]);
    const by = { kind: 'user', id: 'officer', email: EMAIL, name: 'Name u-ann', ip: '192.0.2.7' } as const;
    await erase({ email: EMAIL }, { by, reason: `Name U-Ann (ANN@EXAMPLE.COM) asked for it`, ticket: EMAIL });
    expect(everything().toLowerCase()).not.toContain(EMAIL);
    expect(everything().toLowerCase()).not.toContain('name u-ann');
    expect(eventAt(2)).toMatchObject({
      reason: '[erased] ([erased]) asked for it',
      ticket: '[erased]',
      details: { selection: { kind: 'email' } },
    });
  });

  it('leaves no personal fact of who erases their own data, and comes to an end', async () => {
    const { log, erase, personal } = await aLog();
    await log.append('main', [of(ANN)]);
    const by = { kind: 'user', id: 'u-ann', ip: '192.0.2.7', userAgent: 'Browser/1' } as const;
    const report = await erase({ actorId: 'u-ann' }, { by, reason: 'my account' });
    expect(report.statements).toHaveLength(1);
    expect(personal()).toEqual([]);
  });

  it('does not take its own record for one that is meant', async () => {
    const { log, erase, personal } = await aLog();
    await log.append('main', [of(ANN)]);
    const by = { kind: 'user', id: 'officer', ip: '192.0.2.7' } as const;
    const report = await erase({ query: { chain: 'main' } }, { by, reason: 'all of it' });
    expect(report).toMatchObject({ records: 1, statements: [{ chain: 'main', position: 2 }] });
    expect(personal()).toEqual([2]);
  });

  it('needs no more than a few short records for many positions', async () => {
    const { log, erase, eventAt, personal } = await aLog();
    for (let index = 0; index < 4000; index++) {
      await log.append('main', [index % 2 === 0 ? of(ANN) : of(BOB)]);
    }
    const { records, statements } = await erase({ actorId: 'u-ann' });
    expect(records).toBe(2000);
    expect(statements.length).toBeGreaterThan(1);
    const events = statements.map(({ position }) => eventAt(position));
    expect(Math.max(...events.map(({ details }) => JSON.stringify(details).length))).toBeLessThan(8000);
    expect(events.map(({ details }) => details?.['part'])).toEqual(statements.map((_, index) => index + 1));
    expect(personal()).toHaveLength(2000);
  });

  it.each([
    [{}, 'nothing'],
    [{ actorId: 'a', email: 'b' }, 'actorId, email'],
    [{ email: ' ' }, 'email'],
    [{ actorId: 7 }, 'actorId'],
    [{ query: {} }, 'no filter'],
    [{ query: { limit: 5, type: 'x' } }, 'limit'],
    [{ query: { tpye: 'x' } }, 'tpye'],
    [{ query: { chain: undefined } }, 'no filter'],
    [null, 'no object'],
    ['ann', 'no object'],
  ])('refuses the selection %j', async (selection, why) => {
    const { log, erase } = await aLog();
    await log.append('main', [of(ANN)]);
    await expect(erase(selection as unknown as ErasureSelection)).rejects.toThrow(why);
    expect(log.rows('main')).toHaveLength(1);
  });

  it('refuses an act without reason or person', async () => {
    const { erase } = await aLog();
    await expect(erase({ actorId: 'a' }, { ...ACT, reason: '' })).rejects.toThrow('reason');
    await expect(erase({ actorId: 'a' }, { ...ACT, by: { kind: 'user' } })).rejects.toThrow('by');
  });

  it('tells the places of copies what is meant, and reports what one could not do', async () => {
    const scopes: ErasureScope[] = [];
    const search = {
      name: 'search index',
      erase: (_selection: ErasureSelection, scope: ErasureScope) => {
        scopes.push(scope);
        return Promise.resolve({ events: 4, eventIds: [], leftovers: ['One shard is down.'] });
      },
    };
    const broken = { name: 'dead letters', erase: () => Promise.reject(new Error(`no row for ${EMAIL}`)) };
    const { log, erase, spool } = await aLog({ places: [broken, search] });
    await log.append('main', [of(ANN)]);
    const waiting = of(ANN);
    spool.waiting.push({ chain: 'main', event: waiting });
    const report = await erase({ email: EMAIL });
    expect(report.places).toEqual([
      { name: 'spool', events: 1 },
      { name: 'dead letters', events: 0 },
      { name: 'search index', events: 4 },
    ]);
    expect(report.leftovers).toEqual([
      'The dead letters could not be searched: no row for [erased]. Mend that and run the same erasure again.',
      'One shard is down.',
    ]);
    expect(scopes[0]?.waiting.get(idOf(waiting))).toEqual(['/actor/email', '/actor/name']);
  });

  it('says in the log when only copies were erased, and nothing when not even these', async () => {
    const archive = { name: 'archive', erase: () => Promise.resolve({ events: 3, eventIds: [], leftovers: [] }) };
    const { log, erase } = await aLog({ places: [archive] });
    const { statements } = await erase({ email: EMAIL });
    expect(statements).toEqual([{ chain: 'main', position: log.rows('main').length }]);
    const event = JSON.parse(log.rows('main').at(-1)?.body ?? '') as AuditEvent;
    expect(event).toMatchObject({ type: 'audit.erasure', details: { places: { archive: 3 } } });
    expect(JSON.stringify(event)).not.toContain(EMAIL);
    const empty = await aLog({
      places: [{ ...archive, erase: () => Promise.resolve({ events: 0, eventIds: [], leftovers: [] }) }],
    });
    expect(await empty.erase({ email: EMAIL })).toMatchObject({ statements: [] });
  });

  it('erases from the log even when a waiting place is in trouble, and says what that means', async () => {
    const { log, erase, spool, personal } = await aLog();
    await log.append('main', [of(ANN)]);
    spool.find = () => Promise.reject(new Error('The disk is gone.'));
    const report = await erase({ actorId: 'u-ann' });
    expect(report.leftovers).toEqual([
      'Events that wait in the spool may still move into the log with their personal part: The disk is gone. Run the same erasure again.',
    ]);
    expect(personal()).toEqual([]);
  });

  it('scrubs where it is asked to, and says so where it is not', async () => {
    const { log, erasure } = await aLog();
    await log.append('main', [of(ANN)]);
    log.scrub = () => Promise.resolve(['Backups hold it.']);
    await expect(erasure.erase({ actorId: 'u-ann' }, ACT)).resolves.toMatchObject({ isScrubbed: false, leftovers: [] });
    await expect(erasure.erase({ actorId: 'u-ann' }, ACT, { scrub: true })).resolves.toMatchObject({
      isScrubbed: true,
      leftovers: ['Backups hold it.'],
    });
  });
});
