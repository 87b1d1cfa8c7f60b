import { setTimeout as delay } from 'node:timers/promises';
import { Body, Controller, Get, Inject, Injectable, Param, Post, Put } from '@nestjs/common';
import { Audited, AuditService } from 'nestjs-audited';
import { asUser, HeaderUserGuard } from '../support/header-user.guard.js';
import { PLATFORMS } from '../support/platforms.js';
import { onlyOne, testApp, type TestApp } from '../support/test-app.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';

@Injectable()
class Ledger {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  /** Deep below a request, after a few turns of the event loop. */
  async book(amount: number): Promise<string | undefined> {
    await delay(amount % 5);
    await Promise.all([delay(1), Promise.resolve()]);
    await this.audit.record({ type: 'ledger.booked', details: { amount } });
    return this.audit.currentEventId();
  }

  async bookAsRobot(amount: number): Promise<void> {
    await this.audit.runAs({ kind: 'service', id: 'robot' }, () => this.book(amount));
  }
}

@Controller('context')
class ContextController {
  constructor(
    private readonly ledger: Ledger,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Post('book') @Audited('context.book') async book(@Body() body: { amount: number }): Promise<object> {
    return { eventId: await this.ledger.book(body.amount), correlationId: this.audit.currentCorrelationId() };
  }

  @Post('robot') @Audited('context.robot') async robot(): Promise<void> {
    await this.ledger.bookAsRobot(3);
  }

  @Post('unaudited') async unaudited(): Promise<object> {
    await this.ledger.book(2);
    return { eventId: await this.ledger.book(1), enriched: this.audit.enrich({ reason: 'nobody listens' }) };
  }

  @Put('items/:id')
  @Audited('item.change', { resource: { type: 'item', id: 'params.id' }, details: ['body.note'] })
  change(@Param('id') id: string): boolean {
    this.audit.enrich({ details: { first: 1 }, before: { price: 1, name: 'pen' }, reason: 'sale' });
    return this.audit.enrich({
      details: { second: 2 },
      resource: { type: 'item', id, name: 'Pen' },
      after: { price: 2, name: 'pen' },
      ticket: 'CHG-1',
      targets: [{ type: 'shelf', id: 's-1' }],
      severity: 'warning',
      sessionId: 'session-1',
    });
  }

  @Post('login') @Audited('context.login') login(@Body() body: { username: string }): void {
    this.audit.enrich({ actor: { kind: 'user', id: body.username } });
    void this.audit.record({ type: 'context.after-login' });
  }

  @Get('throws') @Audited('context.throws') throws(): never {
    this.audit.enrich({ details: { reached: 'almost' } });
    throw new Error('after the enrichment');
  }

  @Get('plain') @Audited('context.plain') plain(): string {
    return 'plain';
  }
}

describe.each(PLATFORMS)('the context on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .controllers(ContextController)
      .providers(Ledger)
      .with((nest) => nest.useGlobalGuards(new HeaderUserGuard()))
      .start();
  });
  afterAll(() => app.close());

  it('gives a service below who acts, what it belongs to and what caused it', async () => {
    const answer = await app.post(
      '/context/book',
      { amount: 5 },
      {
        ...asUser({ id: 'u-1', roles: ['teller'] }),
        'x-correlation-id': 'order-77',
        traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`,
        'user-agent': 'till/1',
      },
    );
    const [booked, action] = await app.fresh();

    expect(JSON.parse(answer.text)).toEqual({ eventId: action?.id, correlationId: 'order-77' });
    const shared = {
      actor: { kind: 'user', id: 'u-1', roles: ['teller'], ip: '127.0.0.1', userAgent: 'till/1' },
      correlationId: 'order-77',
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      outcome: 'success',
    };
    expect(action).toMatchObject({ ...shared, type: 'context.book', id: answer.headers.get('x-audit-id') });
    expect(booked).toMatchObject({
      ...shared,
      type: 'ledger.booked',
      causationId: action?.id,
      details: { amount: 5 },
      transport: { kind: 'manual' },
    });
    expect(action?.causationId).toBeUndefined();
  });

  it('is another actor within runAs, and the same correlation', async () => {
    const answer = await app.post('/context/robot', {}, asUser({ id: 'u-1' }));
    const [booked, action] = await app.fresh();
    expect(action).toMatchObject({ type: 'context.robot', actor: { id: 'u-1' } });
    expect(booked).toMatchObject({
      type: 'ledger.booked',
      actor: { kind: 'service', id: 'robot' },
      correlationId: answer.headers.get('x-audit-id'),
      causationId: action?.id,
    });
  });

  it('knows the actor below a route that is not audited, too', async () => {
    const answer = await app.post('/context/unaudited', {}, { ...asUser({ id: 'u-1' }), 'user-agent': 'till/1' });
    expect(JSON.parse(answer.text)).toEqual({ enriched: false });
    const [first, second, ...others] = await app.fresh();
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      type: 'ledger.booked',
      actor: { kind: 'user', id: 'u-1', ip: '127.0.0.1', userAgent: 'till/1' },
    });
    expect(first?.causationId).toBeUndefined();
    expect(first?.correlationId).toBe(second?.correlationId);
  });

  it('is the system itself outside of any request', async () => {
    await app.audit.record({ type: 'nightly.cleanup' });
    expect(onlyOne(await app.fresh())).toMatchObject({ type: 'nightly.cleanup', actor: { kind: 'system' } });
  });

  it('takes facts from inside a handler', async () => {
    const answer = await app.request('/context/items/9', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ note: 'half price' }),
    });
    expect(answer.text).toBe('true');
    expect(onlyOne(await app.fresh())).toMatchObject({
      type: 'item.change',
      resource: { type: 'item', id: '9', name: 'Pen' },
      details: { note: 'half price', first: 1, second: 2 },
      changes: [{ field: 'price', before: 1, after: 2 }],
      reason: 'sale',
      ticket: 'CHG-1',
      targets: [{ type: 'shelf', id: 's-1' }],
      severity: 'warning',
      sessionId: 'session-1',
    });
  });

  it('takes the actor from a log-in, with the address of the client', async () => {
    await app.post('/context/login', { username: 'ada' }, { 'user-agent': 'browser/1' });
    const events = await app.eventually(2);
    const actor = { kind: 'user', id: 'ada', ip: '127.0.0.1', userAgent: 'browser/1' };
    expect(events.find(({ type }) => type === 'context.login')?.actor).toEqual(actor);
    expect(events.find(({ type }) => type === 'context.after-login')?.actor).toEqual(actor);
  });

  it('keeps what a handler said before it threw', async () => {
    const { event } = await app.one('/context/throws');
    expect(event).toMatchObject({ outcome: 'failure', details: { reached: 'almost' } });
  });

  it('never mixes concurrent requests', async () => {
    const users = Array.from({ length: 50 }, (_, index) => `user-${index}`);
    await Promise.all(
      users.map((id, index) =>
        app.post('/context/book', { amount: index }, { ...asUser({ id }), 'x-correlation-id': `flow-${index}` }),
      ),
    );
    const events = await app.fresh();
    expect(events).toHaveLength(100);
    for (const [index, id] of users.entries()) {
      const own = events.filter(({ actor }) => actor.id === id);
      expect(own.map(({ type }) => type).sort()).toEqual(['context.book', 'ledger.booked']);
      expect(new Set(own.map(({ correlationId }) => correlationId))).toEqual(new Set([`flow-${index}`]));
      const booked = own.find(({ type }) => type === 'ledger.booked');
      expect(booked?.details).toEqual({ amount: index });
      expect(booked?.causationId).toBe(own.find(({ type }) => type === 'context.book')?.id);
    }
  });

  it.each(['order-77', 'a', 'A.b_c:d=e+f/g-h', 'x'.repeat(128), '01a1ff52-7b0d-7e11-8b11-0c8f3c2c7a10'])(
    'takes a well-formed correlation id: %s',
    async (correlationId) => {
      const { event } = await app.one('/context/plain', { headers: { 'x-correlation-id': correlationId } });
      expect(event.correlationId).toBe(correlationId);
    },
  );

  it.each([
    ['spaces', 'two words'],
    ['a tab', 'two\twords'],
    ['quotes', '"}{"admin":true'],
    ['letters outside ASCII', 'Ã¼ml'],
    ['more than 128 characters', 'x'.repeat(129)],
    ['ten kilobytes', 'x'.repeat(10_000)],
    ['nothing', ''],
  ])('ignores a malformed correlation id: %s', async (_what, correlationId) => {
    const { event } = await app.one('/context/plain', { headers: { 'x-correlation-id': correlationId } });
    expect(event.correlationId).toBe(event.id);
  });

  it.each([
    ['the version is the forbidden one', `ff-${TRACE_ID}-${SPAN_ID}-01`],
    ['the trace id is zero', `00-${'0'.repeat(32)}-${SPAN_ID}-01`],
    ['the span id is zero', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['letters are upper case', `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`],
    ['it is too short', `00-${TRACE_ID}-01`],
    ['version 00 has a tail', `00-${TRACE_ID}-${SPAN_ID}-01-extra`],
    ['it is no trace at all', 'hello'],
  ])('ignores a traceparent when %s', async (_why, traceparent) => {
    const { event } = await app.one('/context/plain', { headers: { traceparent } });
    expect([event.traceId, event.spanId]).toEqual([undefined, undefined]);
  });

  it('takes a traceparent of a later version, tail and all', async () => {
    const { event } = await app.one('/context/plain', {
      headers: { traceparent: `01-${TRACE_ID}-${SPAN_ID}-01-what-comes` },
    });
    expect([event.traceId, event.spanId]).toEqual([TRACE_ID, SPAN_ID]);
  });
});

describe.each(PLATFORMS)('header names on %s', (platform) => {
  it('are the ones of the options', async () => {
    const app = await testApp(platform)
      .audit({ capture: { auditIdHeader: 'Audit-Reference', correlationHeader: 'X-Request-Id' } })
      .controllers(ContextController)
      .providers(Ledger)
      .start();
    const { answer, event } = await app.one('/context/plain', {
      headers: { 'x-request-id': 'mine', 'x-correlation-id': 'other' },
    });
    expect(answer.headers.get('audit-reference')).toBe(event.id);
    expect(answer.headers.get('x-audit-id')).toBeNull();
    expect(event.correlationId).toBe('mine');
    await app.close();
  });

  it('may be none for the audit id', async () => {
    const app = await testApp(platform)
      .audit({ capture: { auditIdHeader: false } })
      .controllers(ContextController)
      .providers(Ledger)
      .start();
    const { answer, event } = await app.one('/context/plain');
    expect([...answer.headers.values()].some((value) => value.includes(event.id))).toBe(false);
    await app.close();
  });
});
