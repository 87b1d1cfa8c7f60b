import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Inject, Injectable, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule, AuditService, type AuditModuleRootOptions } from 'nestjs-audited';
import { DataSource, EntitySchema, type DataSourceOptions, type Repository } from 'typeorm';
import {
  addTransactionalDataSource,
  deleteDataSourceByName,
  initializeTransactionalContext,
  StorageDriver,
  Transactional,
} from 'typeorm-transactional';
import { PostgresServer } from '../support/postgres-server.js';
import { until } from '../support/test-app.js';

interface Invoice {
  name: string;
}

const InvoiceEntity = new EntitySchema<Invoice>({
  name: 'Invoice',
  tableName: 'invoices',
  columns: { name: { type: 'varchar', primary: true } },
});

@Injectable()
class InvoiceService {
  constructor(
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(DataSource) private readonly source: DataSource,
    @Inject(getRepositoryToken(InvoiceEntity)) private readonly invoices: Repository<Invoice>,
  ) {}

  /** Its own transaction, its own record. */
  pay(name: string): Promise<string> {
    return this.audit.transaction(this.source, async (manager) => {
      await manager.insert(InvoiceEntity, { name });
      const { id, status } = await this.audit.recordIn(manager, { type: 'invoice.paid', action: name });
      expect(status).toBe('in-transaction');
      return id;
    });
  }

  @Transactional()
  async payWithin(name: string, failure?: Error): Promise<void> {
    await this.invoices.insert({ name });
    await this.audit.recordIn(this.source.manager, { type: 'invoice.paid', action: `${name}, source.manager` });
    await this.audit.recordIn(this.invoices.manager, { type: 'invoice.paid', action: `${name}, repository.manager` });
    if (failure !== undefined) {
      throw failure;
    }
  }
}

let postgres: PostgresServer;
const folder = mkdtempSync(join(tmpdir(), 'audited-inbox-'));
let files = 0;
const newFile = (): string => join(folder, `${++files}.sqlite`);

beforeAll(async () => {
  initializeTransactionalContext({ storageDriver: StorageDriver.ASYNC_LOCAL_STORAGE });
  postgres = await PostgresServer.startEmbedded();
});

afterEach(() => {
  deleteDataSourceByName('default');
});

afterAll(async () => {
  await postgres.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function applicationOn(
  database: DataSourceOptions,
  options: AuditModuleRootOptions,
): Promise<{ readonly nest: INestApplicationContext; readonly service: InvoiceService; readonly audit: AuditService }> {
  const module = await Test.createTestingModule({
    imports: [
      TypeOrmModule.forRootAsync({
        useFactory: () => ({ ...database, entities: [InvoiceEntity], synchronize: true, retryAttempts: 0 }),
        dataSourceFactory: (given) =>
          Promise.resolve(addTransactionalDataSource(new DataSource(given as DataSourceOptions))),
      }),
      TypeOrmModule.forFeature([InvoiceEntity]),
      AuditModule.forRoot({ dataSource: 'default', lifecycle: false, spool: false, ...options }),
    ],
    providers: [InvoiceService],
  }).compile();
  await module.init();
  return { nest: module, service: module.get(InvoiceService), audit: module.get(AuditService) };
}

/** What the log holds, oldest first, once there are so many records. */
async function actionsOnce(audit: AuditService, records: number): Promise<string[]> {
  let actions: string[] = [];
  await until(async () => {
    actions = (await audit.find({ limit: 1000 })).records.map(({ event }) => event.action).reverse();
    return actions.length >= records;
  });
  return actions;
}

describe('an application on PostgreSQL with a pool of two connections', () => {
  it('records fifty changes that are made at the same time, each once', async () => {
    const url = await postgres.newDatabase();
    const { nest, service, audit } = await applicationOn(
      { type: 'postgres', url, poolSize: 2 },
      { database: newFile() },
    );
    const names = Array.from({ length: 50 }, (_, index) => `invoice-${String(index).padStart(2, '0')}`);
    const ids = await Promise.all(names.map((name) => service.pay(name)));
    const actions = await actionsOnce(audit, 50);
    expect([...actions].sort()).toStrictEqual(names);
    expect((await audit.get(ids[7] ?? ''))?.event.action).toBe('invoice-07');
    expect(await audit.verify()).toMatchObject({ ok: true, records: 50 });
    await nest.close();
  });

  it('records within @Transactional(), through the managers that it propagates', async () => {
    const url = await postgres.newDatabase();
    const { nest, service, audit } = await applicationOn(
      { type: 'postgres', url, poolSize: 2 },
      { database: newFile() },
    );
    await expect(service.payWithin('declined', new Error('no'))).rejects.toThrow('no');
    await service.payWithin('paid');
    expect(await actionsOnce(audit, 2)).toStrictEqual(['paid, source.manager', 'paid, repository.manager']);
    await nest.close();
  });
});

describe('an application whose audit database is down', () => {
  it('goes on, and has every committed change recorded when it is back', async () => {
    const url = await postgres.newDatabase();
    const { nest, service, audit } = await applicationOn(
      { type: 'better-sqlite3', database: newFile() },
      { database: url, limits: { commitTimeoutMs: 500 }, sequencer: { pollMs: 50 } },
    );
    await service.pay('before');
    await actionsOnce(audit, 1);
    await postgres.stop('immediate');
    await service.pay('during 1');
    await service.pay('during 2');
    await until(() => (audit.failures().inbox ?? 0) > 0);
    await postgres.restart();
    await service.pay('after');
    expect(await actionsOnce(audit, 4)).toStrictEqual(['before', 'during 1', 'during 2', 'after']);
    await nest.close();
  });

  it('keeps what it could not move for the next start', async () => {
    const [url, file] = [await postgres.newDatabase(), newFile()];
    const options = { database: url, limits: { commitTimeoutMs: 500, shutdownTimeoutMs: 500 } };
    const first = await applicationOn({ type: 'better-sqlite3', database: file }, options);
    await postgres.stop('immediate');
    await first.service.pay('kept');
    await first.nest.close();
    deleteDataSourceByName('default');
    await postgres.restart();
    const second = await applicationOn({ type: 'better-sqlite3', database: file }, options);
    expect(await actionsOnce(second.audit, 1)).toStrictEqual(['kept']);
    await second.nest.close();
  });
});
