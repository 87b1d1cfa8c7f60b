import {
  Controller,
  ForbiddenException,
  Get,
  HttpException,
  Injectable,
  Module,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Audited } from 'nestjs-audited';
import { of, throwError } from 'rxjs';
import { asUser, HeaderUserGuard } from '../support/header-user.guard.js';
import { PLATFORMS, type Platform } from '../support/platforms.js';
import { onlyOne, testApp, type TestApp, type TestAppBuilder } from '../support/test-app.js';

@Injectable()
class Refuse implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

let reached = 0;

@Controller('open')
class OpenController {
  @Get()
  @Audited('guarded.read', { types: { denied: 'guarded.refused' } })
  read(): string {
    reached += 1;
    return 'in';
  }
}

@Controller('class-guarded')
@UseGuards(Refuse)
class ClassGuardedController {
  @Get()
  @Audited('guarded.read', { types: { denied: 'guarded.refused' } })
  read(): string {
    reached += 1;
    return 'in';
  }
}

@Controller('method-guarded')
class MethodGuardedController {
  @Get()
  @UseGuards(Refuse)
  @Audited('guarded.read', { types: { denied: 'guarded.refused' } })
  read(): string {
    reached += 1;
    return 'in';
  }
}

@Module({ providers: [{ provide: APP_GUARD, useClass: Refuse }] })
class GuardModule {}

const REGISTRATIONS: readonly (readonly [string, string, (app: TestAppBuilder) => TestAppBuilder])[] = [
  ['useGlobalGuards', '/open', (app) => app.with((nest) => nest.useGlobalGuards(new Refuse()))],
  ['APP_GUARD in a module before AuditModule', '/open', (app) => app.importsBefore(GuardModule)],
  ['APP_GUARD in a module after AuditModule', '/open', (app) => app.importsAfter(GuardModule)],
  ['APP_GUARD in the root module', '/open', (app) => app.providers({ provide: APP_GUARD, useClass: Refuse })],
  ['a guard of the controller', '/class-guarded', (app) => app],
  ['a guard of the method', '/method-guarded', (app) => app],
];

describe.each(PLATFORMS)('a guard that refuses on %s', (platform) => {
  describe.each(REGISTRATIONS)('registered by %s', (_registration, path, register) => {
    it('leaves one denied record of the type that the handler declares', async () => {
      const builder = testApp(platform).controllers(OpenController, ClassGuardedController, MethodGuardedController);
      const app = await register(builder).start();
      reached = 0;

      const { answer, event } = await app.one(path);

      expect(answer.status).toBe(403);
      expect(answer.headers.get('x-audit-id')).toBe(event.id);
      expect(reached).toBe(0);
      expect(event).toMatchObject({
        type: 'guarded.refused',
        outcome: 'denied',
        severity: 'warning',
        actor: { kind: 'anonymous', ip: '127.0.0.1' },
        transport: { status: 403, route: path },
        error: { code: '403', type: 'Forbidden', message: 'Forbidden resource' },
      });
      await app.close();
    });
  });
});

class Deciding implements CanActivate {
  constructor(private readonly decide: () => ReturnType<CanActivate['canActivate']>) {}

  canActivate(): ReturnType<CanActivate['canActivate']> {
    return this.decide();
  }
}

/** As OAuth guards do it: the guard answers, and the request goes no further. */
class RedirectsItself implements CanActivate {
  canActivate(context: ExecutionContext): Promise<boolean> {
    void context.switchToHttp().getResponse<KindReply>().status(302).header('location', '/login').send('');
    return new Promise(() => undefined);
  }
}

const guardedBy = (decide: () => ReturnType<CanActivate['canActivate']>): MethodDecorator & ClassDecorator =>
  UseGuards(new Deciding(decide));

@Controller('refusals')
@Audited('refusal.test')
class RefusalsController {
  @Get('false') @guardedBy(() => false) no(): void {}
  @Get('promise') @guardedBy(() => Promise.resolve(false)) promise(): void {}
  @Get('observable') @guardedBy(() => of(false)) observable(): void {}

  @Get('unauthorized')
  @guardedBy(() => {
    throw new UnauthorizedException('log in first');
  })
  unauthorized(): void {}

  @Get('forbidden')
  @guardedBy(() => {
    throw new ForbiddenException('not for you');
  })
  forbidden(): void {}

  @Get('rejected') @guardedBy(() => Promise.reject(new UnauthorizedException('expired'))) rejected(): void {}

  @Get('observable-error')
  @guardedBy(() => throwError(() => new ForbiddenException('closed')))
  observableError(): void {}

  @Get('rate-limited')
  @guardedBy(() => {
    throw new HttpException('slow down', 429);
  })
  rateLimited(): void {}

  @Get('rate-limited-own-type')
  @guardedBy(() => {
    throw new HttpException('slow down', 429);
  })
  @Audited({ types: { rateLimited: 'refusal.too_fast', denied: 'refusal.denied' } })
  rateLimitedOwnType(): void {}

  @Get('answered')
  @UseGuards(RedirectsItself)
  answered(): void {}

  @Get('broken')
  @guardedBy(() => {
    throw new Error('the directory is down');
  })
  broken(): void {}
}

describe.each(PLATFORMS)('what a guard may say on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .controllers(RefusalsController)
      .with((nest) => nest.useGlobalGuards(new HeaderUserGuard()))
      .start();
  });
  afterAll(() => app.close());

  it.each([
    ['false', 403, 'Forbidden resource'],
    ['promise', 403, 'Forbidden resource'],
    ['observable', 403, 'Forbidden resource'],
    ['unauthorized', 401, 'log in first'],
    ['forbidden', 403, 'not for you'],
    ['rejected', 401, 'expired'],
    ['observable-error', 403, 'closed'],
  ])('%s is one denied record, with the actor an earlier guard knew', async (path, status, message) => {
    const { answer, event } = await app.one(`/refusals/${path}`, {
      headers: asUser({ sub: 'u-7', email: 'seven@example.org', roles: ['viewer'] }),
    });

    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-audit-id')).toBe(event.id);
    expect(event).toMatchObject({
      type: 'refusal.test',
      outcome: 'denied',
      actor: { kind: 'user', id: 'u-7', email: 'seven@example.org', roles: ['viewer'] },
      transport: { status, route: `/refusals/${path}` },
      error: { code: String(status), message },
    });
  });

  it('is anonymous when no guard knew anybody', async () => {
    const { event } = await app.one('/refusals/unauthorized');
    expect(event.outcome).toBe('denied');
    expect(event.actor.kind).toBe('anonymous');
    expect(event.actor.id).toBeUndefined();
  });

  it('429 is denied, with the type for rate limits', async () => {
    const { answer, event } = await app.one('/refusals/rate-limited', { headers: asUser({ id: 'u-8' }) });
    expect(answer.status).toBe(429);
    expect(event).toMatchObject({
      type: 'audit.http.rate_limited',
      outcome: 'denied',
      actor: { id: 'u-8' },
      transport: { status: 429, handler: 'RefusalsController.rateLimited' },
    });
  });

  it('429 may have a type of the application', async () => {
    const { event } = await app.one('/refusals/rate-limited-own-type');
    expect(event).toMatchObject({ type: 'refusal.too_fast', outcome: 'denied' });
  });

  it('a guard that answers itself has not let the request through', async () => {
    const { answer, event } = await app.one('/refusals/answered', { headers: asUser({ id: 'u-9' }) });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/login']);
    expect(event).toMatchObject({ outcome: 'denied', actor: { id: 'u-9' }, transport: { status: 302 } });
  });

  it('an error of the guard itself is a failure, no denial', async () => {
    const { answer, event } = await app.one('/refusals/broken');
    expect(answer.status).toBe(500);
    expect(event).toMatchObject({ type: 'refusal.test', outcome: 'failure', transport: { status: 500 } });
  });
});

@Injectable()
class OneRequestOnly implements CanActivate {
  private count = 0;

  canActivate(): boolean {
    this.count += 1;
    if (this.count > 1) {
      throw new HttpException('Too Many Requests', 429);
    }
    return true;
  }
}

describe.each(PLATFORMS)('a rate limit for the whole application on %s', (platform) => {
  it('leaves one denied record for each request above it', async () => {
    const app = await testApp(platform)
      .controllers(OpenController)
      .providers({ provide: APP_GUARD, useClass: OneRequestOnly })
      .start();

    const { event: first } = await app.one('/open');
    const { answer, event: second } = await app.one('/open');

    expect(first).toMatchObject({ type: 'guarded.read', outcome: 'success' });
    expect(answer.status).toBe(429);
    expect(second).toMatchObject({ type: 'audit.http.rate_limited', outcome: 'denied', transport: { status: 429 } });
    await app.close();
  });
});

async function appThatAnswersGuardsKindly(platform: Platform): Promise<TestApp> {
  const kindly = (nest: INestApplication): void => {
    nest.useGlobalFilters({
      catch: (_exception: unknown, host: { switchToHttp(): { getResponse(): KindReply } }) => {
        host.switchToHttp().getResponse().status(302).header('location', '/login').send('');
      },
    });
  };
  return testApp(platform).controllers(RefusalsController).with(kindly).start();
}

interface KindReply {
  status(code: number): KindReply;
  header(name: string, value: string): KindReply;
  send(body: unknown): unknown;
}

describe.each(PLATFORMS)('a refusal that a filter turns into a redirect on %s', (platform) => {
  it('is denied all the same', async () => {
    const app = await appThatAnswersGuardsKindly(platform);

    for (const path of ['false', 'unauthorized', 'rejected']) {
      const answer = await app.request(`/refusals/${path}`);
      expect([answer.status, answer.headers.get('location')]).toEqual([302, '/login']);
      expect(onlyOne(await app.fresh())).toMatchObject({ outcome: 'denied', transport: { status: 302 } });
    }
    await app.close();
  });
});
