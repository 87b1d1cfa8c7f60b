import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditError } from 'nestjs-audited';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { CreateAuditInbox1795219300000, TypeOrmAuditInbox } from 'nestjs-audited/typeorm';
import { DataSource, EntitySchema, type DataSourceOptions, type EntityManager, type QueryRunner } from 'typeorm';
import {
  addTransactionalDataSource,
  deleteDataSourceByName,
  initializeTransactionalContext,
  Propagation,
  runInTransaction,
  StorageDriver,
  Transactional,
} from 'typeorm-transactional';
import { addInvoice, InboxApplication } from '../support/inbox-application.js';
import { PostgresServer } from '../support/postgres-server.js';

const anEntry = (action = 'Paid') => ({ chain: 'main', event: anAppendableEvent({ action }) });
const IN_MEMORY: DataSourceOptions = { type: 'better-sqlite3', database: ':memory:' };

let postgres: PostgresServer;
let url: string;
const running: InboxApplication[] = [];

async function started(options: Partial<DataSourceOptions> = {}): Promise<InboxApplication> {
  const application = await InboxApplication.start({ type: 'postgres', url, ...options } as DataSourceOptions);
  running.push(application);
  await application.inbox.open();
  return application;
}

async function drained(inbox: TypeOrmAuditInbox): Promise<number> {
  return inbox.drain(100, () => Promise.resolve([]));
}

beforeAll(async () => {
  postgres = await PostgresServer.startEmbedded();
  url = await postgres.newDatabase();
});

afterEach(async () => {
  for (const application of running.splice(0)) {
    await application.inbox.close();
    await application.close();
  }
});

afterAll(() => postgres.dispose());

describe('how a transaction ended', () => {
  /** Runs a transaction with an event in it, and answers with what was told of its end. */
  async function told({ source, inbox }: InboxApplication, work: (manager: EntityManager) => Promise<unknown>) {
    const outcomes: string[] = [];
    await source
      .transaction(async (manager) => {
        await inbox.write(manager, [anEntry()], (outcome) => outcomes.push(outcome));
        await work(manager);
      })
      .catch((error: unknown) => outcomes.push(`rejected: ${(error as Error).message}`));
    return outcomes;
  }

  it('is a rollback where a statement failed and the application went on and committed', async () => {
    const application = await started();
    const outcomes = await told(application, (manager) => manager.query('SELECT 1 / 0').catch(() => undefined));
    expect(outcomes).toStrictEqual(['rolled-back']);
    expect(await application.waiting()).toBe(0);
  });

  it('is a rollback where the commit itself is refused', async () => {
    const application = await started();
    await application.source.query(
      `CREATE TABLE IF NOT EXISTS parts (name TEXT REFERENCES invoices (name) DEFERRABLE INITIALLY DEFERRED)`,
    );
    const outcomes = await told(application, (manager) => manager.query("INSERT INTO parts VALUES ('of nothing')"));
    await application.source.query('DROP TABLE parts');
    expect(outcomes).toStrictEqual(['rolled-back', expect.stringMatching(/^rejected: .*foreign key/)]);
    expect(await application.waiting()).toBe(0);
  });

  it('is a rollback where the connection ends before the commit', async () => {
    const application = await started();
    const outcomes = await told(application, async (manager) => {
      const [row] = (await manager.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
      const lost = once((manager.queryRunner as unknown as { databaseConnection: Socket }).databaseConnection, 'end');
      await postgres.administer(url, `SELECT pg_terminate_backend(${row?.pid})`);
      await lost;
    });
    expect(outcomes).toHaveLength(2);
    expect(outcomes).toContain('rolled-back');
    expect(await application.waiting()).toBe(0);
  });

  it('is unknown where the connection ends while the commit is under way', async () => {
    const gate = await commitGate(url);
    const application = await started({ url: gate.url } as Partial<DataSourceOptions>);
    const outcomes = await told(application, () => Promise.resolve(gate.cutAtCommit()));
    expect(outcomes).toHaveLength(2);
    expect(outcomes).toContain('unknown');
    await gate.close();
    const witness = await new DataSource({ type: 'postgres', url }).initialize();
    expect(await witness.query('SELECT 1 FROM audit_inbox')).toHaveLength(1);
    await witness.destroy();
  });

  it('is a commit even where a subscriber of the application fails after it', async () => {
    const application = await started();
    const fail = (): never => {
      throw new Error('a subscriber failed');
    };
    application.source.subscribers.push({ afterTransactionCommit: fail });
    const outcomes = await told(application, () => Promise.resolve());
    expect(outcomes).toStrictEqual(['committed', 'rejected: a subscriber failed']);
    expect(await application.waiting()).toBe(1);
  });

  it('is a rollback where a subscriber refuses the commit', async () => {
    const application = await started();
    const fail = (): never => {
      throw new Error('a subscriber refused');
    };
    application.source.subscribers.push({ beforeTransactionCommit: fail });
    const outcomes = await told(application, () => Promise.resolve());
    expect(outcomes).toStrictEqual(['rolled-back', 'rejected: a subscriber refused']);
    expect(await application.waiting()).toBe(0);
  });

  it('is a rollback where a statement took the whole transaction back and the application went on', async () => {
    const application = await started(IN_MEMORY);
    await application.source.query('CREATE TABLE parts (name TEXT PRIMARY KEY ON CONFLICT ROLLBACK)');
    const outcomes = await told(application, async (manager) => {
      await manager.query("INSERT INTO parts VALUES ('screw')");
      await manager.query("INSERT INTO parts VALUES ('screw')").catch(() => undefined);
    });
    expect(outcomes).toStrictEqual(['rolled-back', expect.stringMatching(/^rejected: .*no transaction is active/)]);
    expect(await application.waiting()).toBe(0);
  });

  it('is unknown where the application gave the connection back without ending it', async () => {
    const application = await started();
    const outcomes: string[] = [];
    const runner = application.source.createQueryRunner();
    await runner.startTransaction();
    await application.inbox.write(runner.manager, [anEntry()], (outcome) => outcomes.push(outcome));
    await runner.release();
    expect(outcomes).toStrictEqual(['unknown']);
  });

  it('is told by hooks that are gone afterwards', async () => {
    const { source, inbox } = await started(IN_MEMORY);
    const hooks = (runner: QueryRunner) =>
      ['commitTransaction', 'query', 'release', 'rollbackTransaction'].filter((name) => Object.hasOwn(runner, name));
    const runner = source.createQueryRunner();
    const own = Object.keys(runner);
    for (let round = 0; round < 3; round++) {
      const outcomes: string[] = [];
      await runner.startTransaction();
      await inbox.write(runner.manager, [anEntry()], (outcome) => outcomes.push(outcome));
      expect(hooks(runner)).toHaveLength(4);
      await runner.commitTransaction();
      expect(hooks(runner)).toStrictEqual([]);
      await runner.startTransaction();
      await runner.rollbackTransaction();
      expect(outcomes).toStrictEqual(['committed']);
    }
    expect(Object.keys(runner)).toStrictEqual(own);
  });

  it('is not told where the event could not be written', async () => {
    const application = await started();
    const outcomes: string[] = [];
    const runner = application.source.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SELECT 1 / 0').catch(() => undefined);
    await expect(
      application.inbox.write(runner.manager, [anEntry()], (outcome) => outcomes.push(outcome)),
    ).rejects.toThrow(/aborted/);
    await runner.rollbackTransaction();
    await runner.release();
    expect(outcomes).toStrictEqual([]);
  });
});

describe('the table of an inbox', () => {
  const roleIn = async (database: string, ...grants: readonly string[]): Promise<string> => {
    const name = `application_${Math.random().toString(36).slice(2)}`;
    await postgres.administer(
      database,
      `CREATE ROLE ${name} LOGIN PASSWORD 'secret'; ${grants.map((grant) => `GRANT ${grant} TO ${name};`).join(' ')}`,
    );
    return postgres.urlOf(new URL(database).pathname.slice(1), { name, password: 'secret' });
  };

  it('is asked of whoever may make it where the application may not, by its very statement', async () => {
    const database = await postgres.newDatabase();
    await postgres.administer(database, 'REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    const source = await new DataSource({ type: 'postgres', url: await roleIn(database) }).initialize();
    const failure = await new TypeOrmAuditInbox(source).open().catch((error: unknown) => error as AuditError);
    await source.destroy();
    expect(failure).toMatchObject({
      code: 'AUDIT_INBOX_MISSING',
      message: expect.stringMatching(
        /permission denied.*CREATE TABLE IF NOT EXISTS audit_inbox \( id BIGINT .*CreateAuditInbox/,
      ) as string,
    });
  });

  it('can be made by the migration, and used with the rights to it alone', async () => {
    const database = await postgres.newDatabase();
    await postgres.administer(database, 'REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    const owner = await new DataSource({
      type: 'postgres',
      url: database,
      migrations: [CreateAuditInbox1795219300000],
    }).initialize();
    await owner.runMigrations();
    const role = await roleIn(database, 'SELECT, INSERT, DELETE ON audit_inbox');
    const source = await new DataSource({ type: 'postgres', url: role }).initialize();
    const inbox = new TypeOrmAuditInbox(source);
    await inbox.open();
    await source.transaction((manager) => inbox.write(manager, [anEntry()]));
    await expect(owner.undoLastMigration()).rejects.toThrow(/still holds events/);
    expect(await drained(inbox)).toBe(1);
    await inbox.close();
    await source.destroy();
    await owner.undoLastMigration();
    expect(await owner.query("SELECT to_regclass('audit_inbox') AS place")).toStrictEqual([{ place: null }]);
    await owner.destroy();
  });

  it('stands in the schema that the DataSource names, wherever a transaction looks first', async () => {
    await postgres.administer(url, 'CREATE SCHEMA IF NOT EXISTS "Rechnungen"');
    const { source, inbox } = await started({ schema: 'Rechnungen' } as Partial<DataSourceOptions>);
    await source.transaction(async (manager) => {
      await manager.query('SET LOCAL search_path TO pg_catalog');
      await inbox.write(manager, [anEntry()]);
    });
    expect(await source.query('SELECT 1 FROM "Rechnungen".audit_inbox')).toHaveLength(1);
    expect(await drained(inbox)).toBe(1);
  });

  it('is refused where it is somebody else’s', async () => {
    const application = await InboxApplication.start(IN_MEMORY);
    running.push(application);
    await application.source.query('CREATE TABLE audit_inbox (letter TEXT)');
    await expect(application.inbox.open()).rejects.toMatchObject({
      code: 'AUDIT_DATABASE_UNUSABLE',
      message: expect.stringMatching(/cannot be read as an inbox .*needs the columns id, chain/) as string,
    });
  });

  it.each([
    ['PostgreSQL', () => ({ type: 'postgres', url }) as const],
    ['SQLite', () => IN_MEMORY],
  ])('is missed by whoever writes when it was dropped: %s', async (_name, options) => {
    const { source, inbox } = await started(options());
    await source.query('DROP TABLE audit_inbox');
    await expect(source.transaction((manager) => inbox.write(manager, [anEntry()]))).rejects.toMatchObject({
      code: 'AUDIT_INBOX_MISSING',
    });
    await expect(drained(inbox)).rejects.toMatchObject({
      message: expect.stringMatching(/audit_inbox/) as string,
    });
  });

  it('takes no events of another DataSource, where nobody would look for them', async () => {
    const [one, other] = [await started(IN_MEMORY), await started(IN_MEMORY)];
    await expect(other.source.transaction((manager) => one.inbox.write(manager, [anEntry()]))).rejects.toMatchObject({
      code: 'AUDIT_INBOX_MISSING',
      message: expect.stringMatching(/another DataSource .*better-sqlite3, database ":memory:"/) as string,
    });
  });

  it('is not looked for before the application has opened its database', async () => {
    await expect(new TypeOrmAuditInbox(new DataSource(IN_MEMORY)).open()).rejects.toMatchObject({
      code: 'AUDIT_OPTIONS_INVALID',
      message: expect.stringMatching(/"dataSource" is not initialised/) as string,
    });
  });

  it('is not made in databases that it was not written for', () => {
    const oracle = { options: { type: 'oracle' } } as DataSource;
    expect(() => new TypeOrmAuditInbox(oracle)).toThrow(
      /"dataSource" uses the driver "oracle".*Use one of: postgres, mysql, mariadb, better-sqlite3/,
    );
  });
});

describe('a server that hangs', () => {
  it('does not keep a transaction waiting for ever', async () => {
    const application = await started();
    const impatient = new TypeOrmAuditInbox(application.source, { statementTimeoutMs: 300 });
    await impatient.open();
    const runner = application.source.createQueryRunner();
    await runner.startTransaction();
    postgres.suspend();
    try {
      await expect(impatient.write(runner.manager, [anEntry()])).rejects.toMatchObject({
        code: 'AUDIT_INBOX_UNAVAILABLE',
        message: expect.stringMatching(/writing took longer than 300 ms/) as string,
      });
    } finally {
      postgres.resume();
    }
    await runner.rollbackTransaction();
    await runner.release();
    expect(await application.waiting()).toBe(0);
    await impatient.close();
  });

  it('is given up, and drained when it is back', async () => {
    const application = await started();
    const impatient = new TypeOrmAuditInbox(application.source, { statementTimeoutMs: 300 });
    await impatient.open();
    await application.source.transaction((manager) => application.inbox.write(manager, [anEntry(), anEntry()]));
    expect(await impatient.drain(1, () => Promise.resolve([]))).toBe(1);
    postgres.suspend();
    try {
      // The connection that is open, then one that would have to be opened.
      await expect(drained(impatient)).rejects.toThrow();
      await expect(drained(impatient)).rejects.toThrow();
    } finally {
      postgres.resume();
    }
    expect(await drained(impatient)).toBe(1);
    await impatient.close();
  });
});

describe('a SQLite database that is busy', () => {
  it('is not looked into while a transaction is open, where it has one connection only', async () => {
    const { source, inbox } = await started(IN_MEMORY);
    await source.transaction((manager) => inbox.write(manager, [anEntry()]));
    await source.transaction(async (manager) => {
      await inbox.write(manager, [anEntry()]);
      expect(await drained(inbox)).toBe(0);
    });
    expect(await drained(inbox)).toBe(2);
  });

  it('is looked into beside an open transaction, where it is a file, and cleared when that has ended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audited-inbox-'));
    const application = await started({ type: 'better-sqlite3', database: join(folder, 'application.sqlite') });
    const { source, inbox } = application;
    await source.transaction((manager) => inbox.write(manager, [anEntry()]));
    await source.transaction(async (manager) => {
      await inbox.write(manager, [anEntry()]);
      expect(await drained(inbox)).toBe(1);
      expect(await drained(inbox)).toBe(0);
      expect(await application.waiting()).toBe(2);
    });
    expect(await drained(inbox)).toBe(1);
    expect(await application.waiting()).toBe(0);
    rmSync(folder, { recursive: true });
  });

  it('may be closed by the application before its inbox is', async () => {
    const application = await InboxApplication.start(IN_MEMORY);
    await application.inbox.open();
    await application.close();
    expect(await drained(application.inbox)).toBe(0);
    await application.inbox.close();
  });
});

describe('@Transactional() of typeorm-transactional', () => {
  const Invoice = new EntitySchema<{ name: string }>({
    name: 'Invoice',
    tableName: 'invoices',
    columns: { name: { type: 'varchar', primary: true } },
  });

  class InvoiceService {
    constructor(private readonly application: InboxApplication) {}

    @Transactional()
    async pay(name: string, failure?: Error): Promise<void> {
      const { source, inbox } = this.application;
      const invoices = source.getRepository(Invoice);
      await invoices.insert({ name });
      await inbox.write(source.manager, [anEntry(`${name} by source.manager`)]);
      await inbox.write(invoices.manager, [anEntry(`${name} by repository.manager`)]);
      if (failure !== undefined) {
        throw failure;
      }
    }

    @Transactional({ propagation: Propagation.NESTED })
    async tryToPay(name: string): Promise<void> {
      await this.pay(name, new Error('declined'));
    }

    @Transactional()
    async payOneOfTwo(): Promise<void> {
      await this.tryToPay('first').catch(() => undefined);
      await this.pay('second');
    }
  }

  beforeAll(() => {
    initializeTransactionalContext({ storageDriver: StorageDriver.ASYNC_LOCAL_STORAGE });
  });

  afterEach(() => {
    deleteDataSourceByName('default');
  });

  async function aService() {
    const application = await started({ entities: [Invoice] });
    addTransactionalDataSource(application.source);
    return { application, service: new InvoiceService(application) };
  }

  it('is joined: the event commits with the business change', async () => {
    const { application, service } = await aService();
    await service.pay('one');
    expect(await application.invoices()).toStrictEqual(['one']);
    expect(await drained(application.inbox)).toBe(2);
  });

  it('is joined: the event rolls back with the business change', async () => {
    const { application, service } = await aService();
    await expect(service.pay('one', new Error('declined'))).rejects.toThrow('declined');
    expect(await application.invoices()).toStrictEqual([]);
    expect(await drained(application.inbox)).toBe(0);
  });

  it('is not there outside of a decorated method', async () => {
    const { application } = await aService();
    await expect(application.inbox.write(application.source.manager, [anEntry()])).rejects.toMatchObject({
      code: 'AUDIT_TRANSACTION_MISSING',
    });
  });

  it('is joined within a nested method: what that rolls back is gone, the rest commits', async () => {
    const { application, service } = await aService();
    await service.payOneOfTwo();
    expect(await application.invoices()).toStrictEqual(['second']);
    expect(await drained(application.inbox)).toBe(2);
  });

  it('is joined by runInTransaction as well', async () => {
    const { application } = await aService();
    await runInTransaction(async () => {
      await addInvoice(application.source.manager, 'one');
      await application.inbox.write(application.source.manager, [anEntry()]);
    });
    expect(await application.invoices()).toStrictEqual(['one']);
    expect(await drained(application.inbox)).toBe(1);
  });
});

interface CommitGate {
  readonly url: string;
  /** From now on a COMMIT reaches the server, and its answer nobody. */
  cutAtCommit(): void;
  close(): Promise<void>;
}

/** Stands between an application and its PostgreSQL server. */
async function commitGate(target: string): Promise<CommitGate> {
  const { hostname, port } = new URL(target);
  let isCutting = false;
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // A cut connection is what this is for.
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    let isCut = false;
    client.on('data', (chunk: Buffer) => {
      isCut ||= isCutting && chunk.includes('COMMIT');
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => (isCut ? client.destroy() : client.write(chunk)));
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gated = new URL(target);
  gated.port = String((server.address() as AddressInfo).port);
  return {
    url: gated.href,
    cutAtCommit: () => {
      isCutting = true;
    },
    close: async () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await once(server, 'close');
    },
  };
}
