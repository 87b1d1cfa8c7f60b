import {
  All,
  Body,
  Controller,
  Delete,
  Get,
  Inject,
  Injectable,
  Next,
  Param,
  Post,
  Query,
  Req,
  Scope,
  Version,
  VersioningType,
  type VersioningOptions,
} from '@nestjs/common';
import {
  ContextIdFactory,
  REQUEST,
  type ContextId,
  type ContextIdStrategy,
  type HostComponentInfo,
} from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Audited, AuditService, NotAudited } from 'nestjs-audited';
import { asUser, HeaderUserGuard } from '../support/header-user.guard.js';
import { createOn, listen, PLATFORMS } from '../support/platforms.js';
import { onlyOne, testApp, type TestApp } from '../support/test-app.js';

@Controller({ path: 'versions', version: '1' })
class FirstVersionController {
  @Get() @Audited('version.one') read(): string {
    return 'one';
  }

  @Get('same-name') @Audited('version.one') same(): string {
    return 'one';
  }
}

@Controller({ path: 'versions', version: '2' })
class SecondVersionController {
  @Get() @Audited('version.two') read(): string {
    return 'two';
  }

  @Get('same-name') same(): string {
    return 'two, unaudited';
  }

  @Get('method') @Version('3') @Audited('version.three') method(): string {
    return 'three';
  }
}

const VERSIONINGS: readonly (readonly [
  string,
  VersioningOptions,
  (path: string, version: string) => readonly [string, object],
])[] = [
  ['URI', { type: VersioningType.URI }, (path, version) => [`/v${version}${path}`, {}]],
  ['header', { type: VersioningType.HEADER, header: 'x-version' }, (path, version) => [path, { 'x-version': version }]],
  [
    'media type',
    { type: VersioningType.MEDIA_TYPE, key: 'v=' },
    (path, version) => [path, { accept: `application/json;v=${version}` }],
  ],
];

describe.each(PLATFORMS)('versioned routes on %s', (platform) => {
  describe.each(VERSIONINGS)('by %s', (_name, versioning, address) => {
    let app: TestApp;

    beforeAll(async () => {
      app = await testApp(platform)
        .controllers(FirstVersionController, SecondVersionController)
        .with((nest) => nest.enableVersioning(versioning))
        .start();
    });
    afterAll(() => app.close());

    const get = (path: string, version: string): ReturnType<TestApp['request']> => {
      const [url, headers] = address(path, version);
      return app.request(url, { headers: headers as Record<string, string> });
    };

    it.each([
      ['1', '/versions', 'one', 'version.one', 'FirstVersionController.read'],
      ['2', '/versions', 'two', 'version.two', 'SecondVersionController.read'],
      ['3', '/versions/method', 'three', 'version.three', 'SecondVersionController.method'],
    ])('version %s of %s is recorded as itself', async (version, path, text, type, handler) => {
      const answer = await get(path, version);
      expect(answer.text).toBe(text);
      const event = onlyOne(await app.fresh());
      expect(event).toMatchObject({ type, outcome: 'success', transport: { handler, status: 200 } });
      expect(answer.headers.get('x-audit-id')).toBe(event.id);
    });

    it('an unaudited version leaves no record of an audited one', async () => {
      const answer = await get('/versions/same-name', '2');
      expect(answer.text).toBe('two, unaudited');
      expect(answer.headers.get('x-audit-id')).toBeNull();
      expect(await app.fresh()).toEqual([]);
    });

    it('a version that does not exist leaves none either', async () => {
      expect((await get('/versions', '9')).status).toBe(404);
      expect(await app.fresh()).toEqual([]);
    });
  });
});

@Controller('shapes')
class ShapesController {
  @Get(['first', 'second']) @Audited('shape.list') list(): string {
    return 'list';
  }

  @Get('files/*') @Audited('shape.wildcard') wildcard(): string {
    return 'wildcard';
  }

  @All('any') @Audited('shape.any') any(): string {
    return 'any';
  }

  @Delete('items/:id/:sub') @Audited('shape.delete') remove(
    @Param('id') id: string,
    @Param() params: Record<string, string>,
    @Query('q') query: string,
    @Body() body: unknown,
    @Req() request: { url: string },
    ...rest: unknown[]
  ): object {
    return { id, params, query, body, url: request.url, rest: rest.length };
  }

  @Post('defaults') @Audited('shape.defaults') defaults(@Body('a') a: number, b = 'untouched'): object {
    return { a, b };
  }
}

describe.each(PLATFORMS)('routes of every shape on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .controllers(ShapesController)
      .with((nest) => nest.setGlobalPrefix('api', { exclude: ['shapes/any'] }))
      .start();
  });
  afterAll(() => app.close());

  it.each(['first', 'second'])('one of several paths: %s', async (path) => {
    const { event } = await app.one(`/api/shapes/${path}`);
    expect(event).toMatchObject({
      action: `GET /api/shapes/${path}`,
      transport: { route: `/api/shapes/${path}`, path: `/api/shapes/${path}` },
    });
  });

  it('a wildcard', async () => {
    const { answer, event } = await app.one('/api/shapes/files/a/b.txt');
    expect(answer.status).toBe(200);
    expect(event).toMatchObject({ type: 'shape.wildcard', transport: { path: '/api/shapes/files/a/b.txt' } });
  });

  it.each(['GET', 'POST', 'DELETE', 'OPTIONS'])('any method, outside of the prefix: %s', async (method) => {
    const { event } = await app.one('/shapes/any', { method });
    expect(event).toMatchObject({ type: 'shape.any', transport: { method, route: '/shapes/any' } });
  });

  it('handlers get exactly the arguments they get without the audit trail', async () => {
    const { answer } = await app.one('/api/shapes/items/7/x?q=1', {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
      body: '{"why":"old"}',
    });
    expect(JSON.parse(answer.text)).toEqual({
      id: '7',
      params: { id: '7', sub: 'x' },
      query: '1',
      body: { why: 'old' },
      url: '/api/shapes/items/7/x?q=1',
      rest: 0,
    });
    const { answer: second } = await app.onePost('/api/shapes/defaults', { a: 1 });
    expect(JSON.parse(second.text)).toEqual({ a: 1, b: 'untouched' });
  });

  it('handlers can be called without any request, as unit tests do', () => {
    const controller = new ShapesController();
    expect(controller.list()).toBe('list');
    expect(controller.defaults(1)).toEqual({ a: 1, b: 'untouched' });
    expect(controller.list.name).toBe('list');
    // oxlint-disable-next-line typescript/unbound-method -- only its length is looked at
    expect(controller.defaults).toHaveLength(1);
  });
});

@Injectable({ scope: Scope.REQUEST })
class PerRequest {
  constructor(
    @Inject(REQUEST) readonly request: { readonly url: string },
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  async work(): Promise<string> {
    await this.audit.record({ type: 'scoped.below' });
    return this.request.url;
  }
}

@Injectable({ scope: Scope.REQUEST, durable: true })
class PerTenant {
  readonly made = Symbol('made');
}

@Controller({ path: 'scoped', scope: Scope.REQUEST })
@Audited('scoped.test')
class ScopedController {
  constructor(private readonly perRequest: PerRequest) {}

  @Get('value') value(): Promise<string> {
    return this.perRequest.work();
  }

  @Get('throws') throws(): never {
    throw new Error('scoped');
  }
}

@Controller('durable')
class DurableController {
  constructor(private readonly perTenant: PerTenant) {}

  @Get() @Audited('durable.test') value(): string {
    return String(typeof this.perTenant.made);
  }
}

/** One sub-tree of providers for everybody. */
const ONE_TENANT: ContextIdStrategy = {
  attach: (own: ContextId) => {
    const tenant: ContextId = ContextIdFactory.create();
    return { resolve: (host: HostComponentInfo) => (host.isTreeDurable ? tenant : own), payload: { tenantId: 't' } };
  },
};

describe.each(PLATFORMS)('request-scoped controllers on %s', (platform) => {
  it('are recorded like any other', async () => {
    ContextIdFactory.apply(ONE_TENANT);
    const app = await testApp(platform)
      .controllers(ScopedController, DurableController)
      .providers(PerRequest, PerTenant)
      .with((nest) => nest.useGlobalGuards(new HeaderUserGuard()))
      .start();

    const headers = asUser({ id: 'u-1' });
    const [first, second] = await Promise.all([
      app.request('/scoped/value?n=1', { headers }),
      app.request('/scoped/value?n=2', { headers: asUser({ id: 'u-2' }) }),
    ]);
    expect([first.text, second.text]).toEqual(['/scoped/value?n=1', '/scoped/value?n=2']);
    const events = await app.fresh();
    expect(events.map(({ type, actor }) => `${type} ${actor.id}`).sort()).toEqual([
      'scoped.below u-1',
      'scoped.below u-2',
      'scoped.test u-1',
      'scoped.test u-2',
    ]);
    const { event: failed } = await app.one('/scoped/throws', { headers });
    expect(failed).toMatchObject({ outcome: 'failure', transport: { status: 500 }, error: { message: 'scoped' } });
    const { event: durable } = await app.one('/durable');
    expect(durable).toMatchObject({ type: 'durable.test', outcome: 'success' });
    await app.close();
  });
});

abstract class CrudController {
  constructor(private readonly what: string = new.target.name) {}

  @Get(':id') @Audited({ resource: { type: 'thing', id: 'params.id' } }) read(@Param('id') id: string): string {
    return `${this.what} ${id}`;
  }

  @Post() @Audited('crud.created') create(@Body() body: unknown): unknown {
    return body;
  }

  @Delete(':id') remove(@Param('id') id: string): string {
    return id;
  }
}

@Controller('cats')
@Audited({ type: 'cat.used', component: 'cats' })
class CatsController extends CrudController {
  @NotAudited('cats have nine lives') @Delete(':id') override remove(id: string): string {
    return `cat ${id}`;
  }
}

@Controller('dogs')
@Audited({ type: 'dog.used', component: 'dogs', resource: { type: 'dog' } })
class DogsController extends CrudController {
  override create(body: unknown): unknown {
    return { dog: super.create(body) };
  }
}

@Controller('plain')
class PlainController extends CrudController {
  override read(id: string): string {
    return `overridden ${id}`;
  }
}

describe.each(PLATFORMS)('inherited controllers on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform).controllers(CatsController, DogsController, PlainController).start();
  });
  afterAll(() => app.close());

  it('give each inherited handler the options of its own class', async () => {
    const { answer, event: cat } = await app.one('/cats/1');
    expect(answer.text).toBe('CatsController 1');
    expect(cat).toMatchObject({
      type: 'cat.used',
      origin: { component: 'cats' },
      resource: { type: 'thing', id: '1' },
      transport: { handler: 'CatsController.read' },
    });
    const { event: dog } = await app.one('/dogs/2');
    expect(dog).toMatchObject({
      type: 'dog.used',
      origin: { component: 'dogs' },
      resource: { type: 'thing', id: '2' },
      transport: { handler: 'DogsController.read' },
    });
  });

  it('let the method have its own word', async () => {
    const { event } = await app.onePost('/cats', {});
    expect(event).toMatchObject({ type: 'crud.created', origin: { component: 'cats' } });
  });

  it('audit what the class says and the method does not, unless it says no', async () => {
    expect((await app.one('/dogs/3', { method: 'DELETE' })).event).toMatchObject({ type: 'dog.used' });
    expect((await app.request('/cats/3', { method: 'DELETE' })).status).toBe(200);
    expect((await app.request('/plain/3', { method: 'DELETE' })).status).toBe(200);
    expect(await app.fresh()).toEqual([]);
  });
});

let passedOn = 0;

@Controller('chained')
class ChainedController {
  @Get() @Audited('chained.first') first(@Next() next: () => void): void {
    passedOn += 1;
    next();
  }

  @Get() @Audited('chained.second') second(): string {
    return 'second';
  }
}

@Controller({ path: 'hosted', host: 'admin.example.org' })
class AdminController {
  @Get() @Audited('host.admin') read(): string {
    return 'admin';
  }
}

@Controller({ path: 'hosted', host: ':tenant.example.org' })
class TenantController {
  @Get() @Audited('host.tenant') read(): string {
    return 'tenant';
  }
}

const hosted = (app: TestApp, host: string): Promise<string> =>
  app.raw(`GET /hosted HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

describe('what only express can', () => {
  it('a handler that passes the request on leaves one record', async () => {
    const app = await testApp('express').controllers(ChainedController).start();
    const { answer, event } = await app.one('/chained');
    expect([passedOn, answer.text]).toEqual([1, 'second']);
    expect(event).toMatchObject({ type: 'chained.first', outcome: 'success', transport: { status: 200 } });
    await app.close();
  });

  it('a controller of another host is not recorded', async () => {
    const app = await testApp('express').controllers(AdminController, TenantController).start();
    expect(await hosted(app, 'admin.example.org')).toContain('admin');
    expect(onlyOne(await app.fresh())).toMatchObject({ type: 'host.admin', outcome: 'success' });
    expect(await hosted(app, 'acme.example.org')).toContain('tenant');
    expect(onlyOne(await app.fresh())).toMatchObject({ type: 'host.tenant', outcome: 'success' });
    expect(await hosted(app, 'elsewhere.test')).toContain('404');
    expect(await app.fresh()).toEqual([]);
    await app.close();
  });
});

it('a preflight request is no action', async () => {
  const app = await testApp('express')
    .controllers(CatsController)
    .with((nest) => nest.enableCors())
    .start();
  const answer = await app.request('/cats', {
    method: 'OPTIONS',
    headers: { origin: 'https://example.org', 'access-control-request-method': 'POST' },
  });
  expect(answer.status).toBe(204);
  expect(await app.fresh()).toEqual([]);
  await app.close();
});

it('fastify answers another host with 404, which is no record of the controller', async () => {
  const app = await testApp('fastify').controllers(AdminController).start();
  expect(await hosted(app, 'admin.example.org')).toContain('200 OK');
  expect(onlyOne(await app.fresh())).toMatchObject({ type: 'host.admin', outcome: 'success' });
  const other = await hosted(app, 'elsewhere.test');
  expect(other).toContain('404');
  expect(other).not.toContain('x-audit-id');
  expect(await app.fresh()).toEqual([]);
  await app.close();
});

describe.each(PLATFORMS)('two applications in one process on %s', (platform) => {
  it('see only their own requests, and one without the module works unchanged', async () => {
    const first = await testApp(platform).controllers(ShapesController).start();
    const second = await testApp(platform).audit({ durability: 'best-effort' }).controllers(ShapesController).start();
    const bare = createOn(
      platform,
      await Test.createTestingModule({ controllers: [ShapesController, CatsController] }).compile(),
    );
    const bareUrl = await listen(bare);

    expect((await first.one('/shapes/first')).event).toMatchObject({ type: 'shape.list' });
    expect(await second.fresh()).toEqual([]);
    expect((await second.request('/shapes/any')).text).toBe('any');
    expect((await second.eventually())[0]).toMatchObject({ type: 'shape.any' });

    const answer = await fetch(`${bareUrl}/shapes/first`);
    expect([await answer.text(), answer.headers.get('x-audit-id')]).toEqual(['list', null]);
    expect(await (await fetch(`${bareUrl}/cats/5`)).text()).toBe('CatsController 5');
    expect(await first.fresh()).toEqual([]);
    await Promise.all([first.close(), second.close(), bare.close()]);
  });
});
