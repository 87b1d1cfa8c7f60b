import { Body, Controller, Get, HttpException, Post } from '@nestjs/common';
import { Audited } from 'nestjs-audited';
import { PLATFORMS } from '../support/platforms.js';
import { onlyOne, testApp, type TestApp } from '../support/test-app.js';

@Controller('known')
class KnownController {
  @Post() @Audited('known.write') write(@Body() body: unknown): unknown {
    return body;
  }

  @Get() read(): string {
    return 'undecorated';
  }

  @Post('undecorated') undecorated(@Body() body: unknown): unknown {
    return body;
  }

  @Get('gone') gone(): never {
    throw new HttpException('no longer here', 404);
  }
}

const json = (body: string): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body });

const UNMATCHED: readonly (readonly [string, string, RequestInit, number, string])[] = [
  ['a path that no route has', '/nowhere?token=hunter2', {}, 404, 'audit.http.unmatched'],
  ['a method that the path has not', '/known', { method: 'DELETE' }, 404, 'audit.http.unmatched'],
  ['a body that is no JSON', '/known', json('{"a":'), 400, 'audit.http.malformed'],
  ['a body above the limit', '/known', json(JSON.stringify({ a: 'x'.repeat(2_000_000) })), 413, 'audit.http.malformed'],
  ['a bad body for an undecorated route', '/known/undecorated', json('nonsense'), 400, 'audit.http.malformed'],
];

describe.each(PLATFORMS)('unmatched: true on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .audit({ capture: { unmatched: true } })
      .controllers(KnownController)
      .start();
  });
  afterAll(() => app.close());

  it.each(UNMATCHED)('records %s once', async (_what, path, init, status, type) => {
    const answer = await app.request(path, init);
    const method = init.method ?? 'GET';
    expect(answer.status).toBe(status);
    const event = onlyOne(await app.fresh());
    expect(event).toMatchObject({
      type,
      outcome: 'failure',
      actor: { kind: 'anonymous', ip: '127.0.0.1' },
      action: `${method} ${path.split('?')[0]}`,
      transport: { kind: 'http', method, path: path.split('?')[0], status },
      error: { code: String(status) },
    });
    expect(event.transport).not.toHaveProperty('route');
    expect(event.uncatalogued).toBeUndefined();
    expect(answer.headers.get('x-audit-id')).toBe(event.id);
    expect(JSON.stringify(event)).not.toContain('hunter2');
  });

  it('leaves audited routes their one record', async () => {
    const { answer, event } = await app.onePost('/known', { a: 1 });
    expect(answer.status).toBe(201);
    expect(event).toMatchObject({ type: 'known.write', outcome: 'success' });
    expect(answer.headers.get('x-audit-id')).toBe(event.id);
  });

  it('records nothing for routes that matched and are not decorated, whatever they answer', async () => {
    expect((await app.request('/known')).headers.get('x-audit-id')).toBeNull();
    expect((await app.request('/known/gone')).status).toBe(404);
    expect(await app.fresh()).toEqual([]);
  });
});

describe.each(PLATFORMS)('unmatched: true behind a trusted proxy on %s', (platform) => {
  it('has the address that the framework believes', async () => {
    const app = await testApp(platform)
      .adapter({ trustProxy: true })
      .audit({ capture: { unmatched: true } })
      .controllers(KnownController)
      .start();
    const { event } = await app.one('/nowhere', { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(event.actor.ip).toBe('203.0.113.9');
    await app.close();
  });
});

describe.each(PLATFORMS)('unmatched: false on %s', (platform) => {
  it('records none of them', async () => {
    const app = await testApp(platform).controllers(KnownController).start();
    for (const [, path, init, status] of UNMATCHED) {
      const answer = await app.request(path, init);
      expect([answer.status, answer.headers.get('x-audit-id')]).toEqual([status, null]);
    }
    expect(await app.fresh()).toEqual([]);
    await app.close();
  });
});
