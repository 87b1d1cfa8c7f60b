import {
  AuditDestinations,
  AuditService,
  type AuditExporter,
  type DeadLetter,
  type DeliveryReceipt,
  type DestinationStatus,
} from 'nestjs-audited';
import { AuditHttpModule } from 'nestjs-audited/http';
import { accessOfUser } from '../support/audit-access.js';
import { asUser, HeaderUserGuard } from '../support/header-user.guard.js';
import { PLATFORMS } from '../support/platforms.js';
import { testApp, type Answer, type TestApp } from '../support/test-app.js';

const AUDITOR = asUser({ id: 'u-auditor', roles: ['auditor'] });
const OPERATOR = asUser({ id: 'u-operator', roles: ['operator'] });
const JSON_BODY = { 'content-type': 'application/json' };

describe.each(PLATFORMS)('the API of destinations on %s', (platform) => {
  let app: TestApp;
  let isMended = false;
  let poisonId = '';

  const picky: AuditExporter = {
    type: 'picky',
    endpoint: 'memory',
    deliver: ({ events }) => {
      const index = events.findIndex(({ record }) => record.event.id === poisonId);
      return Promise.resolve(
        index < 0 || isMended ? { status: 'delivered' } : { status: 'poison', reason: 'bad field', index },
      );
    },
  };

  beforeAll(async () => {
    const http = AuditHttpModule.forRoot({ guards: [HeaderUserGuard], access: accessOfUser });
    app = await testApp(platform)
      .audit({
        destinations: [{ name: 'picky', exporter: picky, lingerMs: 0 }],
        delivery: { pollMs: 50, settleEveryMs: 20 },
      })
      .importsAfter(http)
      .start();
    const audit = app.nest.get(AuditService);
    const destinations = app.nest.get(AuditDestinations);
    await destinations.pause('picky');
    poisonId = (await audit.record({ type: 'order.placed' })).id;
    await destinations.resume('picky');
    await destinations.settled('picky', 10_000);
  });

  afterAll(() => app.nest.close());

  const get = (path: string, headers = OPERATOR): Promise<Answer> => app.request(`/v1/audit/${path}`, { headers });
  const post = (path: string, body: unknown, headers = OPERATOR): Promise<Answer> =>
    app.request(`/v1/audit/${path}`, {
      method: 'POST',
      headers: { ...JSON_BODY, ...headers },
      body: JSON.stringify(body),
    });
  const read = <Body>({ text }: Answer): Body => JSON.parse(text) as Body;
  const lastOf = async (type: string) => (await app.audit.find({ type, limit: 1 })).records[0]?.event;

  it('tells how destinations do, what they did not take, and where an event is', async () => {
    expect(read<DestinationStatus[]>(await get('destinations'))).toMatchObject([
      { name: 'picky', type: 'picky', state: 'active', leader: 'this', deadLetters: { dead: 1 } },
    ]);
    expect(read<{ deadLetters: DeadLetter[] }>(await get('dead-letters?destination=picky&state=dead'))).toMatchObject({
      deadLetters: [{ eventId: poisonId, cause: 'refused', reason: 'bad field' }],
    });
    expect(read<DeliveryReceipt[]>(await get(`events/${poisonId}/receipts`))).toStrictEqual([
      { destination: 'picky', state: 'dead', reason: 'bad field' },
    ]);
    expect(await lastOf('audit.read')).toMatchObject({ actor: { id: 'u-operator' }, outcome: 'success' });
  });

  it('lets nobody change anything who may only read, and records the attempt', async () => {
    expect((await post('destinations/picky/pause', {}, AUDITOR)).status).toBe(403);
    expect((await post('dead-letters/discard', { all: true, reason: 'x' }, AUDITOR)).status).toBe(403);
    expect(await lastOf('audit.denied')).toMatchObject({ actor: { id: 'u-auditor' }, outcome: 'denied' });
    expect(read<DestinationStatus[]>(await get('destinations'))).toMatchObject([{ state: 'active' }]);
  });

  it('pauses, rewinds and resumes for operators, whose name is in the record of the act', async () => {
    expect((await post('destinations/picky/pause', { reason: 'maintenance', ticket: 'OPS-1' })).status).toBe(204);
    expect(read<DestinationStatus[]>(await get('destinations'))).toMatchObject([{ state: 'paused' }]);
    expect(await lastOf('audit.destination_changed')).toMatchObject({
      actor: { id: 'u-operator' },
      reason: 'maintenance',
      ticket: 'OPS-1',
      resource: { id: 'picky' },
    });
    expect((await post('destinations/picky/rewind', { to: 'now' })).status).toBe(204);
    expect((await post('destinations/picky/resume', {})).status).toBe(204);
    expect(read<DestinationStatus[]>(await get('destinations'))).toMatchObject([{ state: 'active' }]);
  });

  it('sends dead letters again, and discards them with a reason only', async () => {
    expect((await post('dead-letters/discard', { all: true })).status).toBe(400);
    expect(read(await post('dead-letters/discard', { destination: 'other', reason: 'none' }))).toStrictEqual({
      discarded: 0,
    });
    isMended = true;
    expect(read(await post('dead-letters/replay', { eventId: poisonId, reason: 'mended' }))).toStrictEqual({
      replaying: 1,
    });
    expect(await lastOf('audit.dead_letter_replayed')).toMatchObject({ actor: { id: 'u-operator' }, reason: 'mended' });
  });

  it.each<[string, unknown, number, string]>([
    ['destinations/nowhere/pause', {}, 404, 'Known: "picky"'],
    ['destinations/picky/rewind', {}, 400, '"to" or "position" has to be given'],
    ['destinations/picky/rewind', { to: 'yesterday' }, 400, '"to" is no place'],
    ['destinations/picky/rewind', { position: 1e9 }, 400, 'Give a whole number from 0 to'],
    ['destinations/picky/rewind', { position: '1 OR 1=1' }, 400, '"position" is no such number'],
    ['destinations/picky/pause', { why: 'x' }, 400, '"why" is unknown'],
    ['dead-letters/replay', {}, 400, 'nothing is named'],
    ['dead-letters/replay', { all: true, eventId: 'x' }, 400, 'goes with nothing else'],
    ['dead-letters/replay', { all: 'yes' }, 400, '"all" must be true'],
    ['dead-letters/replay', { sequences: ['x'] }, 400, '"sequences" is no such number'],
    ['dead-letters/replay', ['x'], 400, 'The body is no JSON object'],
  ])('refuses POST %s with %j', async (path, body, status, cure) => {
    const answer = await post(path, body);
    expect([answer.status, answer.text.replaceAll('\\"', '"')]).toEqual([status, expect.stringContaining(cure)]);
  });

  it.each<[string, string]>([
    ['destinations?name=picky', '"name" is unknown'],
    ['dead-letters?state=gone', 'Use one of: dead, replaying, discarded'],
    ['dead-letters?state=dead&state=dead', 'is given more than once'],
    ['dead-letters?limit=0', 'Give a whole number from 1 to 1000'],
    ['dead-letters?destination=a&destination=b', 'is given more than once'],
    ['dead-letters?colour=red', '"colour" is unknown'],
    ['events/no-id/receipts', 'is not the id of an event'],
  ])('refuses GET %s', async (path, cure) => {
    const answer = await get(path);
    expect([answer.status, answer.text.replaceAll('\\"', '"')]).toEqual([400, expect.stringContaining(cure)]);
  });
});
