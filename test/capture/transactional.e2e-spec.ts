import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Controller,
  ForbiddenException,
  Get,
  HttpCode,
  Inject,
  InternalServerErrorException,
  Param,
  Post,
  UseGuards,
  type CanActivate,
} from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Audited, AuditService, defineCatalogue, NotAudited, type AuditEvent } from 'nestjs-audited';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { PLATFORMS, type Platform } from '../support/platforms.js';
import { onlyOne, testApp, until, type TestApp } from '../support/test-app.js';

class Refuse implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException('not yours');
  }
}

/** What the specs and the handlers do while the other waits. */
let meanwhile: () => unknown = () => undefined;
/** A transaction that a handler left open. */
let leftOpen: QueryRunner | undefined;

async function commitLeftOpen(): Promise<void> {
  await leftOpen?.commitTransaction();
  await leftOpen?.release();
}

const insert = (manager: EntityManager, id: string): Promise<unknown> =>
  manager.query('INSERT INTO orders (id) VALUES (?)', [id]);

@Controller('orders')
@Audited('order.made', {
  durability: 'transactional',
  resource: { type: 'order', id: 'params.id' },
  types: { failed: 'order.failed' },
})
class OrdersController {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Post('helper/:id') async helper(@Param('id') id: string): Promise<object> {
    await this.audit.transaction(this.dataSource, (manager) => insert(manager, id));
    return { made: id };
  }

  @Post('by-hand/:id') async byHand(@Param('id') id: string): Promise<object> {
    return this.dataSource.transaction(async (manager) => {
      await insert(manager, id);
      const { status } = await this.audit.recordIn(manager);
      return { status };
    });
  }

  @Post('accepted/:id') @HttpCode(202) async accepted(@Param('id') id: string): Promise<void> {
    await this.audit.transaction(this.dataSource, (manager) => insert(manager, id));
  }

  @Post('rolled-back/:id') async rolledBack(@Param('id') id: string): Promise<void> {
    await this.audit.transaction(this.dataSource, async (manager) => {
      await insert(manager, id);
      await this.audit.recordIn(manager);
      throw new InternalServerErrorException('no stock');
    });
  }

  @Post('swallowed/:id') async swallowed(@Param('id') id: string): Promise<string> {
    await this.rolledBack(id).catch(() => undefined);
    return 'never mind';
  }

  @Post('failed-after/:id') async failedAfter(@Param('id') id: string): Promise<never> {
    await this.helper(id);
    throw new InternalServerErrorException('the receipt could not be printed');
  }

  @Post('retried/:id') async retried(@Param('id') id: string): Promise<object> {
    await this.rolledBack(id).catch(() => undefined);
    return this.helper(id);
  }

  @Post('with-more/:id') async withMore(@Param('id') id: string): Promise<void> {
    await this.audit.transaction(this.dataSource, async (manager) => {
      await insert(manager, id);
      await this.audit.recordIn(manager, { type: 'order.priced', details: { cents: 995 } });
    });
  }

  @Post('as-another/:id') async asAnother(@Param('id') id: string): Promise<string> {
    return this.audit.runAs({ kind: 'service', id: 'importer' }, async () => {
      await this.helper(id);
      return 'the same action, done by another';
    });
  }

  @Post('apart/:id') apart(): string {
    return 'no transaction';
  }

  @Post('refused/:id') @UseGuards(new Refuse()) refused(): void {}

  @Post('slow/:id') async slow(@Param('id') id: string): Promise<string> {
    await this.helper(id);
    await meanwhile();
    return 'done';
  }

  @Post('left-open/:id') async leftOpen(@Param('id') id: string): Promise<string> {
    leftOpen = this.dataSource.createQueryRunner();
    await leftOpen.startTransaction();
    await insert(leftOpen.manager, id);
    await this.audit.recordIn(leftOpen.manager);
    return 'the transaction ends later';
  }

  @Get('bare') @NotAudited('to pass the time') bare(): string {
    return 'bare';
  }
}

const catalogue = defineCatalogue('orders', {
  'order.made': { title: 'Order made' },
  'order.failed': { title: 'Order failed' },
  'order.priced': { title: 'Order priced' },
});

interface Shop {
  readonly app: TestApp;
  readonly close: () => Promise<void>;
  /** Whether the business change is there. */
  readonly has: (id: string) => Promise<boolean>;
}

async function shopOn(platform: Platform, abandonedAfterMs = 60_000): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'audited-shop-'));
  const app = await testApp(platform)
    .importsBefore(TypeOrmModule.forRoot({ type: 'better-sqlite3', database: join(folder, 'shop.sqlite') }))
    .audit({ catalogues: [catalogue], dataSource: 'default', lifecycle: false, capture: { abandonedAfterMs } })
    .controllers(OrdersController)
    .start();
  const dataSource = app.nest.get(DataSource);
  await dataSource.query('CREATE TABLE orders (id TEXT PRIMARY KEY)');
  return {
    app,
    has: async (id) => (await dataSource.query<unknown[]>('SELECT id FROM orders WHERE id = ?', [id])).length > 0,
    close: async () => {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Everything that reaches the chain by and by: an event that joins a transaction now comes after all earlier ones. */
async function settled({ app }: Shop): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  const marker = `marker-${Math.random()}`;
  await app.nest
    .get(DataSource)
    .transaction((manager) => app.audit.recordIn(manager, { type: 'order.priced', action: marker }));
  await until(async () => {
    events.push(...(await app.fresh()));
    return events.some(({ action }) => action === marker);
  });
  return events.filter(({ action }) => action !== marker);
}

describe.each(PLATFORMS)('the level "transactional" on %s', (platform) => {
  let shop: Shop;
  let app: TestApp;

  beforeAll(async () => {
    shop = await shopOn(platform);
    ({ app } = shop);
  });
  afterAll(() => shop.close());

  it.each([
    ['audit.transaction()', 'helper', 201, 'success'],
    ['audit.recordIn()', 'by-hand', 201, 'success'],
    ['audit.transaction(), accepted only', 'accepted', 202, 'pending'],
  ])(
    'has one record, through the transaction, under the id that the client is told: %s',
    async (_way, path, status, outcome) => {
      const answer = await app.post(`/orders/${path}/${path}`);
      expect(answer.status).toBe(status);
      expect(await shop.has(path)).toBe(true);
      expect(onlyOne(await settled(shop))).toMatchObject({
        id: answer.headers.get('x-audit-id'),
        type: 'order.made',
        stage: 'outcome',
        outcome,
        resource: { type: 'order', id: path },
        transport: { status, handler: expect.stringContaining('OrdersController.') as unknown },
      });
    },
  );

  it('has one record of a failure, which survives the rollback', async () => {
    const answer = await app.post('/orders/rolled-back/1');
    expect(answer.status).toBe(500);
    expect(await shop.has('1')).toBe(false);
    const event = onlyOne(await settled(shop));
    expect(event).toMatchObject({
      id: answer.headers.get('x-audit-id'),
      type: 'order.failed',
      outcome: 'failure',
      error: { message: 'no stock' },
    });
    expect(event).not.toHaveProperty('causationId');
  });

  it('says so when the answer is a success although the transaction was rolled back', async () => {
    const answer = await app.post('/orders/swallowed/2');
    expect([answer.status, await shop.has('2')]).toEqual([201, false]);
    expect(onlyOne(await settled(shop))).toMatchObject({
      id: answer.headers.get('x-audit-id'),
      outcome: 'success',
      details: { transaction: 'rolled_back' },
    });
  });

  it('has a second record when the change committed and the handler failed after it', async () => {
    const answer = await app.post('/orders/failed-after/3');
    expect([answer.status, await shop.has('3')]).toEqual([500, true]);
    const events = await settled(shop);
    const [made, ...others] = events.filter(({ outcome }) => outcome === 'success');
    expect(others).toEqual([]);
    expect(made?.id).toBe(answer.headers.get('x-audit-id'));
    const failed = onlyOne(events.filter(({ outcome }) => outcome !== 'success'));
    expect(failed).toMatchObject({ type: 'order.failed', outcome: 'failure', transport: { status: 500 } });
    expect(failed.causationId).toBe(made?.id);
    expect(failed.correlationId).toBe(made?.correlationId);
  });

  it('has one record of a transaction that was rolled back and then committed', async () => {
    const answer = await app.post('/orders/retried/4');
    expect([answer.status, await shop.has('4')]).toEqual([201, true]);
    const event = onlyOne(await settled(shop));
    expect(event).toMatchObject({ id: answer.headers.get('x-audit-id'), outcome: 'success' });
    expect(event).not.toHaveProperty('details');
  });

  it('links further events of the same transaction to its own', async () => {
    const answer = await app.post('/orders/with-more/5');
    const events = await settled(shop);
    expect(events).toHaveLength(2);
    const own = events.find(({ type }) => type === 'order.made');
    expect(own?.id).toBe(answer.headers.get('x-audit-id'));
    expect(events.find(({ type }) => type === 'order.priced')).toMatchObject({
      causationId: own?.id,
      details: { cents: 995 },
    });
  });

  it('records a refusal as ever', async () => {
    const answer = await app.post('/orders/refused/6');
    expect(answer.status).toBe(403);
    expect(onlyOne(await settled(shop))).toMatchObject({
      id: answer.headers.get('x-audit-id'),
      outcome: 'denied',
      transport: { status: 403 },
    });
    expect(app.logs.ofAudit('error')).toEqual([]);
  });

  it('has two records when the client left after the commit', async () => {
    let finish = (): void => undefined;
    let running = false;
    meanwhile = () =>
      new Promise<void>((resolve) => {
        running = true;
        finish = resolve;
      });
    const request = app.open('/orders/slow/7', 'POST');
    await until(() => running);
    const gone = new Promise((closed) => request.once('close', closed));
    request.destroy();
    await gone;
    await app.request('/orders/bare');
    await app.request('/orders/bare');
    finish();
    const events = await app.eventually(2);
    expect(events).toHaveLength(2);
    const made = events.find(({ outcome }) => outcome === 'success');
    expect(events.find(({ outcome }) => outcome === 'unknown')).toMatchObject({
      reason: 'client_aborted',
      causationId: made?.id,
      details: { handler: 'returned' },
    });
  });

  it('waits for the end of a transaction that the handler left open', async () => {
    leftOpen = undefined;
    let arrived = false;
    const answer = app.post('/orders/left-open/8').then((given) => {
      arrived = true;
      return given;
    });
    await until(() => leftOpen !== undefined);
    await app.request('/orders/bare');
    expect(arrived).toBe(false);
    await until(async () => {
      // Not before the handler has written its event.
      const written = await leftOpen?.query("SELECT id FROM orders WHERE id = '8'");
      return Array.isArray(written) && written.length > 0;
    });
    await new Promise((turn) => setImmediate(turn));
    await commitLeftOpen();
    expect((await answer).status).toBe(201);
    const events = (await settled(shop)).filter(({ resource }) => resource?.id === '8');
    expect(onlyOne(events)).toMatchObject({ outcome: 'success' });
  });

  it('is still the same action when a part of it runs as somebody else', async () => {
    const answer = await app.post('/orders/as-another/11');
    expect(answer.status).toBe(201);
    expect(onlyOne(await settled(shop))).toMatchObject({ id: answer.headers.get('x-audit-id'), outcome: 'success' });
  });

  it('records as ever where no transaction was joined, and tells the operator once for the route', async () => {
    const answer = await app.post('/orders/apart/9');
    await app.post('/orders/apart/10');
    const [first, second] = await settled(shop);
    expect(first).toMatchObject({ id: answer.headers.get('x-audit-id'), outcome: 'success' });
    expect(second).toMatchObject({ outcome: 'success', resource: { id: '10' } });
    expect(app.logs.ofAudit('error')).toEqual([
      expect.stringContaining(
        'OrdersController.apart is audited at the level "transactional" but joined no transaction',
      ),
    ]);
    expect(app.audit.failures()).toEqual({ capture: 1 });
  });
});

describe.each(PLATFORMS)('a transaction that does not end on %s', (platform) => {
  it('is not waited for longer than allowed; a record says that its end is unknown', async () => {
    const shop = await shopOn(platform, 100);
    leftOpen = undefined;
    const answer = await shop.app.post('/orders/left-open/1');
    expect(answer.status).toBe(201);
    const [unknown] = await shop.app.eventually();
    expect(unknown).toMatchObject({
      outcome: 'success',
      causationId: answer.headers.get('x-audit-id'),
      details: { transaction: 'unknown' },
    });
    await commitLeftOpen();
    expect(onlyOne(await settled(shop))).toMatchObject({ id: answer.headers.get('x-audit-id'), outcome: 'success' });
    await shop.close();
  });
});

@Controller('lonely')
class LonelyController {
  @Post() @Audited('lonely.done', { durability: 'transactional' }) done(): string {
    return 'done';
  }
}

describe.each(PLATFORMS)('without a DataSource on %s', (platform) => {
  it('the start tells which handlers cannot be transactional, and they are recorded all the same', async () => {
    const app = await testApp(platform).controllers(LonelyController).start();
    expect(app.logs.ofAudit('warn')).toEqual([
      expect.stringMatching(/No DataSource is named.*LonelyController\.done.*option "dataSource"/),
    ]);
    const { answer, event } = await app.onePost('/lonely');
    expect(answer.status).toBe(201);
    expect(event).toMatchObject({ type: 'lonely.done', outcome: 'success' });
    await app.close();
  });
});
