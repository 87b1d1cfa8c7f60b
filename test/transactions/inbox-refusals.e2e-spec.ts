import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Controller, Inject, Post, type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule, Audited, AuditService } from 'nestjs-audited';
import { DataSource, QueryFailedError, type DataSourceOptions } from 'typeorm';
import { InboxApplication } from '../support/inbox-application.js';
import { refusalOf, secretsIn } from '../support/inbox-refusal.js';
import { PostgresServer } from '../support/postgres-server.js';
import { testApp, until } from '../support/test-app.js';

const IN_MEMORY: DataSourceOptions = { type: 'better-sqlite3', database: ':memory:' };
const SQLITE_REFUSES =
  "CREATE TRIGGER full BEFORE INSERT ON audit_inbox BEGIN SELECT RAISE(ABORT, 'over the quota'); END";

let postgres: PostgresServer;
let url: string;

beforeAll(async () => {
  postgres = await PostgresServer.startEmbedded();
  url = await postgres.newDatabase();
});

afterAll(() => postgres.dispose());

const onSqlite = () => InboxApplication.start(IN_MEMORY);
const onPostgres = () => InboxApplication.start({ type: 'postgres', url });

describe('the error of an event that the inbox does not take', () => {
  it('says what SQLite says, and nothing of the event', async () => {
    const { error, shown } = await refusalOf(await onSqlite(), SQLITE_REFUSES);
    expect(error).toBeInstanceOf(QueryFailedError);
    expect(error).toMatchObject({
      message: 'SqliteError: over the quota',
      code: 'SQLITE_CONSTRAINT_TRIGGER',
      parameters: [],
      driverError: { code: 'SQLITE_CONSTRAINT_TRIGGER' },
    });
    expect(shown).toStrictEqual([]);
  });

  it('says what PostgreSQL says, and nothing of the event', async () => {
    const { error, shown } = await refusalOf(
      await onPostgres(),
      "ALTER TABLE audit_inbox ADD CONSTRAINT not_main CHECK (chain <> 'main')",
    );
    expect(error).toBeInstanceOf(QueryFailedError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/violates check constraint "not_main"/) as string,
      code: '23514',
      constraint: 'not_main',
      parameters: [],
      driverError: { code: '23514', constraint: 'not_main', table: 'audit_inbox' },
    });
    expect(shown).toStrictEqual([]);
  });

  it('is quoted without the values that a trigger of PostgreSQL put into its message', async () => {
    const { error, shown } = await refusalOf(
      await onPostgres(),
      `CREATE OR REPLACE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'refused: % %', NEW.personal, NEW.salt USING HINT = NEW.body, DETAIL = NEW.body; END $$;
       CREATE TRIGGER refuse_event BEFORE INSERT ON audit_inbox FOR EACH ROW EXECUTE FUNCTION refuse_event()`,
    );
    expect(error).toMatchObject({ code: 'P0001', message: expect.stringMatching(/^(error: )?refused: /) as string });
    expect(shown).toStrictEqual([]);
  });

  it.each([
    ['SQLite', onSqlite],
    ['PostgreSQL', onPostgres],
  ])('has a cause that shows nothing of the event where the table is gone: %s', async (_name, start) => {
    const { error, shown } = await refusalOf(await start(), 'DROP TABLE audit_inbox');
    expect(error).toMatchObject({
      code: 'AUDIT_INBOX_MISSING',
      cause: { message: expect.stringMatching(/audit_inbox/) as string },
    });
    expect(shown).toStrictEqual([]);
  });
});

@Controller('payments')
class PaymentsController {
  constructor(
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(DataSource) private readonly source: DataSource,
  ) {}

  @Post() @Audited('payment.made', { durability: 'transactional' }) async pay(): Promise<void> {
    const actor = { kind: 'user', id: 'u-1', email: 'zoe@example.com', name: 'Zoe Secretname' } as const;
    await this.audit.runAs(actor, () =>
      this.audit.transaction(this.source, (manager) =>
        this.audit.recordIn(manager, { type: 'payment.noted', action: 'an-action-of-this-event' }),
      ),
    );
  }
}

/** Everything that Nest logs, as a console would print it. */
class PrintingLogger implements LoggerService {
  readonly printed: string[] = [];
  readonly log = (...values: unknown[]): void => void this.printed.push(inspect(values, { depth: 10 }));
  readonly warn = this.log;
  readonly error = this.log;
}

describe("Nest's log of a request whose event the inbox does not take", () => {
  it('shows what the database says, and nothing of the event', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audited-refusal-'));
    const logger = new PrintingLogger();
    const app = await testApp('express')
      .importsBefore(TypeOrmModule.forRoot({ type: 'better-sqlite3', database: join(folder, 'shop.sqlite') }))
      .audit({ dataSource: 'default' })
      .controllers(PaymentsController)
      .start();
    app.nest.useLogger(logger);
    await app.nest.get(DataSource).query(SQLITE_REFUSES);
    const answer = await app.post('/payments');
    expect([answer.status, secretsIn(answer.text)]).toStrictEqual([500, []]);
    const printed = logger.printed.join('\n');
    expect(printed).toContain('over the quota');
    expect(secretsIn(printed)).toStrictEqual([]);
    await app.eventually();
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('a boot that the inbox ends', () => {
  it('leaves no connection, no timer and no lock of a spool behind', async () => {
    const database = await postgres.newDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'audited-refusal-'));
    const source = await new DataSource({ type: 'postgres', url: database }).initialize();
    await source.query('CREATE TABLE audit_inbox (id INT)');
    const boot = (): Promise<unknown> =>
      Test.createTestingModule({
        imports: [
          TypeOrmModule.forRootAsync({ useFactory: () => ({}), dataSourceFactory: () => Promise.resolve(source) }),
          AuditModule.forRoot({
            dataSource: 'default',
            spool: { directory: join(folder, 'spool') },
            journal: { directory: join(folder, 'journal') },
          }),
        ],
      }).compile();
    for (let attempt = 1; attempt <= 2; attempt++) {
      await expect(boot()).rejects.toMatchObject({ code: 'AUDIT_DATABASE_UNUSABLE' });
      await until(async () => {
        const left = await source.query<unknown[]>(
          "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'nestjs-audited'",
        );
        return left.length === 0;
      });
    }
    await source.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
});
