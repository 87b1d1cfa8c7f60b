import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { draftComposer } from '../../testing/composed-draft.fixture.js';
import { BundledLog } from '../../testing/bundled-log.fixture.js';
import { CustodyRecords } from '../custody-records.js';
import { eventOf } from '../stored-events.js';
import { checkExport, type ExportRequest } from './export-request.js';
import { exportRecords } from './record-export.js';

class ExportedLog extends BundledLog {
  private readonly records = new CustodyRecords({ store: this.custody, compose: draftComposer(this.clock) });

  stream(request: ExportRequest = {}): AsyncGenerator<AuditRecord, void, undefined> {
    return exportRecords({ log: this.custody, records: this.records }, checkExport(request));
  }

  async places(request: ExportRequest = {}): Promise<readonly string[]> {
    const places: string[] = [];
    for await (const { seal } of this.stream(request)) {
      places.push(`${seal.chain} ${seal.position}`);
    }
    return places;
  }

  /** What custody wrote about exports, oldest first. */
  get told(): readonly AuditEvent[] {
    const events = this.custody.rows('main').map(eventOf);
    return events.filter((event) => event?.type === 'audit.export') as readonly AuditEvent[];
  }
}

describe('an export', () => {
  let log: ExportedLog;

  beforeEach(async () => {
    log = await ExportedLog.make();
    await log.add(9);
    await log.add(3, 't-2', 'tenant:b');
  });

  afterEach(() => log.dispose());

  it('gives every record with its personal part, chain after chain, up to the ends that were there', async () => {
    const records: AuditRecord[] = [];
    for await (const record of log.stream()) {
      records.push(record);
      await log.add(1);
    }
    expect(records.map(({ seal }) => `${seal.chain} ${seal.position}`)).toEqual([
      ...Array.from({ length: 9 }, (_, index) => `main ${index + 1}`),
      'tenant:b 1',
      'tenant:b 2',
      'tenant:b 3',
    ]);
    expect(records[0]?.event.actor.email).toBe('person-t-1-0@example.com');
  });

  it.each<[ExportRequest, readonly string[]]>([
    [{ chain: 'tenant:b' }, ['tenant:b 1', 'tenant:b 2', 'tenant:b 3']],
    [{ chain: 'main', afterPosition: 7 }, ['main 8', 'main 9']],
    [{ chain: 'main', afterPosition: 9 }, []],
    [{ chain: 'main', afterPosition: 90 }, []],
    [{ tenantId: 't-2', actorId: 'u-1' }, ['tenant:b 2']],
    [{ from: new Date('2026-11-21T00:00:07Z'), to: new Date('2026-11-21T00:00:08Z') }, ['main 8']],
    [{ type: 'none' }, []],
  ])('gives what %j means', async (request, places) => {
    expect(await log.places(request)).toEqual(places);
  });

  it('says so before the first record is given, and how it ended', async () => {
    const by = { kind: 'user', id: 'ops' } as const;
    const stream = log.stream({ tenantId: 't-2', format: 'cef', by, reason: 'nightly' });
    expect(log.told).toEqual([]);
    await stream.next();
    expect(log.told).toMatchObject([
      {
        stage: 'intent',
        outcome: 'pending',
        actor: by,
        reason: 'nightly',
        action: 'Exported records as cef',
        details: { selection: { tenantId: 't-2' }, format: 'cef', positions: 12 },
      },
    ]);
    for await (const _record of stream);
    const [intent, outcome] = log.told;
    expect(outcome).toMatchObject({
      stage: 'outcome',
      outcome: 'success',
      causationId: intent?.id,
      details: { records: 3, complete: true },
    });
  });

  it('tells of a reader who had enough', async () => {
    for await (const _record of log.stream()) {
      break;
    }
    expect(log.told[1]).toMatchObject({ outcome: 'success', details: { records: 1, complete: false } });
  });

  it('gives nothing when it cannot be recorded', async () => {
    log.custody.append = () => Promise.reject(new Error('the store is down'));
    await expect(log.stream().next()).rejects.toThrow('the store is down');
  });

  it('leaves no record when nobody wants one', async () => {
    expect(await log.places({ recorded: false })).toHaveLength(12);
    expect(log.told).toEqual([]);
  });

  it('ends with a damaged record, or leaves it out and says which', async () => {
    const [, second, third] = log.custody.rows('main');
    Object.assign(second ?? {}, { body: '{' });
    Object.assign(third ?? {}, { body: '{}' });
    await expect(log.places()).rejects.toThrow('position 2 of chain "main" is damaged');
    expect(log.told[1]).toMatchObject({ outcome: 'failure', details: { records: 1, complete: false } });
    const damaged: string[] = [];
    const request = { actorId: 'u-3', onDamaged: ({ message }: Error) => damaged.push(message) };
    expect(await log.places(request)).toEqual(['main 4']);
    expect(damaged.map((message) => /position \d/.exec(message)?.[0])).toEqual(['position 2', 'position 3']);
  });

  it('tells how far it is', async () => {
    const seen: (readonly [number, number])[] = [];
    await log.places({ recorded: false, onProgress: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual([
      [7, 12],
      [9, 12],
      [12, 12],
    ]);
  });

  it.each([
    [{ limit: 7 }, 'limit'],
    [{ afterPosition: 3 }, 'needs a chain'],
    [{ chain: 'main', afterPosition: -1 }, 'afterPosition'],
    [{ format: '' }, 'format'],
    [{ actor: 'u-1' }, 'actor'],
    [{ from: new Date('x') }, 'from'],
  ])('refuses %j at once', (request, message) => {
    expect(() => checkExport(request as ExportRequest)).toThrow(message);
  });

  it('refuses a chain that is not there, and records nothing', async () => {
    await expect(log.places({ chain: 'mian' })).rejects.toThrow('There are: main, tenant:b.');
    expect(log.told).toEqual([]);
  });
});
