import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anAppendableEvent, anEvent } from 'nestjs-audited/testing';
import { PostgresAuditStore, type PostgresOptions } from 'nestjs-audited/typeorm';
import pg from 'pg';
import { PostgresServer } from '../support/postgres-server.js';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.startEmbedded();
}, 60_000);
afterAll(() => server.dispose(), 60_000);

const LIMITS = { statementTimeoutMs: 1000, readTimeoutMs: 1000, connectTimeoutMs: 1000 };
const databaseOf = (url: string): string => new URL(url).pathname.slice(1);

async function opened<Result>(options: PostgresOptions, work: (store: PostgresAuditStore) => Promise<Result>) {
  const store = new PostgresAuditStore(options);
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** What opening was refused with; the password is in no message. */
async function refusal(options: PostgresOptions): Promise<string> {
  const message = await opened(options, () => Promise.resolve('opened')).catch(
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  );
  expect(message).not.toContain('p@ss');
  expect(message).not.toContain('p%40ss');
  return message;
}

async function newRole(url: string, ...statements: string[]): Promise<{ name: string; url: string }> {
  const name = `role_${databaseOf(url).slice(-8)}`;
  const password = 'p@ss-of-role';
  await server.administer(url, [`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`, ...statements].join(';'));
  return { name, url: server.urlOf(databaseOf(url), { name, password }) };
}

describe('options that name no database', () => {
  it.each([
    [{ url: 'not a url' }, /option "url" is not the address of a database\. Use postgres:\/\/user/],
    [{ url: 'mysql://u:p@ss@host/db' }, /option "url" begins with "mysql:"\. Use postgres:\/\//],
    [{ url: 'postgres://u:p@ss/word#1@host/db' }, /option "url" has more behind its host .*percent-encoded/],
    [{ url: 'postgres://u@host/%zz' }, /option "url" has a "%" that begins no percent-encoded character/],
    [{ url: 'postgres://u@host/db', database: 'other' }, /option "url" is given together with "database"/],
    [{ port: 0 }, /option "port" is 0\. Use a whole number from 1 to 65535/],
    [{ poolSize: 2 }, /option "poolSize" is 2\. Use a whole number from 3 to 1000/],
    [{ schema: 'audit.log' }, /option "schema" is "audit\.log"\. Use letters, digits and "_"/],
    [{ hots: 'db' }, /option "hots" is unknown\. Known are: url, host/],
    [{ password: 7 }, /option "password" is neither a text nor a function/],
  ])('%j are refused at once, naming the option and the cure', (options, message) => {
    const construct = () => new PostgresAuditStore(options as PostgresOptions);
    expect(construct).toThrow(message);
    expect(construct).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID' }) as Error);
    expect(construct).not.toThrow(/p@ss/);
  });
});

describe('a server that can not be reached', () => {
  it('is unavailable, which may change: the message names host, port and database', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    expect(await refusal({ url: `postgres://u:p%40ss@127.0.0.1:${port}/audit`, ...LIMITS })).toMatch(
      new RegExp(`^AUDIT_STORE_UNAVAILABLE: .*PostgreSQL 127\\.0\\.0\\.1:${port}/audit: .*ECONNREFUSED`),
    );
  });

  it('is unavailable within connectTimeoutMs when it accepts and never says a word', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const startedAt = Date.now();
    expect(await refusal({ host: '127.0.0.1', port, ...LIMITS })).toMatch(/^AUDIT_STORE_UNAVAILABLE: .*timeout/);
    expect(Date.now() - startedAt).toBeLessThan(3000);
    silent.close();
  });
});

describe('a database that can not be used', () => {
  it('is one that does not exist', async () => {
    expect(await refusal({ url: server.urlOf('no_such_database') })).toMatch(
      /^AUDIT_DATABASE_UNUSABLE: .*\/no_such_database" does not exist .*Create it with CREATE DATABASE/,
    );
  });

  it('is one that refuses the password', async () => {
    expect(await refusal({ url: server.urlOf('postgres', { name: 'postgres', password: 'p@ss wrong' }) })).toMatch(
      /^AUDIT_DATABASE_UNUSABLE: .*refused the login of role "postgres".*Check the user name and the password/,
    );
    const { hostname, port } = new URL(server.url);
    expect(await refusal({ host: hostname, port: Number(port) })).toMatch(
      /^AUDIT_DATABASE_UNUSABLE: .*refused the login of role "postgres"/,
    );
  });

  it('is one whose schema the role may not create tables in', async () => {
    const url = await server.newDatabase();
    const role = await newRole(url);
    const message = await refusal({ url: role.url });
    expect(message).toMatch(/^AUDIT_DATABASE_UNUSABLE: .*does not let role "role_.*" set up the audit log/);
    const [grant] = /GRANT USAGE, CREATE ON SCHEMA "public" TO "\w+"/.exec(message) ?? ['no grant in the message'];
    await server.administer(url, grant);
    expect(await refusal({ url: role.url })).toBe('opened');
    // Not even the schema is there, and the role may not make it.
    expect(await refusal({ url: role.url, schema: 'Audit_Log' })).toMatch(
      /^AUDIT_DATABASE_UNUSABLE: .*CREATE SCHEMA "Audit_Log" AUTHORIZATION "role_/,
    );
  });

  it('is one that another role set up, until the rights that the message names are granted', async () => {
    const url = await server.newDatabase();
    await opened({ url }, (store) => store.append('main', [anAppendableEvent()]));
    const role = await newRole(url, 'GRANT SELECT ON audit_migrations TO PUBLIC');
    const message = await refusal({ url: role.url });
    expect(message).toMatch(
      /^AUDIT_DATABASE_UNUSABLE: .*the right to SELECT on audit_records, INSERT on audit_records, SELECT on audit_heads/,
    );
    await server.administer(url, /GRANT .*;/.exec(message)?.[0] ?? 'no grants in the message');
    await opened({ url: role.url, ...LIMITS }, async (store) => {
      expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(2);
      expect((await store.append('new', [anAppendableEvent()])).firstPosition).toBe(1);
      expect(await store.verify()).toMatchObject({ ok: true, records: 3 });
    });
    await server.administer(url, `REVOKE INSERT ON audit_records FROM ${role.name}`);
    expect(await refusal({ url: role.url })).toMatch(/the right to INSERT on audit_records\. Run as the owner/);
  });

  it('is one that is read-only', async () => {
    const url = await server.newDatabase();
    await opened({ url }, (store) => store.append('main', [anAppendableEvent()]));
    await server.administer(server.url, `ALTER DATABASE ${databaseOf(url)} SET default_transaction_read_only = on`);
    expect(await refusal({ url })).toMatch(/^AUDIT_DATABASE_UNUSABLE: .*is read-only.*Connect to the primary server/);
  });

  it('is one that a newer version wrote', async () => {
    const url = await server.newDatabase();
    await opened({ url }, (store) => store.append('main', [anAppendableEvent()]));
    await server.administer(url, `INSERT INTO audit_migrations (timestamp, name) VALUES (1999999999999, 'AddWonders')`);
    expect(await refusal({ url })).toMatch(
      /^AUDIT_SCHEMA_TOO_NEW: .*\(AddWonders\)\. Upgrade nestjs-audited .*or use another "schema" or database\.$/,
    );
  });

  it('is one that does not hold every text', async () => {
    await server.administer(server.url, `CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'`);
    expect(await refusal({ url: server.urlOf('latin') })).toMatch(
      /^AUDIT_DATABASE_UNUSABLE: .*has the encoding LATIN1, .*CREATE DATABASE audit ENCODING 'UTF8'/,
    );
  });

  it('is one with tables of the same name that are not ours', async () => {
    const url = await server.newDatabase();
    await server.administer(url, 'CREATE TABLE audit_records (id integer)');
    expect(await refusal({ url })).toMatch(/^AUDIT_DATABASE_UNUSABLE: .*audit_records.* name another one in "schema"/);
    expect(await refusal({ url, schema: 'audit' })).toBe('opened');
  });
});

describe('an event that the database will not take', () => {
  it('is refused, and the next one is not', async () => {
    const url = await server.newDatabase();
    await opened({ url }, (store) => store.append('main', [anAppendableEvent()]));
    await server.administer(url, 'ALTER TABLE audit_records ALTER COLUMN actor_id TYPE varchar(8)');
    await opened({ url }, async (store) => {
      const long = anAppendableEvent({ actor: { kind: 'user', id: 'longer than eight' } });
      for (let round = 0; round < 3; round++) {
        await expect(store.append('main', [anAppendableEvent(), long])).rejects.toMatchObject({
          code: 'AUDIT_EVENT_REFUSED',
          message: expect.stringMatching(/value too long .*22001/) as string,
        });
        await expect(store.appendMissing('main', [long])).rejects.toMatchObject({ code: 'AUDIT_EVENT_REFUSED' });
        expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(2 + round);
      }
      expect(await store.verify()).toMatchObject({ ok: true, records: 4 });
    });
  });

  it('is none whose time of recording falls back by an hour, or by months: order is that of the chain', async () => {
    const url = await server.newDatabase();
    const times = [
      '2026-12-01T00:30:00.000Z',
      '2026-11-30T23:30:00.000Z',
      '1999-01-01T00:00:00.000Z',
      '2026-11-30T23:31:00.000Z',
    ];
    await opened({ url }, async (store) => {
      for (const recordedAt of [...times, ...times]) {
        await store.append('main', [anAppendableEvent({ recordedAt })]);
      }
      const { records } = await store.find();
      expect(records.map(({ event }) => event.recordedAt).reverse()).toStrictEqual([...times, ...times]);
      expect(records.map(({ seal }) => seal.position)).toStrictEqual([8, 7, 6, 5, 4, 3, 2, 1]);
      expect(await store.verify()).toMatchObject({ ok: true, records: 8, faults: [] });
    });
  });
});

describe('a disk that is full', () => {
  const disk = mkdtempSync(join(tmpdir(), 'audited-small-disk-'));
  const isMounted =
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=0777', 'tmpfs', disk]).status === 0 &&
    spawnSync('chown', ['postgres', disk]).status === 0;

  afterAll(() => {
    if (isMounted) {
      spawnSync('umount', ['-l', disk]);
    }
    rmSync(disk, { recursive: true, force: true });
  });

  it('refuses the append, loses nothing that was acknowledged, and goes on when there is room', async () => {
    if (!isMounted) {
      console.log('skipped: this user may not mount a small tmpfs to fill');
      return;
    }
    await server.administer(server.url, `CREATE TABLESPACE small LOCATION '${disk}'`);
    const url = await server.newDatabase('TABLESPACE small');
    await opened({ url }, async (store) => {
      await store.append('main', [anAppendableEvent()]);
      const ballast = join(disk, 'ballast');
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(ballast, Buffer.alloc((bavail - 100) * bsize));
      let accepted = 1;
      const fill = async (): Promise<void> => {
        for (;;) {
          await store.append('main', [anAppendableEvent({ details: { text: randomBytes(20_000).toString('hex') } })]);
          accepted++;
        }
      };
      await expect(fill()).rejects.toMatchObject({
        code: 'AUDIT_STORE_UNAVAILABLE',
        message: expect.stringMatching(/its disk is full/) as string,
      });
      rmSync(ballast);
      await store.append('main', [anAppendableEvent()]);
      expect(await store.verify()).toMatchObject({ ok: true, records: accepted + 1 });
    });
    await server.administer(server.url, `DROP DATABASE ${databaseOf(url)} WITH (FORCE); `);
    await server.administer(server.url, 'DROP TABLESPACE small');
  }, 60_000);
});

describe('a server that goes away', () => {
  const unavailable = { code: 'AUDIT_STORE_UNAVAILABLE' };
  const inTime = async (work: Promise<unknown>): Promise<string> => {
    const startedAt = Date.now();
    const message = await work.then(
      () => 'done',
      (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
    );
    expect(Date.now() - startedAt).toBeLessThan(LIMITS.statementTimeoutMs + LIMITS.connectTimeoutMs + 1000);
    return message;
  };

  it.each(['fast', 'immediate'] as const)(
    'is unavailable when it was stopped (%s), until it is back',
    async (mode) => {
      const url = await server.newDatabase();
      await opened({ url, ...LIMITS }, async (store) => {
        await store.append('main', [anAppendableEvent()]);
        await store.find();
        await server.stop(mode);
        const waiting = Array.from({ length: 5 }, () => store.append('main', [anAppendableEvent()]));
        for (const append of waiting) {
          await expect(append).rejects.toMatchObject(unavailable);
        }
        expect(await inTime(store.append('main', [anAppendableEvent()]))).toMatch(
          /^AUDIT_STORE_UNAVAILABLE: .*127\.0\.0\.1/,
        );
        await expect(store.find()).rejects.toMatchObject(unavailable);
        await server.restart();
        expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(2);
        expect(await store.verify()).toMatchObject({ ok: true, records: 2 });
      });
    },
    60_000,
  );

  it('is unavailable within the limit when it hangs, and stores nothing twice when it wakes', async () => {
    const url = await server.newDatabase();
    await opened({ url, ...LIMITS }, async (store) => {
      await store.append('main', [anAppendableEvent()]);
      await store.find();
      const events = [anAppendableEvent(), anAppendableEvent()];
      server.suspend();
      const [append, page, report] = [store.append('main', events), store.find(), store.verify()];
      expect(await inTime(append)).toMatch(
        /^AUDIT_STORE_UNAVAILABLE: .*127\.0\.0\.1.*no answer within statementTimeoutMs = 1000/,
      );
      await expect(page).rejects.toMatchObject(unavailable);
      await expect(report).rejects.toMatchObject(unavailable);
      expect(await inTime(store.appendMissing('main', events))).toMatch(/^AUDIT_STORE_UNAVAILABLE/);
      server.resume();
      // What was given up may still happen now, before this or never, but not beside it.
      const { appended } = await store.appendMissing('main', events);
      expect([0, 2]).toContain(appended);
      expect(await store.verify()).toMatchObject({ ok: true, records: 3 });
      expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(4);
    });
  }, 60_000);

  it('does not hold up a store that is closed while it hangs', async () => {
    const url = await server.newDatabase();
    const store = new PostgresAuditStore({ url, ...LIMITS });
    await store.open();
    await store.append('main', [anAppendableEvent()]);
    await store.find();
    server.suspend();
    const appends = Array.from({ length: 10 }, () => inTime(store.append('main', [anAppendableEvent()])));
    const startedAt = Date.now();
    await store.close();
    expect(Date.now() - startedAt).toBeLessThan(6000);
    for (const append of appends) {
      expect(await append).toMatch(/^AUDIT_STORE_UNAVAILABLE/);
    }
    server.resume();
  }, 60_000);

  it('is unavailable when another program sits on the head of the chain, as long as it does', async () => {
    const url = await server.newDatabase();
    await opened({ url, ...LIMITS }, async (store) => {
      await store.append('main', [anAppendableEvent()]);
      const sitting = new pg.Client({ connectionString: url });
      await sitting.connect();
      await sitting.query("BEGIN; SELECT * FROM audit_heads WHERE chain = 'main' FOR UPDATE");
      expect(await inTime(store.append('main', [anAppendableEvent()]))).toMatch(
        /^AUDIT_STORE_UNAVAILABLE: .*the head of the chain stayed locked for longer than the limit/,
      );
      expect((await store.append('other', [anAppendableEvent()])).firstPosition).toBe(1);
      expect(await store.verify({ chain: 'main' })).toMatchObject({ ok: true, records: 1 });
      await sitting.end();
      expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(2);
    });
  });

  it('may end idle connections: the next append or the one after it is stored, and nothing crashes', async () => {
    const url = await server.newDatabase();
    await opened({ url, ...LIMITS }, async (store) => {
      await store.append('main', [anAppendableEvent()]);
      await server.administer(
        server.url,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${databaseOf(url)}'`,
      );
      const event = anAppendableEvent(anEvent());
      await store.append('main', [event]).catch(() => store.appendMissing('main', [event]));
      expect(await store.verify()).toMatchObject({ ok: true, records: 2 });
    });
  });

  it('is unavailable when it has no connection left', async () => {
    const url = await server.newDatabase();
    const role = await newRole(url, `ALTER ROLE role_${databaseOf(url).slice(-8)} CONNECTION LIMIT 0`);
    expect(await refusal({ url: role.url })).toMatch(/^AUDIT_STORE_UNAVAILABLE: .*it has no connection left/);
  });
});
