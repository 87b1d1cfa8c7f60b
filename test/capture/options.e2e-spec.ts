import { Body, Controller, Get, Injectable, Param, Post, Put } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Audited, AuditModule, auditedFor, defineCatalogue, NotAudited, type AuditFacts } from 'nestjs-audited';
import { asUser, HeaderUserGuard } from '../support/header-user.guard.js';
import { createOn, PLATFORMS } from '../support/platforms.js';
import { testApp, type TestApp } from '../support/test-app.js';

const shop = defineCatalogue('shop', {
  'order.placed': { title: 'An order was placed', risk: 'medium' },
  'order.failed': { title: 'An order failed' },
  'order.refused': { title: 'An order was refused' },
});
const { Audited: AuditedInShop } = auditedFor(shop);

interface Order {
  readonly id: string;
  readonly total: number;
}

const prices = new Map<string, { price: number; currency: string }>();

@Injectable()
class Prices {
  read(id: string): Promise<object | undefined> {
    return Promise.resolve(prices.get(id));
  }
}

@Controller('orders')
class OrdersController {
  constructor(readonly prices: Prices) {}

  @Post(':shop')
  @Audited('order.placed', {
    resource: { type: 'order', id: 'result.id', name: 'body.name' },
    action: 'Order of {body.name} for {body.total} in {params.shop} by {user.id} ({query.missing})',
    details: ['body.name', 'query.coupon', 'headers.x-campaign', 'args.0'],
    reason: 'body.reason',
    ticket: 'body.ticket',
    environment: 'staging',
    component: 'checkout',
    dataClassification: 'internal',
    risk: 'high',
    severity: 'critical',
  })
  place(@Param('shop') _shop: string, @Body() body: { total: number }): Order {
    return { id: 'o-1', total: body.total };
  }

  @Post('typed/functions')
  @AuditedInShop<Order>('order.placed', {
    resource: ({ result }) => ({ type: 'order', ...(result === undefined ? {} : { id: result.id }) }),
    action: ({ body, status }) => `Ordered ${(body as Order).total} (${status})`,
    details: ({ args, user, controller, result }) => ({
      arguments: args.length,
      user,
      controller: controller instanceof OrdersController,
      total: result?.total,
    }),
    reason: () => 'because',
    ticket: () => undefined,
    environment: ({ query }: AuditFacts) => String(query['to']),
    types: { failed: 'order.failed', denied: 'order.refused' },
  })
  functions(@Body() body: Order): Order {
    if (body.total < 0) {
      throw new Error('too little');
    }
    return { ...body, id: 'o-2' };
  }

  @Put(':id/price')
  @Audited('price.changed', {
    resource: { type: 'price', id: 'params.id' },
    before: ({ controller, params }) => (controller as OrdersController).prices.read(String(params['id'])),
    after: 'result',
  })
  reprice(@Param('id') id: string, @Body() body: { price: number }): object {
    if (body.price < 0) {
      throw new Error('too little');
    }
    const price = { currency: 'EUR', ...prices.get(id), price: body.price };
    prices.set(id, price);
    return price;
  }

  @Post('succeeded/type')
  @Audited({ type: 'order.requested', types: { succeeded: 'order.placed' } })
  succeeded(): void {}

  @Get('named-by-itself') @Audited() namedByItself(): string {
    return 'named';
  }

  @Post('personal/data')
  @Audited({ type: 'order.placed', details: ['body'], personal: ['/details/body/phone'] })
  personal(): void {}

  @Post('secrets/too')
  @Audited({ type: 'order.placed', details: ['body', 'headers'], action: 'Token {body.token}' })
  secrets(): void {}
}

describe.each(PLATFORMS)('options of @Audited() on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp(platform)
      .audit({ catalogues: [shop], origin: { component: 'shop', environment: 'production', version: '1.2.3' } })
      .controllers(OrdersController)
      .providers(Prices)
      .with((nest) => nest.useGlobalGuards(new HeaderUserGuard()))
      .start();
  });
  afterAll(() => app.close());

  it('read request and result with selectors', async () => {
    const { event } = await app.onePost(
      '/orders/berlin?coupon=SAVE',
      { name: 'pens', total: 3, reason: 'restock', ticket: 'CHG-7' },
      { ...asUser({ id: 'u-1' }), 'x-campaign': 'spring' },
    );
    expect(event).toMatchObject({
      type: 'order.placed',
      resource: { type: 'order', id: 'o-1', name: 'pens' },
      action: 'Order of pens for 3 in berlin by u-1 (?)',
      details: { name: 'pens', coupon: 'SAVE', 'x-campaign': 'spring', 0: 'berlin' },
      reason: 'restock',
      ticket: 'CHG-7',
      dataClassification: 'internal',
      risk: 'high',
      severity: 'critical',
      origin: { component: 'checkout', environment: 'staging', version: '1.2.3' },
    });
    expect(event.uncatalogued).toBeUndefined();
  });

  it('read request and result with typed functions', async () => {
    const { event } = await app.onePost('/orders/typed/functions?to=test', { total: 5 }, asUser({ id: 'u-1' }));
    expect(event).toMatchObject({
      type: 'order.placed',
      resource: { type: 'order', id: 'o-2' },
      action: 'Ordered 5 (201)',
      details: { arguments: 1, user: { id: 'u-1' }, controller: true, total: 5 },
      reason: 'because',
      origin: { component: 'shop', environment: 'test' },
    });
    expect(event.ticket).toBeUndefined();
  });

  it('name other types for other endings', async () => {
    const { event } = await app.onePost('/orders/typed/functions?to=test', { total: -1 });
    expect(event).toMatchObject({
      type: 'order.failed',
      outcome: 'failure',
      resource: { type: 'order' },
      action: 'Ordered -1 (500)',
    });
  });

  it('name another type for success, too', async () => {
    expect((await app.onePost('/orders/succeeded/type')).event).toMatchObject({ type: 'order.placed' });
  });

  it('compare the state before and after', async () => {
    prices.set('p-1', { price: 1, currency: 'EUR' });
    const change = (price: number): ReturnType<TestApp['one']> =>
      app.one('/orders/p-1/price', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ price }),
      });

    expect((await change(2)).event.changes).toEqual([{ field: 'price', before: 1, after: 2 }]);
    expect((await change(2)).event.changes).toBeUndefined();
  });

  it('have a type of their own when none is given', async () => {
    const { event } = await app.one('/orders/named-by-itself');
    expect(event).toMatchObject({ type: 'orders.named-by-itself', uncatalogued: true });
  });

  it('keep personal data apart, to be erased one day', async () => {
    const { event } = await app.onePost('/orders/personal/data', { phone: '+49 30 123456', item: 'pen' });
    expect(event.details).toEqual({ body: { phone: '+49 30 123456', item: 'pen' } });
    expect(event.personal).toMatch(/^[0-9a-f]{64}$/);
    const connection = app.connection({ readonly: true });
    const row = connection.prepare('SELECT body, personal FROM audit_records WHERE id = ?').get(event.id) as {
      body: string;
      personal: string;
    };
    connection.close();
    expect(row.body).not.toContain('+49 30 123456');
    expect(row.personal).toContain('+49 30 123456');
  });

  it('keep no secret of a request', async () => {
    const { event } = await app.onePost(
      '/orders/secrets/too',
      { password: 'hunter2', token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', card: '4111 1111 1111 1111' },
      { authorization: 'Bearer hunter3', cookie: 'session=hunter4' },
    );
    const text = JSON.stringify(event);
    for (const secret of ['hunter2', 'hunter3', 'hunter4', 'c2lnbmF0dXJl', '4111 1111']) {
      expect(text).not.toContain(secret);
    }
    expect(event.redacted?.length).toBeGreaterThan(3);
  });
});

@Controller('covered')
class CoveredController {
  @Post() @Audited('covered.write') write(): void {}
  @Get() read(): void {}
  @Post('not') @NotAudited('only a ping') ping(): void {}
}

@Controller('uncovered')
class UncoveredController {
  @Post() write(): void {}
  @Post('again') again(): void {}
  @Get() read(): void {}
}

describe.each(PLATFORMS)('coverage on %s', (platform) => {
  it('"error" refuses to start, and names every state-changing route without a word', async () => {
    const module = await Test.createTestingModule({
      imports: [AuditModule.forRoot({ database: ':memory:', capture: { coverage: 'error' } })],
      controllers: [CoveredController, UncoveredController],
    }).compile();
    const nest = createOn(platform, module);
    await expect(nest.init()).rejects.toMatchObject({
      code: 'AUDIT_COVERAGE_MISSING',
      message: expect.stringMatching(/POST UncoveredController\.write.*POST UncoveredController\.again/s),
    });
    await nest.close();
  });

  it('"error" starts when every one is audited, or explicitly is not', async () => {
    const app = await testApp(platform)
      .audit({ capture: { coverage: 'error' } })
      .controllers(CoveredController)
      .start();
    expect(app.logs.ofAudit('log')).toEqual([
      expect.stringContaining('Checkpoints are off'),
      expect.stringContaining('Auditing 1 of 3'),
      expect.stringContaining('CoveredController.ping (only a ping)'),
    ]);
    await app.close();
  });

  it('"report" names them in the log, "off" is silent', async () => {
    const told = await testApp(platform).controllers(UncoveredController).start();
    expect(told.logs.ofAudit('warn')).toEqual([
      expect.stringContaining('POST UncoveredController.write, POST UncoveredController.again'),
    ]);
    const silent = await testApp(platform)
      .audit({ capture: { coverage: 'off' } })
      .controllers(UncoveredController)
      .start();
    expect([...silent.logs.ofAudit('log'), ...silent.logs.ofAudit('warn')]).toEqual([
      expect.stringContaining('Checkpoints are off'),
    ]);
    await Promise.all([told.close(), silent.close()]);
  });
});
