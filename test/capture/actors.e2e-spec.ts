import { createHash } from 'node:crypto';
import { Controller, Get, Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import { ActorResolver, Audited, AuditService, type AuditActor } from 'nestjs-audited';
import { asUser, HeaderUserGuard } from '../support/header-user.guard.js';
import { PLATFORMS } from '../support/platforms.js';
import { onlyOne, testApp, type TestApp } from '../support/test-app.js';

@Controller('actors')
class ActorsController {
  @Get() @Audited('actor.test') read(): string {
    return 'read';
  }
}

describe.each(PLATFORMS)('the actor of a request on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .controllers(ActorsController)
      .with((nest) => nest.useGlobalGuards(new HeaderUserGuard()))
      .start();
  });
  afterAll(() => app.close());

  async function actorFor(user: unknown): Promise<AuditActor> {
    const { event } = await app.one('/actors', { headers: asUser(user) });
    const { ip: _ip, userAgent: _userAgent, ...actor } = event.actor;
    return actor;
  }

  it.each<readonly [string, unknown, AuditActor]>([
    [
      'a JWT payload',
      { sub: 'u-1', email: 'ada@example.org', name: 'Ada' },
      { kind: 'user', id: 'u-1', email: 'ada@example.org', name: 'Ada' },
    ],
    ['a user of a database', { id: 42, username: 'ada' }, { kind: 'user', id: '42', name: 'ada' }],
    [
      'a Passport profile',
      { id: 'p-1', displayName: 'Ada', emails: [{ value: 'ada@example.org' }] },
      { kind: 'user', id: 'p-1', name: 'Ada', email: 'ada@example.org' },
    ],
    ['only a name', { username: 'ada' }, { kind: 'user', id: 'ada' }],
    ['a text', 'ada', { kind: 'user', id: 'ada' }],
    [
      'an Entra ID token',
      { oid: 'o-1', tid: 't-1', upn: 'ada@example.org', preferred_username: 'ada' },
      { kind: 'user', id: 'o-1', tenantId: 't-1', email: 'ada@example.org', name: 'ada' },
    ],
    [
      'a list of roles',
      { id: 'u-1', roles: ['admin', 'auditor'] },
      { kind: 'user', id: 'u-1', roles: ['admin', 'auditor'] },
    ],
    ['one role', { id: 'u-1', role: 'admin' }, { kind: 'user', id: 'u-1', roles: ['admin'] }],
    [
      'roles as objects',
      { id: 'u-1', roles: [{ name: 'admin' }, { id: 7 }] },
      { kind: 'user', id: 'u-1', roles: ['admin', '7'] },
    ],
    [
      'roles of Keycloak',
      { sub: 'u-1', realm_access: { roles: ['admin'] } },
      { kind: 'user', id: 'u-1', roles: ['admin'] },
    ],
    ['a service', { id: 'billing', kind: 'service' }, { kind: 'service', id: 'billing' }],
    ['a kind nobody knows', { id: 'u-1', kind: 'wizard' }, { kind: 'user', id: 'u-1' }],
    [
      'an id that is no text',
      { id: { nested: true }, email: 'ada@example.org' },
      { kind: 'user', email: 'ada@example.org' },
    ],
    [
      'a delegation by RFC 8693',
      { sub: 'customer', act: { sub: 'support', act: { sub: 'tool' } } },
      {
        kind: 'user',
        id: 'tool',
        onBehalfOf: { kind: 'user', id: 'support', onBehalfOf: { kind: 'user', id: 'customer' } },
      },
    ],
    [
      'an impersonation',
      { id: 'customer', impersonator: { id: 'support', roles: ['helpdesk'] } },
      { kind: 'user', id: 'support', roles: ['helpdesk'], onBehalfOf: { kind: 'user', id: 'customer' } },
    ],
    [
      'an impersonator by id alone',
      { id: 'customer', impersonatedBy: 'support' },
      { kind: 'user', id: 'support', onBehalfOf: { kind: 'user', id: 'customer' } },
    ],
  ])('is read from %s', async (_shape, user, actor) => {
    expect(await actorFor(user)).toEqual(actor);
  });

  it.each([null, 0, false, '', []])('is anonymous when request.user is %j', async (user) => {
    expect(await actorFor(user)).toEqual({ kind: 'anonymous' });
  });

  it('has the address of the connection, whatever a client claims', async () => {
    const { event } = await app.one('/actors', {
      headers: { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' },
    });
    expect(event.actor).toMatchObject({ kind: 'anonymous', ip: '127.0.0.1' });
  });

  it('keeps a long user agent cut, with size and hash of the whole', async () => {
    const userAgent = `agent/1 ${'x'.repeat(12_000)}`;
    const { answer, event } = await app.one('/actors', { headers: { 'user-agent': userAgent } });
    expect(answer.status).toBe(200);
    expect(event.actor.userAgent?.length).toBeLessThan(userAgent.length);
    expect(event.truncated).toContainEqual({
      path: '/actor/userAgent',
      bytes: userAgent.length,
      sha256: createHash('sha256').update(userAgent).digest('hex'),
    });
  });

  it('shows control characters and bidirectional marks of a header as harmless text', async () => {
    // Clients of the standard refuse to send such bytes; an attacker's does not.
    const hostile = Buffer.concat([
      Buffer.from('GET /actors HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nUser-Agent: good\tbad\u202Eevil'),
      Buffer.from([0x85, 0x9b]),
      Buffer.from('\r\nX-Correlation-Id: a\u202Eb\r\n\r\n'),
    ]);
    await app.raw(hostile);

    const event = onlyOne(await app.fresh());
    expect(event.actor.userAgent).toContain('good');
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(event.actor.userAgent).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u);
    expect(event.correlationId).toBe(event.id);
  });

  it('needs no user agent', async () => {
    await app.raw('GET /actors HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(onlyOne(await app.fresh()).actor).toEqual({ kind: 'anonymous', ip: '127.0.0.1' });
  });
});

describe.each(PLATFORMS)('behind a trusted proxy on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform).adapter({ trustProxy: true }).controllers(ActorsController).start();
  });
  afterAll(() => app.close());

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8::1', '2001:db8::1'],
  ])('the address is the forwarded one: %s', async (forwarded, ip) => {
    const { event } = await app.one('/actors', { headers: { 'x-forwarded-for': forwarded } });
    expect(event.actor.ip).toBe(ip);
  });

  it('an address that is none is recorded safely', async () => {
    const { answer, event } = await app.one('/actors', { headers: { 'x-forwarded-for': '<script>, "' } });
    expect(answer.status).toBe(200);
    expect(event.outcome).toBe('success');
  });
});

describe.each(PLATFORMS)('heads of two megabytes on %s', (platform) => {
  it('are recorded cut, with size and hash, and answered as ever', async () => {
    const app = await testApp(platform).adapter({ maxHeaderBytes: 4_000_000 }).controllers(ActorsController).start();
    const userAgent = 'x'.repeat(1_000_000);
    const raw = await app.raw(
      `GET /actors HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nUser-Agent: ${userAgent}\r\n` +
        `X-Correlation-Id: ${'y'.repeat(1_000_000)}\r\n\r\n`,
    );
    expect(raw).toContain('HTTP/1.1 200 OK');
    const event = onlyOne(await app.fresh());
    expect(JSON.stringify(event).length).toBeLessThan(20_000);
    expect(event.correlationId).toBe(event.id);
    expect(event.truncated).toEqual([
      {
        path: '/actor/userAgent',
        bytes: 1_000_000,
        sha256: createHash('sha256').update(userAgent).digest('hex'),
      },
    ]);
    await app.close();
  });
});

type Resolve = ActorResolver['resolve'];
let resolve: Resolve;

@Injectable()
class OwnResolver extends ActorResolver {
  override resolve(request: unknown): ReturnType<Resolve> {
    return resolve(request);
  }
}

@Controller('own')
class OwnController {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  @Get() @Audited('actor.own') async read(): Promise<string> {
    await this.audit.record({ type: 'actor.below' });
    return 'read';
  }
}

describe.each(PLATFORMS)('a resolver of the application on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .audit({ actorResolver: OwnResolver, capture: { actorTimeoutMs: 50 } })
      .controllers(OwnController)
      .start();
  });
  afterAll(() => app.close());

  /** The actors of the action and of the event below it. */
  async function actors(): Promise<readonly AuditActor[]> {
    const answer = await app.request('/own');
    expect([answer.status, answer.text]).toEqual([200, 'read']);
    const events = await app.fresh();
    expect(events.map(({ type }) => type)).toEqual(['actor.below', 'actor.own']);
    return events.map(({ actor }) => actor);
  }

  const failures = (): number => app.audit.failures().actor ?? 0;

  it('may answer at once', async () => {
    resolve = (request) => ({ kind: 'user', id: (request as { url: string }).url });
    for (const actor of await actors()) {
      expect(actor).toMatchObject({ kind: 'user', id: '/own', ip: '127.0.0.1' });
    }
  });

  it('may look the actor up, also for events below the action', async () => {
    resolve = async () => {
      await Promise.resolve();
      return { kind: 'service', id: 'looked-up', ip: '198.51.100.1' };
    };
    for (const actor of await actors()) {
      expect(actor).toMatchObject({ kind: 'service', id: 'looked-up', ip: '198.51.100.1' });
    }
  });

  it('may give a promise of another library', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- query builders are such objects
    const thenable = { then: (settle: (actor: AuditActor) => void) => settle({ kind: 'user', id: 'lazy' }) };
    resolve = () => thenable as unknown as Promise<AuditActor>;
    expect((await actors()).map(({ id }) => id)).toEqual(['lazy', 'lazy']);
  });

  it.each<readonly [string, Resolve]>([
    ['null', () => null],
    ['a promise of null', () => Promise.resolve(null)],
  ])('means nobody by %s', async (_what, nobody) => {
    resolve = nobody;
    expect((await actors()).map(({ kind }) => kind)).toEqual(['anonymous', 'anonymous']);
  });

  it.each<readonly [string, Resolve]>([
    [
      'throws',
      () => {
        throw new UnauthorizedException('no directory');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no directory'))],
    ['never answers', () => new Promise<null>(() => undefined)],
  ])('that %s leaves the actor unknown, and the answer alone', async (_how, broken) => {
    const before = failures();
    resolve = broken;
    expect(await actors()).toEqual([
      expect.objectContaining({ kind: 'unknown', ip: '127.0.0.1' }),
      expect.objectContaining({ kind: 'unknown', ip: '127.0.0.1' }),
    ]);
    expect(failures()).toBe(before + 2);
  });

  it.each<readonly [string, unknown]>([
    ['no kind', { id: 'u-1' }],
    ['a text', 'u-1'],
    ['members of the wrong types', { kind: 7, id: { deep: true }, roles: 'admin', onBehalfOf: 'me' }],
  ])('that gives nonsense costs neither the answer nor the record: %s', async (_what, nonsense) => {
    resolve = () => nonsense as AuditActor;
    expect(await actors()).toHaveLength(2);
  });

  it('was told about once in the log, however often it failed', () => {
    expect(failures()).toBeGreaterThan(1);
    expect(app.logs.ofAudit('error').filter((line) => line.includes('actor'))).toHaveLength(1);
  });
});
