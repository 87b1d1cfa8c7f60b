import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Controller,
  Get,
  Inject,
  Param,
  Post,
  RequestTimeoutException,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Audited,
  AuditService,
  defineCatalogue,
  NotAudited,
  type AuditEvent,
  type AuditModuleRootOptions,
} from 'nestjs-audited';
import { from, race, type Observable } from 'rxjs';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { PLATFORMS, type Platform } from '../support/platforms.js';
import { onlyOne, testApp, type TestApp } from '../support/test-app.js';

/** A point that a handler reaches, and where it waits until the spec lets it go on. */
class Stop {
  private reach = (): void => undefined;
  goOn = (): void => undefined;
  readonly isReached = new Promise<void>((resolve) => (this.reach = resolve));
  private readonly isReleased = new Promise<void>((resolve) => (this.goOn = resolve));

  wait(): Promise<void> {
    this.reach();
    return this.isReleased;
  }
}

let stop = new Stop();
let leftOpen: QueryRunner | undefined;

beforeEach(() => {
  stop = new Stop();
});

/** Answers 408 as soon as the handler waits. */
class TimeOut implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const timeOut = stop.isReached.then(() => {
      throw new RequestTimeoutException();
    });
    return race(next.handle(), from(timeOut));
  }
}

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

  /** A slow call before the transaction. */
  @Post('slow/:id') async slow(@Param('id') id: string): Promise<void> {
    await stop.wait();
    await this.make(id);
  }

  @Post('timed-out/:id') @UseInterceptors(TimeOut) async timedOut(@Param('id') id: string): Promise<void> {
    await this.slow(id);
  }

  @Post('retried/:id') @UseInterceptors(TimeOut) async retried(@Param('id') id: string): Promise<void> {
    await this.make(id, 'could not serialise').catch(() => undefined);
    await stop.wait();
    await this.make(id, 'could not serialise').catch(() => undefined);
    await this.make(id);
  }

  @Post('nested/:id') @UseInterceptors(TimeOut) async nested(@Param('id') id: string): Promise<void> {
    await this.audit.transaction(this.dataSource, async (manager) => {
      await insert(manager, id);
      const failed = manager.transaction(async (inner) => {
        await this.audit.recordIn(inner);
        throw new Error('back to the savepoint');
      });
      await failed.catch(() => undefined);
      await stop.wait();
    });
  }

  @Post('left-open/:id') async leftOpen(@Param('id') id: string): Promise<void> {
    leftOpen = this.dataSource.createQueryRunner();
    await leftOpen.startTransaction();
    await insert(leftOpen.manager, id);
    await this.audit.recordIn(leftOpen.manager);
    await stop.wait();
  }

  @Get('bare') @NotAudited('to pass the time') bare(): string {
    return 'bare';
  }

  private async make(id: string, failure?: string): Promise<void> {
    await this.audit.transaction(this.dataSource, async (manager) => {
      await insert(manager, id);
      if (failure !== undefined) {
        await this.audit.recordIn(manager);
        throw new Error(failure);
      }
    });
  }
}

const insert = (manager: EntityManager, id: string): Promise<unknown> =>
  manager.query('INSERT INTO orders (id) VALUES (?)', [id]);

const catalogue = defineCatalogue('orders', {
  'order.made': { title: 'Order made' },
  'order.failed': { title: 'Order failed' },
});

interface Shop {
  readonly app: TestApp;
  readonly orders: () => Promise<unknown[]>;
  readonly close: (unread?: number) => Promise<void>;
}

async function shopOn(platform: Platform, options: AuditModuleRootOptions = {}): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'audited-shop-'));
  const app = await testApp(platform)
    .importsBefore(TypeOrmModule.forRoot({ type: 'better-sqlite3', database: join(folder, 'shop.sqlite') }))
    .audit({ catalogues: [catalogue], dataSource: 'default', ...options })
    .controllers(OrdersController)
    .start();
  await app.nest.get(DataSource).query('CREATE TABLE orders (id TEXT PRIMARY KEY)');
  return {
    app,
    orders: () => app.nest.get(DataSource).query('SELECT id FROM orders'),
    close: async (unread = 0) => {
      await app.close({ unread });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The success that names the given event as its cause, and tells nothing of the answer that had left before. */
function expectLateSuccess(events: readonly AuditEvent[], id: string, causationId: unknown): void {
  const made = onlyOne(events);
  expect(made).toMatchObject({ type: 'order.made', outcome: 'success', causationId, resource: { id } });
  expect(made.id).not.toBe(causationId);
  expect(made.transport).not.toHaveProperty('status');
  expect(made).not.toHaveProperty('error');
}

describe.each(PLATFORMS)('a transaction that commits after its request was recorded, on %s', (platform) => {
  it.each([
    ['it began after a time-out had answered', 'timed-out'],
    ['it is a further attempt, after a time-out had answered', 'retried'],
  ])('has a record of its own: %s', async (_case, path) => {
    const shop = await shopOn(platform);
    const answer = await shop.app.post(`/orders/${path}/1`);
    expect(answer.status).toBe(408);
    const [failure] = await shop.app.eventually();
    expect(failure).toMatchObject({
      id: answer.headers.get('x-audit-id'),
      type: 'order.failed',
      outcome: 'failure',
      transport: { status: 408 },
    });
    stop.goOn();
    expectLateSuccess(await shop.app.eventually(), '1', failure?.id);
    expect(await shop.orders()).toStrictEqual([{ id: '1' }]);
    await shop.close();
  });

  it('has a record of its own where only a savepoint was taken back before the answer', async () => {
    const shop = await shopOn(platform);
    const answer = await shop.app.post('/orders/nested/2');
    expect(answer.status).toBe(408);
    const [failure] = await shop.app.eventually();
    expect(failure).toMatchObject({ id: answer.headers.get('x-audit-id'), outcome: 'failure' });
    stop.goOn();
    expectLateSuccess(await shop.app.eventually(), '2', failure?.id);
    await shop.close();
  });

  it('has a record of its own where the client had left and the handler was not waited for any more', async () => {
    const shop = await shopOn(platform, { capture: { abandonedAfterMs: 50 } });
    const request = shop.app.open('/orders/slow/3', 'POST');
    await stop.isReached;
    request.destroy();
    const [left] = await shop.app.eventually();
    expect(left).toMatchObject({ outcome: 'unknown', reason: 'client_aborted' });
    stop.goOn();
    expectLateSuccess(await shop.app.eventually(), '3', left?.id);
    expect(await shop.orders()).toStrictEqual([{ id: '3' }]);
    await shop.close();
  });
});

describe.each(PLATFORMS)('a shutdown on %s', (platform) => {
  it.each([
    ['the client left before', true],
    ['the client leaves now', false],
  ])('waits for a transaction that is left open no longer than it may take: %s', async (_case, hasLeft) => {
    const shop = await shopOn(platform, { limits: { shutdownTimeoutMs: 500 } });
    const request = shop.app.open('/orders/left-open/4', 'POST');
    await stop.isReached;
    const gone = new Promise((closed) => request.once('close', closed));
    request.destroy();
    await gone;
    if (hasLeft) {
      await shop.app.request('/orders/bare');
      await shop.app.request('/orders/bare');
    }
    const begun = performance.now();
    await shop.close(1);
    expect(performance.now() - begun).toBeLessThan(3000);
    stop.goOn();
  });
});
