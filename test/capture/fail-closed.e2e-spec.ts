import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditEvent } from 'nestjs-audited';
import { asUser } from '../support/header-user.guard.js';
import { PLATFORMS } from '../support/platforms.js';
import { ALICE, clearStage, linked, requiredApp, stage } from '../support/required.controller.js';
import { until, type TestApp } from '../support/test-app.js';

beforeEach(clearStage);

/** Takes the write lock of the database, as another process would; gives it back by the function. */
function lock(app: TestApp): () => void {
  const connection = app.connection();
  connection.exec('BEGIN IMMEDIATE');
  return () => {
    connection.exec('ROLLBACK');
    connection.close();
  };
}

/** Everything that reaches the store in the end: a record made now comes after all earlier ones. */
async function settled(app: TestApp): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  await until(async () => {
    const { status } = await app.audit.record({ type: 'payment.undone', action: 'marker' });
    events.push(...(await app.fresh()));
    return status === 'durable';
  });
  return events.filter(({ action }) => action !== 'marker');
}

describe.each(PLATFORMS)('the level "required" while nothing can be recorded, on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await requiredApp(platform).start();
  });
  afterAll(() => app.close());

  const NOTHING_DONE = {
    statusCode: 503,
    error: 'Service Unavailable',
    code: 'AUDIT_NOT_RECORDED',
    message: expect.stringContaining('Nothing was done') as unknown,
  };

  it('refuses before the handler runs, and records the attempt when that is possible again', async () => {
    const release = lock(app);
    const answer = await app.post('/required/pay/7', {}, asUser(ALICE));
    expect([answer.status, JSON.parse(answer.text)]).toEqual([503, NOTHING_DONE]);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect((await app.request('/required/bare')).status).toBe(200);
    release();
    expect(stage.calls).toEqual([]);

    const events = await settled(app);
    for (const event of events.filter(({ stage }) => stage === 'outcome')) {
      expect(event).toMatchObject({ outcome: 'failure', transport: { status: 503 }, actor: { id: 'alice' } });
    }
    expect((await app.post('/required/pay/7')).status).toBe(201);
    linked(await settled(app));
  });

  it('refuses through the exception filters of the application', async () => {
    const release = lock(app);
    const answer = await app.request('/required/own-words');
    release();
    expect([answer.status, JSON.parse(answer.text)]).toEqual([503, { own: NOTHING_DONE }]);
    expect(stage.calls).toEqual([]);
    await settled(app);
  });

  it('does not let an interceptor make a success of an action that was refused', async () => {
    const release = lock(app);
    const answer = await app.request('/required/soothed');
    release();
    expect([answer.status, JSON.parse(answer.text)]).toEqual([503, NOTHING_DONE]);
    expect(stage.calls).toEqual([]);
    await settled(app);
  });

  it('does not run the handler once a time-out of the application has answered', async () => {
    const release = lock(app);
    await app.request('/required/timed');
    release();
    await settled(app);
    expect(stage.calls).toEqual([]);
  });

  it('records a client that left before its intent could be kept, if it can be recorded at all', async () => {
    const release = lock(app);
    const request = app.open('/required/text');
    await new Promise((sent) => request.once('finish', sent));
    request.destroy();
    await app.request('/required/bare');
    release();
    for (const event of await settled(app)) {
      expect(event).toMatchObject(event.stage === 'intent' ? { outcome: 'pending' } : { reason: 'client_aborted' });
    }
  });

  it('answers a refusal that could not be recorded with 503 too', async () => {
    const release = lock(app);
    const answer = await app.request('/required/forbidden');
    release();
    expect([answer.status, JSON.parse(answer.text)]).toEqual([503, NOTHING_DONE]);
    await settled(app);
  });

  it.each([
    ['/required/cookie', 'GET'],
    ['/required/promise/1', 'POST'],
    ['/required/text', 'GET'],
    ['/required/missing', 'GET'],
  ])('withholds the answer when the outcome could not be recorded: %s %#', async (path, method) => {
    let release = (): void => undefined;
    stage.meanwhile = () => (release = lock(app));
    const answer = await app.request(path, { method });
    release();

    expect(answer.status).toBe(503);
    const body = JSON.parse(answer.text) as { readonly intentId: string };
    expect(body).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      code: 'AUDIT_OUTCOME_NOT_RECORDED',
      message: expect.stringContaining('The action ran') as unknown,
      intentId: expect.any(String) as unknown,
    });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(Number(answer.headers.get('content-length'))).toBe(Buffer.byteLength(answer.text));
    for (const name of ['etag', 'set-cookie', 'location', 'retry-after', 'content-encoding']) {
      expect(answer.headers.get(name)).toBeNull();
    }
    expect(answer.headers.get('x-audit-id')).not.toBeNull();
    const [intent] = await settled(app);
    expect(intent).toMatchObject({ id: body.intentId, stage: 'intent' });
  });

  it('breaks a stream off whose head has left: nobody takes the part for the whole', async () => {
    let release = (): void => undefined;
    stage.meanwhile = () => (release = lock(app));
    await expect(app.request('/required/written')).rejects.toThrow();
    release();
    expect(stage.calls).toEqual(['written']);
    await settled(app);
  });

  it('keeps a connection alive over a withheld answer', async () => {
    let release = (): void => undefined;
    stage.meanwhile = () => (release = lock(app));
    const first = 'GET /required/text HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const second = 'GET /required/bare HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const text = await app.raw(first + second);
    release();
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 503', 'HTTP/1.1 200']);
    await settled(app);
  });
});

describe.each(PLATFORMS)('the level "required" with a spool, while the database is down, on %s', (platform) => {
  it('runs and answers: the spool keeps intent and outcome, and both reach the chain in order', async () => {
    const app = await requiredApp(platform).audit({ spool: {} }).start();
    const release = lock(app);
    const answer = await app.post('/required/pay/7');
    expect([answer.status, stage.calls]).toEqual([201, ['pay']]);
    release();
    const [, outcome] = linked(await app.eventually(2));
    expect(outcome).toMatchObject({ id: answer.headers.get('x-audit-id'), spooled: true });
    await app.close();
  });

  it('runs and answers with the policy "drop-and-count", although nothing can be kept', async () => {
    const app = await requiredApp(platform)
      .audit({ spool: { maxBytes: 4096, maxSegmentBytes: 4096, whenFull: 'drop-and-count' } })
      .start();
    const release = lock(app);
    let answers = 0;
    await until(async () => {
      const answer = await app.post('/required/pay/7');
      expect([answer.status, JSON.parse(answer.text)]).toEqual([201, { is: 'paid', id: 7 }]);
      answers += 1;
      return Object.values(app.audit.status().events.lost).some((count) => count > 1);
    });
    expect(stage.calls).toHaveLength(answers);
    release();
    await until(() => app.audit.status().mode === 'store');
    // The next record that the store takes brings the loss with it.
    await app.post('/required/pay/7');
    await until(() => app.audit.status().losses === undefined);
    expect((await app.fresh()).map(({ type }) => type)).toContain('audit.loss');
    await app.close();
  });
});

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** As sessions do it: a cookie is set when the head is written, and something is saved before the end. */
const session: Middleware = (_request, response, next) => {
  // oxlint-disable-next-line typescript/unbound-method -- only ever applied to the response itself
  const { writeHead, end } = response;
  response.writeHead = ((...args: Parameters<ServerResponse['writeHead']>) => {
    response.setHeader('set-cookie', 'session=1');
    return writeHead.apply(response, args);
  }) as ServerResponse['writeHead'];
  response.end = ((...args: Parameters<ServerResponse['end']>) => {
    setImmediate(() => {
      stage.calls.push('saved');
      end.apply(response, args);
    });
    return response;
  }) as ServerResponse['end'];
  next();
};

/** As small compressors do it: the headers are set when the body ends. */
const encodeAtEnd: Middleware = (_request, response, next) => {
  // oxlint-disable-next-line typescript/unbound-method -- only ever applied to the response itself
  const { end } = response;
  response.end = ((body?: string | Buffer) => {
    const encoded = Buffer.from(String(body ?? '')).toString('base64');
    response.setHeader('content-encoding', 'x-base64');
    response.setHeader('content-length', encoded.length);
    return end.call(response, encoded, 'utf8');
  }) as ServerResponse['end'];
  next();
};

describe('the level "required" behind middleware on express', () => {
  it.each([
    ['sessions', session],
    ['compressors', encodeAtEnd],
  ])('%s work on answers, and leave nothing on the one that replaces them', async (_name, middleware) => {
    const app = await requiredApp('express')
      .with((nest) => nest.use(middleware))
      .start();
    const fine = await app.request('/required/headed');
    expect([fine.status, fine.headers.get('x-own')]).toEqual([203, 'one, two']);
    expect(fine.headers.has('set-cookie') || fine.headers.has('content-encoding')).toBe(true);

    let release = (): void => undefined;
    stage.meanwhile = () => (release = lock(app));
    const withheld = await app.request('/required/text');
    release();
    expect([withheld.status, withheld.headers.get('set-cookie'), withheld.headers.get('content-encoding')]).toEqual([
      503,
      null,
      null,
    ]);
    expect(JSON.parse(withheld.text)).toMatchObject({ code: 'AUDIT_OUTCOME_NOT_RECORDED' });
    await settled(app);
    await app.close();
  });
});
