import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync } from 'node:fs';
import { Body, Controller, Inject, Post } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Audited, AuditModule, AuditService, type AuditActor } from 'nestjs-audited';
import { generateKeyPair } from 'nestjs-audited/custody';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { PostgresAuditStore, SqliteAuditStore } from 'nestjs-audited/typeorm';
import { rowAt } from '../../support/forgery.js';
import { PostgresServer } from '../../support/postgres-server.js';
import { createOn } from '../../support/platforms.js';
import { sealFor } from '../../support/forged-records.js';
import { ACT, LAST, SignedLog } from '../../support/signed-log.js';
import { testApp, type TestApp } from '../../support/test-app.js';

@Controller('forgotten')
class ForgottenController {
  @Post() write(): void {}
}

@Controller('orders')
class OrdersController {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  @Post() @Audited('order.placed') place(): string {
    return 'placed';
  }

  @Post('swallowed')
  @Audited('order.placed')
  swallowed(): string {
    try {
      throw new Error('the stock is empty');
    } catch {
      return 'placed';
    }
  }

  @Post('as')
  async as(@Body() actor: AuditActor): Promise<string> {
    await this.audit.record({ type: 'order.placed', outcome: 'success', actor, action: 'Placed an order' });
    return 'recorded';
  }
}

describe('an application developer', () => {
  let log: SignedLog;
  let untouched: () => void;

  beforeAll(async () => {
    log = await SignedLog.write();
    untouched = log.snapshot();
  });
  beforeEach(() => untouched());
  afterAll(() => log.dispose());

  it('T12 cannot start with a state-changing route that nobody decided about, where coverage is an error', async () => {
    const module = await Test.createTestingModule({
      imports: [AuditModule.forRoot({ database: ':memory:', capture: { coverage: 'error' } })],
      controllers: [ForgottenController],
    }).compile();
    const nest = createOn('express', module);
    await expect(nest.init()).rejects.toMatchObject({ code: 'AUDIT_COVERAGE_MISSING' });
    await nest.close();
  });

  it('T13 is refused every UPDATE and DELETE on the connection to SQLite', () => {
    const statements = [
      "UPDATE audit_records SET body = '{}' WHERE position = 3",
      'UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL',
      'DELETE FROM audit_records',
      'UPDATE audit_heads SET position = 3',
      'DELETE FROM audit_heads',
      "UPDATE audit_checkpoints SET root = ''",
      'DELETE FROM audit_checkpoints',
      "UPDATE audit_tiles SET hashes = ''",
      'DELETE FROM audit_tiles',
    ];
    const passed = log.asApplication((database) =>
      statements.filter((statement) => {
        try {
          database.exec(statement);
          return true;
        } catch (error) {
          return !/append-only|only grow|only moves forward/.test(String(error));
        }
      }),
    );
    expect(passed).toEqual([]);
  });

  it('T14 is found when INSERT OR REPLACE puts another record into the place of one', async () => {
    log.asApplication((database) => {
      const { sequence, ...row } = rowAt(database, 5);
      const body = String(row['body']).replace('"action":"', '"action":"Forged: ');
      const { hash } = sealFor(body, 5, String(row['previous_hash']));
      const names = ['sequence', ...Object.keys(row)];
      database
        .prepare(
          `INSERT OR REPLACE INTO audit_records (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
        )
        .run({ sequence, ...row, body, hash });
    });
    expect(await log.faults()).toContain('forked main 6');
  });

  it('T15 is found when a permit made by hand lets personal data be removed', async () => {
    log.asApplication((database) =>
      database.exec(`
        INSERT INTO audit_permits (operation, chain, through) VALUES ('erase', 'main', 20);
        UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL
          WHERE chain = 'main' AND position = 3;
        DELETE FROM audit_permits`),
    );
    expect(await log.faults()).toEqual(['erasure main 3']);
  });

  it('T16 is found when a permit made by hand lets the beginning be deleted', async () => {
    log.asApplication((database) =>
      database.exec(`
        INSERT INTO audit_permits (operation, chain, through) VALUES ('prune', 'main', 5);
        DELETE FROM audit_records WHERE chain = 'main' AND position <= 5;
        DELETE FROM audit_permits`),
    );
    expect(await log.faults()).toEqual(['deleted main 1']);
  });

  it('T17 erases himself by the procedure: what he did stays, under his id, and who erased him and why', async () => {
    await log.withCustody((custody) => custody.erase({ actorId: 'u-2' }, ACT));
    const [{ records: acts }, { records: erasures }] = await log.withStore((store) =>
      Promise.all([store.find({ actorId: 'u-2' }), store.find({ type: 'audit.erasure' })]),
    );
    expect(acts.map(({ event, erased }) => [event.action, erased])).toContainEqual(['Deployment completed', true]);
    expect(erasures[0]?.event).toMatchObject({ actor: { id: 'u-keeper' }, reason: ACT.reason });
    expect(await log.faults()).toEqual([]);
  });

  it('T18 shortens the retention: what goes is stated, with who and why, archived, and signed', async () => {
    const retention = { default: { keep: '10 years', online: '30 days' }, archive: log.path('archive') } as const;
    const [pruned] = await log.withCustody((custody) => custody.prune(ACT, { chain: 'main' }), { retention });
    expect(pruned).toMatchObject({
      through: 10,
      archive: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
    const report = await log.withCustody((custody) => custody.verify());
    expect(report).toMatchObject({ state: 'intact', faults: [] });
    expect(report.chains.find(({ chain }) => chain === 'main')?.pruned).toMatchObject({ through: 10, by: 'u-keeper' });
  });
});

describe('an application developer with a connection to PostgreSQL', () => {
  it('T19 is refused UPDATE, DELETE and TRUNCATE', async () => {
    const server = await PostgresServer.start();
    const url = await server.newDatabase();
    const store = new PostgresAuditStore({ url });
    await store.open();
    await store.append('main', [anAppendableEvent()]);
    const { verdicts } = await refusals(server, url);
    const { ok, records } = await store.verify();
    await store.close();
    await server.dispose();
    expect(verdicts).toEqual([]);
    expect([ok, records]).toEqual([true, 1]);
  }, 60_000);
});

/** The statements that were let through, or failed for another reason than that the log is append-only. */
async function refusals(server: PostgresServer, url: string): Promise<{ readonly verdicts: readonly string[] }> {
  const verdicts: string[] = [];
  for (const statement of [
    "UPDATE audit_records SET body = '{}'",
    'UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL',
    'DELETE FROM audit_records',
    'TRUNCATE audit_records',
    'UPDATE audit_heads SET position = 0',
    'DELETE FROM audit_heads',
    'TRUNCATE audit_heads',
    'TRUNCATE audit_checkpoints',
    'TRUNCATE audit_tiles',
  ]) {
    const problem = await server.administer(url, statement).then(
      () => 'it passed',
      (error: unknown) => String(error),
    );
    if (!/append-only|only grow|only moves forward/.test(problem)) {
      verdicts.push(`${statement}: ${problem}`);
    }
  }
  return { verdicts };
}

describe('an application developer, in a running application', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await testApp('express')
      .audit({
        lifecycle: {},
        checkpoints: { origin: 'audit.example.com/app', keys: { pem: generateKeyPair().privatePem } },
      })
      .controllers(OrdersController)
      .start();
    await app.fresh();
  });
  afterAll(() => app.nest.close());

  it('T20 misspells an event type: the compiler refuses it, and the record says that nobody knows it', async () => {
    const { event } = await app.onePost('/orders');
    expect(event).toMatchObject({ type: 'order.placed', uncatalogued: true });
  });

  it('T21 swallows an error: not detected, the record says success like the answer', async () => {
    const { answer, event } = await app.onePost('/orders/swallowed');
    expect([answer.status, event.outcome, event.error]).toEqual([201, 'success', undefined]);
  });

  it('T22 kills the process right after the answer: the record was durable before it, and the end is missing', async () => {
    const answer = await app.post('/orders');
    const copy = `${app.database}.killed`;
    // What a killed process leaves is what is in its files at that moment.
    for (const suffix of ['', '-wal'].filter((end) => existsSync(app.database + end))) {
      copyFileSync(app.database + suffix, copy + suffix);
    }
    const store = new SqliteAuditStore(copy);
    await store.open();
    const [record, { records: started }, { records: stopped }, { ok }] = [
      await store.get(answer.headers.get('x-audit-id') ?? ''),
      await store.find({ type: 'audit.started' }),
      await store.find({ type: 'audit.stopped' }),
      await store.verify(),
    ];
    await store.close();
    expect(record?.event).toMatchObject({ type: 'order.placed', outcome: 'success' });
    expect([started.length, stopped.length, ok]).toEqual([1, 0, true]);
    await app.fresh();
  });

  it('T23 records a false actor: not detected, a log proves what was recorded and not that it is true', async () => {
    await app.post('/orders/as', { kind: 'user', id: 'u-innocent' });
    const [event] = await app.fresh();
    expect(event?.actor).toMatchObject({ kind: 'user', id: 'u-innocent' });
    expect(await app.audit.verify()).toMatchObject({ ok: true });
  });

  it('T24 writes a statement of pruning through the application: it is not signed, and counts for nothing', async () => {
    const statement = {
      kind: 'prune',
      chain: 'main',
      from: 1,
      through: 2,
      hash: '0'.repeat(64),
      at: '2026-11-22T00:00:00.000Z',
    };
    await app.audit.record({ type: 'audit.prune', outcome: 'success', details: { statement } });
    await app.fresh();
    const { faults } = await app.audit.verify();
    expect(faults).toMatchObject([
      { kind: 'signature', chain: 'main', message: expect.stringContaining('not signed') as string },
    ]);
  });
});

describe('an application developer who switches things off', () => {
  it('T25 stops the audit trail for a while: the end, the beginning and the missing checkpoints show it', async () => {
    const log = new SignedLog();
    const boot = async (): Promise<void> => {
      const module = await Test.createTestingModule({
        imports: [
          AuditModule.forRoot({
            database: log.file,
            checkpoints: { origin: 'audit.example.com/app', keys: { pem: log.keys.privatePem } },
          }),
        ],
      }).compile();
      module.useLogger(false);
      await module.init();
      await module.close();
    };
    await boot();
    await boot();
    const { records } = await log.withStore((store) => store.find({ limit: 100 }));
    const types = records.map(({ event }) => event.type).reverse();
    expect(types.filter((type) => type !== 'audit.checkpoint')).toEqual([
      'audit.started',
      'audit.stopped',
      'audit.started',
      'audit.stopped',
    ]);
    expect(types.filter((type) => type === 'audit.checkpoint').length).toBeGreaterThanOrEqual(2);
    log.dispose();
  });

  it('T26 takes the key of the seal out of the configuration: the first record without it is a fault', async () => {
    const log = await SignedLog.write({ seal: { current: 'k1', keys: [{ id: 'k1', secret: randomBytes(32) }] } });
    await log.append(1, {});
    expect(await log.faults()).toEqual([`scheme main ${LAST + 1}`]);
    log.dispose();
  });

  it('T27 lifts a legal hold through the application: not detected, but the record stays and says when and who', async () => {
    const log = await SignedLog.write();
    await log.withCustody((custody) => custody.placeHold('case-7', {}, ACT));
    const facts = { type: 'audit.hold_lifted', details: { hold: { name: 'case-7' } } };
    const { records } = await log.withStore(async (store) => {
      await store.append('main', [anAppendableEvent(facts)]);
      return store.find({ type: 'audit.hold_lifted' });
    });
    expect(await log.withCustody((custody) => custody.holds())).toEqual([]);
    expect(await log.faults()).toEqual([]);
    expect(records.map(({ event }) => event.actor.id)).toEqual(['u-1']);
    log.dispose();
  });
});
