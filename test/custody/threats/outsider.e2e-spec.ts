import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Get, Injectable, Post, UseGuards, type CanActivate } from '@nestjs/common';
import { Audited } from 'nestjs-audited';
import { AuditHttpModule } from 'nestjs-audited/http';
import { EVERYTHING } from '../../support/audit-access.js';
import { onlyOne, testApp, until, type TestApp } from '../../support/test-app.js';

@Injectable()
class RefuseEverybody implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

let letGo: (() => void) | undefined;

@Controller('orders')
class OrdersController {
  @Post() @Audited('order.placed', { details: ['body'] }) place(@Body() _order: unknown): string {
    return 'placed';
  }

  @Post('guarded') @UseGuards(RefuseEverybody) @Audited('order.placed') guarded(): string {
    return 'never';
  }

  @Post('slow')
  @Audited('order.placed')
  async slow(): Promise<string> {
    await new Promise<void>((resolve) => {
      letGo = resolve;
    });
    return 'placed';
  }

  @Get() @Audited('order.read') read(): string {
    return 'read';
  }
}

/** Bytes of an event in the log, as JSON. */
const sizeOf = (event: unknown): number => Buffer.byteLength(JSON.stringify(event));

describe('an outsider who sends requests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audited-outsider-'));
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp('express')
      .audit({ capture: { unmatched: true }, journal: { directory: join(folder, 'journal') } })
      .controllers(OrdersController)
      .importsAfter(AuditHttpModule.forRoot({ guards: [RefuseEverybody], access: EVERYTHING }))
      .start();
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('T01 forges no second line of a log with line breaks and control characters', async () => {
    const forged = 'pen\r\n{"type":"audit.stopped"}\u001b[2K\u2028\u0085';
    const { event } = await app.onePost('/orders', { item: forged });
    await app.raw(
      Buffer.from(`GET /orders HTTP/1.1\r\nHost: a\r\nConnection: close\r\nUser-Agent: good\u202Elive\x9b\r\n\r\n`),
    );
    const { actor } = onlyOne(await app.fresh());
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(actor.userAgent).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/u);
    expect(event.details).toEqual({ body: { item: forged } });
    const text = readdirSync(join(folder, 'journal'))
      .map((name) => readFileSync(join(folder, 'journal', name), 'utf8'))
      .join('');
    const types = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { readonly type?: string }).type);
    expect(types).not.toContain('audit.stopped');
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028]/u);
  });

  it('T02 is recorded under the address of the connection, whatever address a header claims', async () => {
    const { event } = await app.one('/orders', {
      headers: { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' },
    });
    expect(event.actor).toMatchObject({ kind: 'anonymous', ip: '127.0.0.1' });
  });

  it('T03 leaves no secret in the log by sending it where none is expected', async () => {
    const { event } = await app.onePost('/orders', {
      password: 'hunter2',
      note: 'my key is AKIAIOSFODNN7EXAMPLE and eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
    });
    expect(JSON.stringify(event)).not.toMatch(/hunter2|c2lnbmF0dXJl/);
    expect(event.redacted?.length).toBeGreaterThan(0);
  });

  it('T04 does not fill the log with oversized values: they are cut, with size and hash of the whole', async () => {
    const { answer, event } = await app.onePost('/orders', { item: 'x'.repeat(90_000) });
    expect(answer.status).toBe(201);
    expect(sizeOf(event)).toBeLessThan(60_000);
    expect(event.truncated).toContainEqual(
      expect.objectContaining({
        path: '/details/body/item',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      }),
    );
  });

  it('T05 does not hang or break the recording with deep nesting or endless lists', async () => {
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    const headers = { 'content-type': 'application/json' };
    for (const body of [deep, JSON.stringify({ list: Array.from({ length: 20_000 }, () => 0) })]) {
      const { answer, event } = await app.one('/orders', { method: 'POST', headers, body });
      expect(answer.status).toBe(201);
      expect(event).toMatchObject({ type: 'order.placed', outcome: 'success' });
      expect(sizeOf(event)).toBeLessThan(60_000);
      expect(event.truncated?.length).toBeGreaterThan(0);
    }
  });

  it('T06 is recorded where a guard refuses, before any handler runs', async () => {
    const { answer, event } = await app.onePost('/orders/guarded');
    expect(answer.status).toBe(403);
    expect(event).toMatchObject({
      type: 'order.placed',
      outcome: 'denied',
      actor: { kind: 'anonymous', ip: '127.0.0.1' },
    });
  });

  it('T07 is recorded when it hangs up before the answer, with what the handler did all the same', async () => {
    const request = app.open('/orders/slow', 'POST');
    await until(() => letGo !== undefined);
    request.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    letGo?.();
    expect(onlyOne(await app.eventually())).toMatchObject({
      type: 'order.placed',
      transport: { path: '/orders/slow' },
    });
  });

  it('T08 is recorded where it looks for paths that no route has', async () => {
    const { answer, event } = await app.one('/admin/../.env?token=hunter2');
    expect(answer.status).toBe(404);
    expect(event).toMatchObject({ type: 'audit.http.unmatched', outcome: 'failure', actor: { ip: '127.0.0.1' } });
    expect(JSON.stringify(event)).not.toContain('hunter2');
  });

  it('T09 cannot take the id of another record, nor forge text in the correlation id', async () => {
    const { event: first } = await app.one('/orders');
    const headers = { 'x-audit-id': first.id, 'x-correlation-id': '"><script>' };
    const { answer, event } = await app.one('/orders', { headers });
    expect(event.id).not.toBe(first.id);
    expect(answer.headers.get('x-audit-id')).toBe(event.id);
    expect(event.correlationId).toBe(event.id);
  });

  it('T10 does not read the log: the reading API is behind the guards of the application', async () => {
    const answer = await app.request('/v1/audit/events');
    expect(answer.status).toBe(403);
    expect((await app.fresh()).filter(({ outcome }) => outcome !== 'denied')).toEqual([]);
  });
});

describe('an outsider who floods the application', () => {
  it('T11 loses records only where they are counted, and the count is itself in the log', async () => {
    const app = await testApp('express')
      .audit({
        durability: 'best-effort',
        spool: false,
        limits: { maxQueuedEvents: 5, maxBatchEvents: 1, commitTimeoutMs: 20_000 },
      })
      .controllers(OrdersController)
      .start();
    const raw = app.connection();
    raw.exec('BEGIN IMMEDIATE');
    await Promise.all(Array.from({ length: 40 }, () => app.request('/orders')));
    const lost = app.audit.failures().overload ?? 0;
    raw.exec('ROLLBACK');
    raw.close();
    const events = await app.eventually(40 - lost + 1);
    expect(lost).toBeGreaterThan(0);
    expect(events.filter(({ type }) => type === 'order.read')).toHaveLength(40 - lost);
    expect(onlyOne(events.filter(({ type }) => type === 'audit.loss')).details).toMatchObject({ events: lost });
    await app.close();
  });
});
