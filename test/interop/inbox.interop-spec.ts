import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anAppendableEvent, auditInboxContract } from 'nestjs-audited/testing';
import { CreateAuditInbox1795219300000, TypeOrmAuditInbox } from 'nestjs-audited/typeorm';
import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import { InboxApplication } from '../support/inbox-application.js';
import { refusalOf } from '../support/inbox-refusal.js';
import { survivesCrashes, usedUpPoolEnds } from '../support/inbox-trials.js';
import { MysqlServer } from '../support/mysql-server.js';
import { PostgresServer } from '../support/postgres-server.js';

const found = await MysqlServer.find();
const inMysql = typeof found === 'string' ? describe.skip : describe;
const POSTGRES_URL = process.env['AUDITED_INTEROP_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const postgres = PostgresServer.at(POSTGRES_URL);
const missing = await postgres.administer(POSTGRES_URL, 'SELECT 1').then(
  () => undefined,
  (error: Error) => `no PostgreSQL server (${error.message}); name one in AUDITED_INTEROP_POSTGRES_URL`,
);
const inPostgres = missing === undefined ? describe : describe.skip;
const folder = mkdtempSync(join(tmpdir(), 'audited-inbox-'));
const anEntry = () => ({ chain: 'main', event: anAppendableEvent() });

if (typeof found === 'string') {
  console.log(`skipped: ${found}`);
}
if (missing !== undefined) {
  console.log(`skipped: ${missing}`);
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

inMysql('an inbox in MySQL or MariaDB', () => {
  const server = found as MysqlServer;
  let url: string;
  /** What an old application speaks: a character set without most of Unicode. */
  const options = (more: { poolSize?: number } = {}): DataSourceOptions => ({
    type: 'mysql',
    url,
    charset: 'latin1_swedish_ci',
    ...more,
  });

  beforeAll(async () => {
    url = await server.newDatabase();
  });

  afterAll(() => server.end());

  for (const { promise, run } of auditInboxContract(() => InboxApplication.start(options()), {
    transactionsOverlap: true,
  })) {
    it(promise, run);
  }

  it('gives back what an application without backslash escapes wrote', async () => {
    const application = await InboxApplication.start(options());
    const { inbox, source } = application;
    await inbox.open();
    const event = anAppendableEvent({ details: { text: `'; DROP TABLE audit_inbox; -- \\' "\\\\" 𝒳` } });
    await source.transaction(async (manager) => {
      await manager.query("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')");
      await inbox.write(manager, [{ chain: 'main', event }]);
    });
    const given: unknown[] = [];
    await inbox.drain(10, (entries) => {
      given.push(...entries);
      return Promise.resolve([]);
    });
    expect(given).toStrictEqual([{ chain: 'main', event }]);
    await inbox.close();
    await application.close();
  });

  it('tells the victim of a deadlock that it was rolled back, even when it goes on and commits', async () => {
    const application = await InboxApplication.start(options());
    const { inbox, source } = application;
    await inbox.open();
    await source.query("INSERT INTO invoices (name) VALUES ('left'), ('right')");
    const [one, other] = [await application.begin(), await application.begin()];
    const outcomes: string[] = [];
    const change = (manager: unknown, name: string): Promise<unknown> =>
      (manager as EntityManager)
        .query('UPDATE invoices SET name = UPPER(name) WHERE name = ?', [name])
        .catch(() => undefined);
    for (const { transaction } of [one, other]) {
      await inbox.write(transaction, [anEntry()], (outcome) => outcomes.push(outcome));
    }
    await change(one.transaction, 'left');
    await change(other.transaction, 'right');
    await Promise.all([change(one.transaction, 'right'), change(other.transaction, 'left')]);
    expect(outcomes).toStrictEqual(['rolled-back']);
    await Promise.all([one.commit(), other.commit()]);
    expect(outcomes).toStrictEqual(['rolled-back', 'committed']);
    expect(await application.waiting()).toBe(1);
    await inbox.close();
    await application.close();
  });

  it.each([
    ["ALTER TABLE audit_inbox ADD CONSTRAINT not_main CHECK (chain <> 'main')", {}],
    ['ALTER TABLE audit_inbox MODIFY body VARCHAR(5) NOT NULL', { code: 'ER_DATA_TOO_LONG' }],
    ['DROP TABLE audit_inbox', { code: 'AUDIT_INBOX_MISSING' }],
  ])('shows nothing of an event that it does not take: %s', async (breaking, expected) => {
    const { error, shown } = await refusalOf(await InboxApplication.start(options()), breaking);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject(expected);
    expect(shown).toStrictEqual([]);
  });

  it('lets fifty writers end who share a pool of two connections', async () => {
    await usedUpPoolEnds(options({ poolSize: 2 }), join(folder, 'mysql-pool.sqlite'));
  });

  it('has every committed event moved once, in order, when processes are killed', async () => {
    const story = await survivesCrashes(options({ poolSize: 4 }), join(folder, 'mysql-crashes.sqlite'), {
      rounds: 10,
      processes: 2,
      writers: 4,
    });
    console.log(`MySQL: ${story}`);
  });

  it('can be made by the migration, and used with the rights to it alone', async () => {
    const database = await server.newDatabase();
    const name = new URL(database).pathname.slice(1);
    const powerless = await server.newAccount(`SELECT ON ${name}.*`);
    const asked = await new DataSource({ type: 'mysql', url: server.urlOf(name, powerless) }).initialize();
    await expect(new TypeOrmAuditInbox(asked).open()).rejects.toMatchObject({
      code: 'AUDIT_INBOX_MISSING',
      message: expect.stringMatching(/CREATE TABLE IF NOT EXISTS audit_inbox/) as string,
    });
    await asked.destroy();
    const migrations = [CreateAuditInbox1795219300000];
    const owner = await new DataSource({ type: 'mysql', url: database, migrations }).initialize();
    await owner.runMigrations();
    const account = await server.newAccount(`SELECT, INSERT, DELETE ON ${name}.audit_inbox`);
    const source = await new DataSource({ type: 'mysql', url: server.urlOf(name, account) }).initialize();
    const inbox = new TypeOrmAuditInbox(source);
    await inbox.open();
    await source.transaction((manager) => inbox.write(manager, [anEntry()]));
    expect(await inbox.drain(10, () => Promise.resolve([]))).toBe(1);
    await inbox.close();
    await source.destroy();
    await owner.undoLastMigration();
    await owner.destroy();
  });

  it('is drained again after its server ended every connection', async () => {
    const application = await InboxApplication.start(options());
    const { inbox, source } = application;
    await inbox.open();
    const move = () => Promise.resolve([]);
    await source.transaction((manager) => inbox.write(manager, [anEntry()]));
    expect(await inbox.drain(10, move)).toBe(1);
    await source.transaction((manager) => inbox.write(manager, [anEntry(), anEntry()]));
    expect(await server.killConnections(url)).toBeGreaterThan(1);
    let moved = 0;
    for (let attempt = 0; attempt < 3 && moved === 0; attempt++) {
      moved = await inbox.drain(10, move).catch(() => 0);
    }
    expect(moved).toBe(2);
    await inbox.close();
    await application.close();
  });
});

inPostgres('an inbox in a PostgreSQL server of its own', () => {
  let url: string;

  beforeAll(async () => {
    url = await postgres.newDatabase();
  });

  afterAll(() => postgres.dispose());

  for (const { promise, run } of auditInboxContract(() => InboxApplication.start({ type: 'postgres', url }), {
    transactionsOverlap: true,
  })) {
    it(promise, run);
  }
});
