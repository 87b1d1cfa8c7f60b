import {
  Controller,
  ForbiddenException,
  Get,
  Global,
  Injectable,
  Module,
  VersioningType,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { AuditReader, QueryTooSlowError, StoreUnavailableError } from 'nestjs-audited';
import {
  AuditHttpModule,
  type AuditAccess,
  type AuditAccessChoice,
  type AuditAccessResolver,
  type AuditHttpOptions,
} from 'nestjs-audited/http';
import { EVERYTHING } from '../support/audit-access.js';
import { apiApp, got, inRole, LoggedInGuard } from '../support/http-api.js';
import { PLATFORMS } from '../support/platforms.js';
import { onlyOne, testApp, until, type TestApp } from '../support/test-app.js';

const ADMIN = inRole('admin');

@Injectable()
class Directory {
  readonly access: AuditAccess = { permissions: ['read'], tenants: ['t-1'] };
}

@Injectable()
class DirectoryResolver implements AuditAccessResolver {
  constructor(private readonly directory: Directory) {}

  resolve(): AuditAccess {
    return this.directory.access;
  }
}

const GUARD = Symbol('guard');

@Global()
@Module({
  providers: [
    Directory,
    { provide: 'resolver', useClass: DirectoryResolver },
    { provide: GUARD, useClass: LoggedInGuard },
  ],
  exports: [Directory, 'resolver', GUARD],
})
class DirectoryModule {}

@Controller('own')
class OwnController {
  @Get()
  fail(): never {
    throw new Error('an error of the application');
  }
}

describe.each(PLATFORMS)('how applications arrange the API on %s', (platform) => {
  async function using<Result>(app: Promise<TestApp>, work: (app: TestApp) => Promise<Result>): Promise<Result> {
    const running = await app;
    try {
      return await work(running);
    } finally {
      await running.nest.close();
    }
  }

  const statusOf = async (app: TestApp, path: string, headers = ADMIN): Promise<number> =>
    (await app.request(path, { headers })).status;

  it('stands under a prefix, with URI and header versions', async () => {
    const prefixed = apiApp(platform).with((nest) => nest.setGlobalPrefix('api'));
    await using(prefixed.start(), async (app) => {
      expect(await statusOf(app, '/api/v1/audit/events')).toBe(200);
      expect(await statusOf(app, '/v1/audit/events')).toBe(404);
    });
    const versioned = apiApp(platform).with((nest) =>
      nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' }),
    );
    await using(versioned.start(), async (app) => {
      expect(await statusOf(app, '/v1/audit/export')).toBe(200);
    });
    const byHeader = apiApp(platform).with((nest) =>
      nest.enableVersioning({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: '2' }),
    );
    await using(byHeader.start(), async (app) => {
      expect(await statusOf(app, '/v1/audit/events', { ...ADMIN, 'x-version': '7' })).toBe(200);
    });
  });

  it.each<[string, AuditAccessChoice]>([
    ['a class', DirectoryResolver],
    ['a token', 'resolver'],
    ['a function', () => Promise.resolve({ permissions: ['read'], tenants: ['t-1'] })],
    ['an object', { permissions: ['read'], tenants: ['t-1'] }],
  ])('asks %s who may do what', async (_what, access) => {
    const http = AuditHttpModule.forRoot({ guards: [GUARD], access, imports: [DirectoryModule] });
    await using(testApp(platform).importsAfter(http).start(), async (app) => {
      expect(await statusOf(app, '/v1/audit/events', {})).toBe(401);
      expect(await statusOf(app, '/v1/audit/events')).toBe(200);
      expect((await got(app, 'verify', ADMIN)).body.permission).toBe('verify');
      expect((await got(app, 'export', ADMIN)).status).toBe(403);
    });
  });

  it('lets nobody in when the resolver fails or answers wrongly, and records it', async () => {
    const faults: (() => unknown)[] = [
      () => {
        throw new Error('postgres://user:secret@db');
      },
      () => Promise.reject(new Error('postgres://user:secret@db')),
      () => undefined,
      () => null,
      () => ({ tenants: 'all' }),
      () => ({ permissions: ['read', 'everything'], tenants: 'all' }),
      () => ({ permissions: ['read'] }),
      () => ({ permissions: ['read'], tenants: [''] }),
      () => ({ permissions: ['read'], tenants: 't-1' }),
    ];
    let resolve = faults[0];
    const app = apiApp(platform, { access: () => resolve?.() as AuditAccess }).start();
    await using(app, async (running) => {
      for (resolve of faults) {
        const { status, body } = await got(running, 'events', ADMIN);
        expect([status, body.type]).toEqual([500, 'urn:nestjs-audited:problem:access-unresolved']);
        expect(JSON.stringify(body)).not.toContain('secret');
        expect(onlyOne(await running.fresh())).toMatchObject({ outcome: 'failure', actor: { id: 'u-admin' } });
      }
      resolve = () => {
        throw new ForbiddenException('Not on Sundays');
      };
      const { status, body } = await got(running, 'events', ADMIN);
      expect([status, body.type, body.detail]).toEqual([403, 'urn:nestjs-audited:problem:refused', 'Not on Sundays']);
      expect(onlyOne(await running.fresh())).toMatchObject({ type: 'audit.denied', outcome: 'denied' });
    });
  });

  it('hands the context to the resolver, after the guards', async () => {
    const seen: unknown[] = [];
    const access = (context: ExecutionContext): AuditAccess => {
      seen.push(context.switchToHttp().getRequest<{ user?: { id: string } }>().user?.id, context.getHandler().name);
      return EVERYTHING;
    };
    await using(apiApp(platform, { access }).start(), async (app) => {
      await got(app, 'events', ADMIN);
      expect(seen).toEqual(['u-admin', 'find']);
      await got(app, 'events', {});
      expect(seen).toHaveLength(2);
    });
  });

  it('answers errors of this API only', async () => {
    await using(apiApp(platform).controllers(OwnController).start(), async (app) => {
      const own = await app.request('/own');
      expect([own.status, own.headers.get('content-type')]).toEqual([500, expect.stringContaining('application/json')]);
    });
  });

  it('tells of errors without what is nobody’s business', async () => {
    const errors: [Error, number, string, string | null][] = [
      [new QueryTooSlowError(50), 503, 'too-slow', '5'],
      [new StoreUnavailableError('connect ECONNREFUSED 10.0.0.7:5432'), 503, 'log-unavailable', '5'],
      [new Error('SELECT secret FROM audit_records'), 500, 'internal', null],
    ];
    await using(apiApp(platform).start(), async (app) => {
      for (const [error, status, kind, retryAfter] of errors) {
        app.nest.get(AuditReader).find = () => Promise.reject(error);
        const answer = await got(app, 'events', ADMIN);
        expect([answer.status, answer.body.type]).toEqual([status, `urn:nestjs-audited:problem:${kind}`]);
        expect(answer.headers.get('retry-after')).toBe(retryAfter);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(JSON.stringify(answer.body)).not.toMatch(/SELECT|10\.0\.0\.7|ECONNREFUSED|at .*\.js/);
        expect(answer.body.detail).toMatch(kind === 'too-slow' ? /Ask for less/ : /./);
      }
    });
  });

  it('keeps a budget: what does not begin in time is refused, and nothing stays behind', async () => {
    const limits = { readsAtOnce: 1, readsWaiting: 1 };
    await using(apiApp(platform, { limits, timeLimitMs: 1500 }).start(), async (app) => {
      const reader = app.nest.get(AuditReader);
      const find = reader.find.bind(reader);
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let isRunning = false;
      reader.find = async (...args) => {
        isRunning = true;
        await held;
        return find(...args);
      };
      const first = got(app, 'events', ADMIN);
      await until(() => isRunning);
      const others = await Promise.all([got(app, 'events', ADMIN), got(app, 'events', ADMIN)]);
      expect(others.map(({ status, body }) => [status, body.type])).toEqual([
        [503, 'urn:nestjs-audited:problem:busy'],
        [503, 'urn:nestjs-audited:problem:busy'],
      ]);
      release();
      expect(await first).toMatchObject({ status: 200 });
      expect((await got(app, 'events', ADMIN)).status).toBe(200);
    });
  });

  it('never answers from a cache', async () => {
    await using(apiApp(platform).start(), async (app) => {
      for (const path of ['events', 'checkpoints', 'destinations']) {
        const { headers } = await got(app, path, ADMIN);
        expect(headers.get('cache-control')).toBe('no-store');
        const again = await got(app, path, { ...ADMIN, 'if-none-match': headers.get('etag') ?? '*' });
        expect(again.status).toBe(200);
      }
    });
  });
});

it.each<[string, unknown]>([
  ['nothing', {}],
  ['guards only', { guards: [LoggedInGuard] }],
  ['access only', { access: EVERYTHING }],
  ['no guard', { guards: [], access: EVERYTHING }],
])('refuses to boot with %s', (_what, options) => {
  expect(() => AuditHttpModule.forRoot(options as AuditHttpOptions)).toThrow(/AuditHttpModule\.(guards|access)/);
});

it('is closed to everybody by a guard that refuses, whatever the access says', async () => {
  const closed: CanActivate = { canActivate: () => false };
  const app = await apiApp('express', { guards: [closed], access: EVERYTHING }).start();
  const { status, body } = await got(app, 'events', ADMIN);
  expect([status, body.type]).toEqual([403, 'urn:nestjs-audited:problem:refused']);
  await app.nest.close();
});
