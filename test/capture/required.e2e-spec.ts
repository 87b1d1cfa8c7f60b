import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { asUser } from '../support/header-user.guard.js';
import { PLATFORMS } from '../support/platforms.js';
import { ALICE, clearStage, linked, requiredApp, stage } from '../support/required.controller.js';
import { onlyOne, until, type TestApp } from '../support/test-app.js';

beforeEach(clearStage);

describe.each(PLATFORMS)('the level "required" on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await requiredApp(platform).start();
  });
  afterAll(() => app.close());

  it('has the intent in the file before the handler runs, and the outcome before the answer arrives', async () => {
    const connection = app.connection({ readonly: true });
    const stored = connection.prepare('SELECT type, stage, outcome, status FROM audit_records ORDER BY sequence');
    let seen: unknown[] = [];
    stage.meanwhile = () => (seen = stored.all());

    const answer = await app.post('/required/pay/7?why=rent', {}, asUser(ALICE));
    expect([answer.status, JSON.parse(answer.text)]).toEqual([201, { is: 'paid', id: 7 }]);
    expect(seen).toEqual([{ type: 'payment.started', stage: 'intent', outcome: 'pending', status: null }]);
    expect(stored.all()).toHaveLength(2);
    connection.close();

    const [intent, outcome] = linked(await app.fresh());
    const known = { actor: { id: 'alice', roles: ['payer'] }, resource: { type: 'payment', id: '7' } };
    expect(intent).toMatchObject({ ...known, details: { why: 'rent' }, transport: { route: '/required/pay/:id' } });
    expect(intent).not.toHaveProperty('durationMs');
    expect(outcome).toMatchObject({
      ...known,
      id: answer.headers.get('x-audit-id'),
      type: 'payment.made',
      outcome: 'success',
      details: { why: 'rent', is: 'paid' },
      transport: { status: 201 },
    });
  });

  it('takes the main type for the intent where none is given for it', async () => {
    await app.request('/required/main', { method: 'DELETE' });
    const [intent, outcome] = linked(await app.fresh());
    expect([intent.type, outcome.type]).toEqual(['payment.undone', 'payment.undone']);
  });

  it.each([
    ['/required/promise/1', 'POST', 201, '{"is":"paid"}'],
    ['/required/observable', 'GET', 200, '{"is":["observable"]}'],
    ['/required/text', 'GET', 200, 'äöü'],
    ['/required/file', 'GET', 200, 'one,two,three'],
    ['/required/written', 'GET', 206, 'first,last'],
    ['/required/headed', 'GET', 203, 'body'],
    ['/required/events', 'GET', 200, 'event'],
    ['/required/second-thoughts', 'GET', 200, '{"first":"answer"}'],
  ])('answers as ever: %s', async (path, method, status, text) => {
    const answer = await app.request(path, { method });
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
    const [, outcome] = linked(await app.fresh());
    expect(outcome).toMatchObject({ outcome: 'success', transport: { status } });
  });

  it('keeps what a handler wrote into the head by hand', async () => {
    const [written, headed] = [await app.request('/required/written'), await app.request('/required/headed')];
    expect(written.headers.get('x-own')).toBe('yes');
    expect(headed.headers.get('x-own')).toBe('one, two');
    // As Node says it of a head that was written, although this one still waits.
    expect(stage.calls.at(-1)).toBe('sent: true');
    expect(await app.fresh()).toHaveLength(4);
  });

  it('sends the same head as without the audit trail', async () => {
    const headersOf = async (path: string): Promise<Record<string, string>> => {
      const { headers } = await app.request(path);
      const { 'x-audit-id': _auditId, date: _date, etag: _etag, ...rest } = Object.fromEntries(headers);
      return rest;
    };
    expect(await headersOf('/required/text')).toEqual(await headersOf('/required/bare'));
    expect(await app.fresh()).toHaveLength(2);
  });

  it('links the failure of a handler to its intent', async () => {
    expect((await app.request('/required/missing')).status).toBe(404);
    const [, outcome] = linked(await app.fresh());
    expect(outcome).toMatchObject({ outcome: 'failure', error: { type: 'NotFoundException' } });
  });

  it.each([
    ['/required/forbidden', 'GET', 403, 'denied'],
    ['/required/limited', 'GET', 429, 'denied'],
    ['/required/pay/seven', 'POST', 400, 'failure'],
  ])('has no intent where the handler is never reached: %s', async (path, method, status, outcome) => {
    expect((await app.request(path, { method })).status).toBe(status);
    const event = onlyOne(await app.fresh());
    expect(event).toMatchObject({ stage: 'outcome', outcome, transport: { status } });
    expect(event).not.toHaveProperty('causationId');
    expect(stage.calls).toEqual([]);
  });

  it('announces once, however often an interceptor calls the handler', async () => {
    expect((await app.request('/required/retried')).text).toBe('at last');
    expect(stage.calls).toEqual(['retried', 'retried', 'retried']);
    linked(await app.fresh());
  });

  it('reads the state before the action first; the intent is the last thing before the handler', async () => {
    const connection = app.connection({ readonly: true });
    const count = connection.prepare('SELECT count(*) AS count FROM audit_records');
    const counts: unknown[] = [];
    stage.meanwhile = () => counts.push((count.get() as { count: number }).count);
    await app.request('/required/changed');
    connection.close();
    expect(stage.calls).toEqual(['before', 'handler']);
    expect(Number(counts[1]) - Number(counts[0])).toBe(1);
    const [intent, outcome] = linked(await app.fresh());
    expect(intent).not.toHaveProperty('changes');
    expect(outcome.changes).toEqual([{ field: 'price', before: 1, after: 2 }]);
  });

  it('records a client that leaves while the handler runs, and how the handler ended', async () => {
    let finish = (): void => undefined;
    stage.meanwhile = () => new Promise<void>((resolve) => (finish = resolve));
    const closed = new Promise<void>((resolve) => {
      (app.nest.getHttpServer() as Server).once('connection', (socket: Socket) =>
        socket.once('close', () => resolve()),
      );
    });
    const request = app.open('/required/slow');
    await until(() => stage.calls.length > 0);
    request.destroy();
    await closed;
    finish();
    const [, outcome] = linked(await app.eventually(2));
    expect(outcome).toMatchObject({
      outcome: 'unknown',
      reason: 'client_aborted',
      details: { handler: 'returned' },
    });
  });
});
