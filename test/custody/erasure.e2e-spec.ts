import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { AuditEvent } from 'nestjs-audited';
import { openCustody, verifyBundle } from 'nestjs-audited/custody';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { Spool } from '../../libs/audited/dist/esm/recording/spool/spool.js';
import { DEFAULT_SPOOL_OPTIONS } from '../../libs/audited/dist/esm/recording/spool/spool.options.js';
import { ANN, BOB, allFiles, PersonTrail, TRACES, tracesIn } from '../support/person-trail.js';
import { PostgresServer } from '../support/postgres-server.js';
import { until } from '../support/test-app.js';

const OFFICER = { kind: 'user', id: 'dpo-1' } as const;
const ACT = { by: OFFICER, reason: 'Article 17 GDPR', ticket: 'DSR-12' };
const SILENT = {
  torn: () => undefined,
  damaged: () => undefined,
  refused: () => undefined,
  takenOver: () => undefined,
  takenAway: () => undefined,
  failed: () => undefined,
  lossesLeft: () => Promise.resolve(),
};

/** What differs between the databases. */
interface Place {
  readonly trail: PersonTrail;
  /** Salts of Ann's records, which must not be found either. */
  readonly salts: () => Promise<readonly string[]>;
  /** Traces in the own files of the database, and of the application's with the inbox. */
  readonly tracesInDatabase: (more: readonly string[], withInbox: boolean) => Promise<readonly string[]>;
  /** As an administrator who gets around the triggers. */
  readonly administer: (sql: readonly string[]) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

function sqlitePlace(): Place {
  const trail = PersonTrail.inFiles();
  const open = (): SqliteDatabase.Database => new SqliteDatabase(trail.database);
  return {
    trail,
    salts: () => {
      const database = open();
      const rows = database.prepare("SELECT salt FROM audit_records WHERE actor_id = 'u-4711'").all() as {
        salt: string;
      }[];
      database.close();
      return Promise.resolve(rows.map(({ salt }) => salt));
    },
    // Among the files of the trail.
    tracesInDatabase: () => Promise.resolve([]),
    administer: (statements) => {
      const database = open();
      const triggers = database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_records'")
        .all() as { name: string }[];
      triggers.forEach(({ name }) => database.exec(`DROP TRIGGER "${name}"`));
      statements.forEach((sql) => database.exec(sql));
      database.close();
      return Promise.resolve();
    },
    dispose: () => trail.dispose(),
  };
}

async function postgresPlace(server: PostgresServer): Promise<Place> {
  const url = await server.newDatabase();
  const applicationUrl = await server.newDatabase();
  const trail = new PersonTrail(url, { type: 'postgres', url: applicationUrl });
  return {
    trail,
    salts: async () =>
      (await server.administer<{ salt: string }>(url, "SELECT salt FROM audit_records WHERE actor_id = 'u-4711'")).map(
        ({ salt }) => salt,
      ),
    tracesInDatabase: async (more, withInbox) => {
      const found: string[] = [];
      for (const database of withInbox ? [url, applicationUrl] : [url]) {
        await server.administer(database, 'CHECKPOINT');
        const [row] = await server.administer<{ folder: string }>(
          database,
          `SELECT current_setting('data_directory') || '/base/' || oid AS folder
           FROM pg_database WHERE datname = current_database()`,
        );
        found.push(...allFiles(row?.folder ?? '').flatMap((file) => tracesIn(file, [...TRACES, ...more])));
      }
      return found;
    },
    administer: async (statements) => {
      const sql = ['ALTER TABLE audit_records DISABLE TRIGGER ALL', ...statements].join(';\n');
      await server.administer(url, sql);
    },
    dispose: () => trail.dispose(),
  };
}

/** What a process leaves that could not reach the database and was killed: events in the spool. */
async function leftInSpool(directory: string): Promise<{ salt: string; id: string }> {
  const spool = new Spool({ ...DEFAULT_SPOOL_OPTIONS, directory }, SILENT);
  await spool.open();
  const personal = { '/actor/email': ANN.email, '/actor/name': ANN.name };
  const ofAnn = anAppendableEvent({ actor: { kind: 'user', id: ANN.id }, action: 'While it was down' }, personal);
  const ofBob = anAppendableEvent({ actor: { kind: 'user', id: BOB.id } }, { '/actor/email': BOB.email });
  // The builder's salt is always the same: of another event it is no trace.
  const salted = { ...ofAnn, salt: 'f00dfacef00dfacef00dfacef00dface' };
  await spool.append('main', [salted, ofBob]);
  await spool.close();
  return { salt: salted.salt, id: (JSON.parse(ofAnn.body) as AuditEvent).id };
}

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await PostgresServer.start();
}, 120_000);

afterAll(async () => {
  await postgres.dispose();
});

describe.each(['SQLite', 'PostgreSQL'])('an erasure on %s', (kind) => {
  let place: Place;

  beforeEach(async () => {
    place = kind === 'SQLite' ? sqlitePlace() : await postgresPlace(postgres);
  });

  afterEach(async () => {
    await place.dispose();
  });

  it('leaves no byte of the person in any place, while everything still proves what it proved', async () => {
    const { trail } = place;
    const first = await trail.start();
    await trail.act(first.audit, first.source);
    const [before] = await first.custody.checkpoint();
    await first.custody.bundle(trail.bundle, { by: OFFICER });
    await trail.stop();
    const salts = [...(await place.salts())];
    expect(salts.length).toBeGreaterThanOrEqual(6);
    const spooled = await leftInSpool(trail.spool);
    salts.push(spooled.salt);
    expect(trail.traces(salts).length).toBeGreaterThan(4);

    const { custody, close } = await openCustody(trail.custodyOptions);
    const options = { scrub: true, rewriteAll: true, othersAreStopped: true };
    const report = await custody.erase({ email: ANN.email.toUpperCase() }, ACT, options);
    expect(report).toMatchObject({
      records: 6,
      places: [
        { name: 'spool', events: 1 },
        { name: 'journal', events: expect.any(Number) as number },
        { name: 'bundles', events: 6 },
      ],
      held: { events: 0, holds: [] },
      isScrubbed: true,
    });
    await expect(custody.erase({ email: ANN.email }, ACT, options)).resolves.toMatchObject({
      records: 0,
      statements: [],
    });
    const trustedKeys = [trail.keys.publicPem];
    await expect(
      custody.verify({ trustedKeys, checkpoints: before === undefined ? [] : [before.note] }),
    ).resolves.toMatchObject({ ok: true, faults: [] });
    await close();
    expect([...trail.traces(salts), ...(await place.tracesInDatabase(salts, false))]).toEqual([]);
    await expect(verifyBundle(trail.bundle, { trustedKeys })).resolves.toMatchObject({
      ok: true,
      isTrusted: true,
      erased: 6,
    });

    // What waited moves into the log without Ann, and nobody complains.
    const second = await trail.start();
    await until(async () => (await second.audit.get(spooled.id)) !== undefined);
    await expect(second.audit.get(spooled.id)).resolves.toMatchObject({ erased: true });
    const verdict = await second.custody.verify();
    expect(verdict).toMatchObject({ ok: true, faults: [] });
    expect(verdict.chains[0]?.erased).toBe(7);
    // The application's database keeps the bytes of rows that moved on until the table of the inbox is rewritten.
    await second.custody.erase({ email: ANN.email }, ACT, options);
    await trail.stop();
    expect([...trail.traces(salts), ...(await place.tracesInDatabase(salts, true))]).toEqual([]);
    expect(JSON.stringify(trail.logs).toLowerCase()).not.toContain(ANN.email.toLowerCase());

    // Whoever does the same by hand is found out.
    await place.administer([
      "UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL WHERE position = 2 AND chain = 'main'",
    ]);
    const third = await openCustody(trail.custodyOptions);
    const tampered = await third.custody.verify();
    expect(tampered.faults).toEqual([expect.objectContaining({ kind: 'erasure', chain: 'main', position: 2 })]);
    await third.close();
  }, 120_000);

  it('works in the running application: what waits in its inbox, its open journal file, its own records', async () => {
    const { trail } = place;
    const { audit, custody, source } = await trail.start({ sequencer: { pollMs: 60_000 } });
    await trail.act(audit, source, 1);
    // Refused for good, so that it stays in the inbox.
    const personal = { '/actor/email': ANN.email };
    const { body, personal: part, salt } = anAppendableEvent({ actor: { kind: 'user', id: ANN.id } }, personal);
    const values = [`no chain`, body, part, salt].map((value) => `'${String(value).replaceAll("'", "''")}'`).join(', ');
    await source.query(`INSERT INTO audit_inbox (chain, body, personal, salt) VALUES (${values})`);
    const report = await custody.erase({ actorId: ANN.id }, ACT, { scrub: true, rewriteAll: true });
    expect(report).toMatchObject({
      records: 2,
      places: [
        { name: 'spool', events: 0 },
        { name: 'inbox', events: 1 },
        { name: 'journal', events: 2 },
      ],
    });
    expect(report.remarks.join()).toContain('journal file');
    await audit.record({ type: 'order.placed', actor: BOB, outcome: 'success' });
    await expect(custody.verify()).resolves.toMatchObject({ ok: true });
    await trail.stop();
    expect([...trail.traces(), ...(await place.tracesInDatabase([], true))]).toEqual([]);
  }, 60_000);

  it('keeps what a legal hold keeps, in the log, the journal and the bundle', async () => {
    const { trail } = place;
    const { audit, custody, source } = await trail.start();
    await trail.act(audit, source, 1);
    await custody.bundle(trail.bundle, { by: OFFICER });
    await custody.placeHold('case-7', { type: 'order.paid' }, ACT);
    const report = await custody.erase({ actorId: ANN.id }, ACT);
    expect(report).toMatchObject({ records: 1, held: { events: 1, holds: ['case-7'] } });
    const [paid] = (await audit.find({ type: 'order.paid' })).records;
    expect(paid?.event.actor.email).toBe(ANN.email);
    await trail.stop();
    expect(tracesIn(join(trail.bundle, 'personal.jsonl.gz'), TRACES)).not.toEqual([]);
    const journal = allFiles(trail.journal).flatMap((file) =>
      execFileSync('cat', [file], { encoding: 'utf8' }).split('\n'),
    );
    const withAnn = journal
      .filter((line) => line.includes(ANN.email))
      .map((line) => (JSON.parse(line) as AuditEvent).type);
    expect(withAnn).toEqual(['order.paid']);
  }, 60_000);
});
