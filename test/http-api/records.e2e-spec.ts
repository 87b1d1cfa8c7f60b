import {
  Controller,
  ForbiddenException,
  Get,
  Inject,
  Injectable,
  Module,
  Post,
  SetMetadata,
  UnauthorizedException,
  ValidationPipe,
  VersioningType,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Audited, type AuditEvent, type AuditPage, type AuditRecord, type IntegrityReport } from 'nestjs-audited';
import { AuditHttpModule, type AuditHttpOptions } from 'nestjs-audited/http';
import { EVERYTHING } from '../support/audit-access.js';
import { asUser } from '../support/header-user.guard.js';
import { PLATFORMS, type Platform } from '../support/platforms.js';
import { onlyOne, testApp, type TestApp, type TestAppBuilder } from '../support/test-app.js';

const AUDITOR = asUser({ id: 'u-auditor', roles: ['auditor'] });
const VIEWER = asUser({ id: 'u-viewer', roles: ['viewer'] });

/** What the guard asks for; the application's own module provides it, and the guard is built there. */
@Injectable()
class Directory {
  userOf(header: string | undefined): { readonly roles: readonly string[] } | undefined {
    return header === undefined ? undefined : (JSON.parse(header) as { readonly roles: readonly string[] });
  }
}

@Module({ providers: [Directory], exports: [Directory] })
class DirectoryModule {}

@Injectable()
class RolesGuard implements CanActivate {
  constructor(
    @Inject(Directory) private readonly directory: Directory,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context
      .switchToHttp()
      .getRequest<{ headers: Record<string, string | undefined>; user?: unknown }>();
    const user = this.directory.userOf(request.headers['x-user']);
    if (user === undefined) {
      throw new UnauthorizedException();
    }
    request.user = user;
    const role = this.reflector.getAllAndOverride<string>('role', [context.getHandler(), context.getClass()]);
    if (!user.roles.includes(role)) {
      throw new ForbiddenException('Only auditors may read the audit trail');
    }
    return true;
  }
}

@Controller('things')
class ThingsController {
  @Post()
  @Audited('thing.created')
  create(): string {
    return 'created';
  }

  @Get('broken')
  @Audited('thing.broken')
  fail(): never {
    throw new Error('broken');
  }
}

function anApp(platform: Platform, options: Partial<AuditHttpOptions> = {}): TestAppBuilder {
  const http = AuditHttpModule.forRoot({
    guards: [RolesGuard],
    imports: [DirectoryModule],
    decorators: [SetMetadata('role', 'auditor')],
    access: EVERYTHING,
    ...options,
  });
  return testApp(platform).importsAfter(http).controllers(ThingsController);
}

interface Got<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
  /** The one event that the request itself left. */
  readonly event: AuditEvent;
}

async function get<Body>(
  app: TestApp,
  path: string,
  headers: Readonly<Record<string, string>> = AUDITOR,
): Promise<Got<Body>> {
  const { answer, event } = await app.one(path, { headers });
  return { status: answer.status, body: JSON.parse(answer.text) as Body, headers: answer.headers, event };
}

interface Refusal {
  readonly type: string;
  readonly detail: string;
  readonly parameter: string;
}

describe.each(PLATFORMS)('the reading API on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await anApp(platform).start();
  });

  afterAll(() => app.close());

  describe('who may read', () => {
    it.each(['/v1/audit/events', '/v1/audit/events/0192f0c1-2345-7abc-8def-0123456789ab', '/v1/audit/verify'])(
      'is closed to anybody unknown: %s',
      async (path) => {
        const { status, event } = await get(app, path, {});
        expect(status).toBe(401);
        expect(event).toMatchObject({ type: 'audit.denied', outcome: 'denied', actor: { kind: 'anonymous' } });
      },
    );

    it.each(['/v1/audit/events', '/v1/audit/events/0192f0c1-2345-7abc-8def-0123456789ab', '/v1/audit/verify'])(
      'is closed to whom the guard refuses, and says who it was: %s',
      async (path) => {
        const { status, event } = await get(app, path, VIEWER);
        expect(status).toBe(403);
        expect(event).toMatchObject({ type: 'audit.denied', outcome: 'denied', actor: { id: 'u-viewer' } });
      },
    );

    it('refuses before it looks at what was asked', async () => {
      const { status, event } = await get(app, '/v1/audit/events?nonsense=1', VIEWER);
      expect(status).toBe(403);
      expect(event.outcome).toBe('denied');
    });

    it('is open to whom the guard lets in, and every read is recorded with what was asked for', async () => {
      const { status, event, headers } = await get<AuditPage>(app, '/v1/audit/events?type=thing.created&limit=5');
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(event).toMatchObject({
        type: 'audit.read',
        outcome: 'success',
        actor: { id: 'u-auditor' },
        details: { query: { type: 'thing.created', limit: '5' } },
      });
    });
  });

  describe('records', () => {
    let ids: readonly string[];

    beforeAll(async () => {
      for (let count = 0; count < 5; count++) {
        await app.post('/things', {}, { 'x-correlation-id': `flow-${count}` });
      }
      await app.request('/things/broken');
      ids = (await app.fresh()).map(({ id }) => id);
    });

    it('come newest first, page by page, while the reads themselves are appended', async () => {
      const seen: string[] = [];
      let next: string | undefined;
      do {
        const cursor = next === undefined ? '' : `&cursor=${next}`;
        const { body } = await get<AuditPage>(app, `/v1/audit/events?type=thing.created&limit=2${cursor}`);
        seen.push(...body.records.map(({ event }) => event.id));
        next = body.next;
      } while (next !== undefined);
      expect(seen).toEqual(ids.slice(0, 5).reverse());
    });

    it('are found by what they say', async () => {
      const found = async (query: string): Promise<readonly string[]> =>
        (await get<AuditPage>(app, `/v1/audit/events?${query}`)).body.records.map(({ event }) => event.id);
      expect(await found('outcome=failure&type=thing.broken')).toEqual([ids[5]]);
      expect(await found('correlationId=flow-3')).toEqual([ids[3]]);
      expect(await found('type=thing.created&from=2000-01-01T00:00:00Z&to=2000-01-02T00:00:00Z')).toEqual([]);
      expect(await found('type=thing.broken&from=2000-01-01T00:00:00%2B02:00')).toEqual([ids[5]]);
    });

    it('are shown one by one, whatever the case of the id', async () => {
      const { status, body, event } = await get<AuditRecord>(app, `/v1/audit/events/${ids[0]?.toUpperCase()}`);
      expect(status).toBe(200);
      expect(body.event).toMatchObject({ id: ids[0], type: 'thing.created', correlationId: 'flow-0' });
      expect(body.seal).toMatchObject({ chain: 'main', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(event).toMatchObject({ type: 'audit.read', resource: { type: 'audit-record' } });
    });

    it('that do not exist are not found', async () => {
      const { status, event } = await get(app, '/v1/audit/events/0192f0c1-2345-7abc-8def-0123456789ab');
      expect(status).toBe(404);
      expect(event).toMatchObject({ type: 'audit.read', outcome: 'failure' });
    });

    it.each(['1', 'not-an-id', '0192f0c1-2345-4abc-8def-0123456789ab', `${'0'.repeat(90)}`, '%00', "'%20OR%201=1--"])(
      'are not looked for by what is no id: %s',
      async (id) => {
        const { status, body } = await get<Refusal>(app, `/v1/audit/events/${id}`);
        expect(status).toBe(400);
        expect(body.detail).toContain('"id"');
      },
    );
  });

  it('verifies, and the record of that says what came out', async () => {
    const { status, body, event } = await get<IntegrityReport>(app, '/v1/audit/verify');
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: true, faultCount: 0 });
    expect(event).toMatchObject({ type: 'audit.verify', details: { ok: true, records: body.records } });
  });

  describe('a malformed request', () => {
    it.each([
      ['limit', 'limit=0'],
      ['limit', 'limit=1001'],
      ['limit', 'limit=-1'],
      ['limit', 'limit=1.5'],
      ['limit', 'limit=1e2'],
      ['limit', 'limit=%20 5'],
      ['limit', 'limit='],
      ['limit', 'limit=5&limit=6'],
      ['cursor', 'cursor=abc'],
      ['cursor', 'cursor='],
      ['cursor', 'cursor=-1'],
      ['cursor', 'cursor=99999999999999999999'],
      ['from', 'from=2026-11-21'],
      ['from', 'from=2026-11-21T00:00:00'],
      ['from', 'from=2026-02-30T00:00:00Z'],
      ['from', 'from=2026-11-21T25:00:00Z'],
      ['from', 'from=2026-11-21T00:00:00+02:00'],
      ['to', 'to=yesterday'],
      ['to', 'to='],
      ['outcome', 'outcome=succes'],
      ['outcome', 'outcome=success&outcome=failure'],
      ['severity', 'severity=fatal'],
      ['type', 'type='],
      ['type', 'type=a&type=b'],
      ['actorId', 'actorId='],
      ['typ', 'typ=thing.created'],
      ['Limit', 'Limit=5'],
      ['type[]', 'type[]=a'],
      ['constructor', 'constructor=x'],
      ['toString', 'toString=x'],
      ['hasOwnProperty', 'hasOwnProperty=x'],
      ['__proto__', '__proto__=x'],
      ['__proto__', 'limit=5&__proto__=x'],
    ])('is refused, naming %s: ?%s', async (parameter, query) => {
      const { status, body, event } = await get<Refusal>(app, `/v1/audit/events?${query}`);
      expect(status).toBe(400);
      expect(body.detail).toContain(`parameter "${parameter}"`);
      expect(event).toMatchObject({ type: 'audit.read', outcome: 'failure', actor: { id: 'u-auditor' } });
    });

    it.each(['/v1/audit/verify?chain=main', '/v1/audit/events/0192f0c1-2345-7abc-8def-0123456789ab?chain=main'])(
      'is refused where there are no parameters: %s',
      async (path) => {
        const { status, body } = await get<Refusal>(app, path);
        expect(status).toBe(400);
        expect(body.detail).toContain('parameter "chain"');
      },
    );
  });

  it('offers nothing but reading', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await app.request('/v1/audit/events', { method, headers: AUDITOR });
      expect(answer.status).toBe(404);
    }
    expect(await app.fresh()).toEqual([]);
  });
});

describe.each(PLATFORMS)('the reading API on %s, as applications arrange it', (platform) => {
  async function answers(builder: TestAppBuilder, path: string): Promise<void> {
    const app = await builder.start();
    try {
      const { status, event } = await get(app, path);
      expect([status, event.type, event.transport]).toEqual([200, 'audit.read', expect.objectContaining({ path })]);
    } finally {
      await app.close();
    }
  }

  it('stands under the global prefix', () =>
    answers(
      anApp(platform).with((nest) => nest.setGlobalPrefix('api')),
      '/api/v1/audit/events',
    ));

  it('stands where the path says', () =>
    answers(anApp(platform, { path: 'internal/trail' }), '/internal/trail/events'));

  it('is not versioned by an application that versions its own routes', () =>
    answers(
      anApp(platform).with((nest) => nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' })),
      '/v1/audit/events',
    ));

  it('is not disturbed by a strict validation pipe', () =>
    answers(
      anApp(platform).with((nest) =>
        nest.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true })),
      ),
      '/v1/audit/events',
    ));

  it('takes guards that are objects, and shares them with no other application', async () => {
    const open = { canActivate: () => true };
    const [first, second] = await Promise.all([
      anApp(platform, { guards: [open], path: 'one' }).start(),
      anApp(platform, { path: 'two' }).start(),
    ]);
    expect((await first.request('/one/events')).status).toBe(200);
    expect((await second.request('/two/events')).status).toBe(401);
    expect((await second.request('/one/events')).status).toBe(404);
    expect(onlyOne(await first.fresh()).outcome).toBe('success');
    expect(onlyOne(await second.fresh()).outcome).toBe('denied');
    await Promise.all([first.close(), second.close()]);
  });
});
