import type { AuditEvent, AuditRecord } from 'nestjs-audited';
import { apiApp, got, inRole, openStream } from '../support/http-api.js';
import { PLATFORMS } from '../support/platforms.js';
import { SentEvents } from '../support/server-sent-events.js';
import { onlyOne, until, type TestApp } from '../support/test-app.js';

const READER = inRole('admin');

describe.each(PLATFORMS)('the live tail on %s', (platform) => {
  let app: TestApp;

  beforeEach(async () => {
    app = await apiApp(platform, { heartbeatMs: 100, limits: { streams: 2 } }).start();
  });
  afterEach(() => app.nest.close());

  async function follow(
    query = '',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly tail: SentEvents; readonly leave: () => void }> {
    const { response, leave } = await openStream(app, `stream${query}`, { ...READER, ...headers });
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    return { tail: new SentEvents(response), leave };
  }

  const record = async (type: string, tenantId = 't-1'): Promise<string> =>
    (await app.audit.record({ type, actor: { kind: 'user', id: 'u-1', tenantId, email: 'ada@example.com' } })).id;

  const reads = async (): Promise<readonly AuditEvent[]> =>
    (await app.audit.find({ type: 'audit.read', order: 'oldest' })).records.map(({ event }) => event);

  it('sends what is recorded from now on, each with its id, and what was before is not in it', async () => {
    await record('order.before');
    const { tail, leave } = await follow('?type=order.*');
    const ids = [await record('order.placed'), await record('other'), await record('order.cancelled')];
    const events = await tail.first(2);
    expect(events.map(({ id, event }) => [id, event])).toEqual([
      [ids[0], 'audit'],
      [ids[2], 'audit'],
    ]);
    expect(JSON.parse(events[0]?.data ?? '')).toMatchObject({
      event: { type: 'order.placed' },
      seal: { chain: 'main' },
    });
    expect(tail.response.headers['cache-control']).toBe('no-store, no-transform');
    leave();
  });

  it('leaves one record of its beginning and one of its end, and does not tell of itself', async () => {
    const { tail, leave } = await follow('?type=order.*');
    await record('order.placed');
    await record('order.placed');
    await tail.first(2);
    expect(await reads()).toMatchObject([{ stage: 'intent', outcome: 'pending', actor: { id: 'u-admin' } }]);
    leave();
    await until(async () => (await reads()).length > 1);
    const [intent, outcome, ...others] = await reads();
    expect(others).toEqual([]);
    expect(outcome).toMatchObject({
      stage: 'outcome',
      outcome: 'success',
      causationId: intent?.id,
      details: { query: { type: 'order.*' }, sent: 2, ended: 'client' },
    });
  });

  it('shows that it lives', async () => {
    const { tail, leave } = await follow();
    await until(() => tail.comments >= 4);
    leave();
  });

  it.each(['header', 'parameter'])('goes on right behind the last event that a client got, by %s', async (way) => {
    const first = await record('order.1');
    const later = [await record('order.2'), await record('order.3')];
    const { tail, leave } =
      way === 'header'
        ? // The client repeats its old address; the header is newer.
          await follow(`?type=order.*&lastEventId=${later[1]}`, { 'last-event-id': first })
        : await follow(`?type=order.*&lastEventId=${first}`);
    expect((await tail.first(2)).map(({ id }) => id)).toEqual(later);
    const fresh = await record('order.4');
    expect((await tail.first(3))[2]?.id).toBe(fresh);
    leave();
  });

  it.each([
    ['header', 'no-id'],
    ['header', '0192f0c1-2345-7abc-8def-0123456789ab'],
    ['parameter', 'no-id'],
    ['parameter', '0192f0c1-2345-7abc-8def-0123456789ab'],
  ])('refuses to go on behind what is no event: %s %s', async (way, id) => {
    const { status, body } = await (way === 'header'
      ? got(app, 'stream', { ...READER, 'last-event-id': id })
      : got(app, `stream?lastEventId=${id}`, READER));
    expect([status, body.type]).toEqual([400, 'urn:nestjs-audited:problem:query-invalid']);
    expect(['Last-Event-ID', 'lastEventId']).toContain(body.parameter);
  });

  it('tells nobody of others: tenants, personal data, resuming', async () => {
    const foreign = await record('order.foreign', 't-2');
    const { response, leave } = await openStream(app, 'stream', inRole('reader', ['t-1']));
    const tail = new SentEvents(response);
    await record('order.foreign', 't-2');
    const own = await record('order.own', 't-1');
    const [event] = await tail.first(1);
    expect(event?.id).toBe(own);
    const { event: seen, ...rest } = JSON.parse(event?.data ?? '') as AuditRecord;
    expect([seen.actor.email, rest.masked]).toEqual([undefined, true]);
    leave();
    const resumed = await got(app, `stream?lastEventId=${foreign}`, inRole('reader', ['t-1']));
    expect([resumed.status, resumed.body.parameter]).toEqual([400, 'lastEventId']);
    const personal = await got(app, 'stream?actorEmail=ada@example.com', inRole('reader'));
    expect([personal.status, personal.body.permission]).toEqual([403, 'read-personal']);
  });

  it('has a limit of its own, and a place that was left is free again', async () => {
    const first = await follow();
    const second = await follow();
    const third = await got(app, 'stream', READER);
    expect([third.status, third.body.type, third.headers.get('retry-after')]).toEqual([
      503,
      'urn:nestjs-audited:problem:busy',
      '30',
    ]);
    first.leave();
    await until(async () => {
      const { response, leave } = await openStream(app, 'stream', READER);
      leave();
      return response.statusCode === 200;
    });
    second.leave();
  });

  it('ends cleanly when the application shuts down', async () => {
    const { tail } = await follow('?type=order.*');
    const id = await record('order.placed');
    await tail.first(1);
    await app.nest.close();
    await until(() => tail.ended);
    expect([tail.response.complete, tail.events.map((event) => event.id)]).toEqual([true, [id]]);
  });

  it('loses nothing for a client that reads slowly', async () => {
    const { response, leave } = await openStream(app, 'stream?type=large', READER);
    response.pause();
    const filling = 'x'.repeat(20_000);
    const sent = await Promise.all(
      Array.from({ length: 400 }, () => app.audit.record({ type: 'large', details: { filling } })),
    );
    const tail = new SentEvents(response);
    response.resume();
    const events = await tail.first(400);
    expect(new Set(events.map(({ id }) => id))).toEqual(new Set(sent.map(({ id }) => id)));
    leave();
  });
});

it('AuditService.tail follows the log in code', async () => {
  const app = await apiApp('express').start();
  const stop = new AbortController();
  const { id: begin } = await app.audit.record({ type: 'order.before' });
  const query = { type: 'order.*', not: { outcome: 'failure' } } as const;
  const tail = app.audit.tail(query, { signal: stop.signal, after: begin });
  await app.audit.record({ type: 'order.a' });
  await app.audit.record({ type: 'order.b', outcome: 'failure' });
  await app.audit.record({ type: 'order.c' });
  const seen = [(await tail.next()).value, (await tail.next()).value] as AuditRecord[];
  expect(seen.map(({ event }) => event.type)).toEqual(['order.a', 'order.c']);
  const last = tail.next();
  stop.abort();
  expect(await last).toEqual({ done: true, value: undefined });
  await expect(app.audit.tail({ type: '' }).next()).rejects.toMatchObject({ code: 'AUDIT_QUERY_INVALID' });
  const after = onlyOne((await app.audit.find({ type: 'order.b' })).records).event.id;
  const resumed = app.audit.tail({ type: 'order.*' }, { after });
  expect(((await resumed.next()).value as AuditRecord).event.type).toBe('order.c');
  await resumed.return();
  await app.nest.close();
});
