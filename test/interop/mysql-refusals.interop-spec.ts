import { anAppendableEvent, anEvent } from 'nestjs-audited/testing';
import { MysqlAuditStore, type MysqlOptions } from 'nestjs-audited/typeorm';
import { databaseOf, MysqlServer } from '../support/mysql-server.js';
import { StallingProxy } from '../support/stalling-proxy.js';

/** What a busy machine may add to a wait that has a limit. */
const MARGIN_MS = 2500;
const UNAVAILABLE = { code: 'AUDIT_STORE_UNAVAILABLE' };

const found = await MysqlServer.find();
if (typeof found === 'string') {
  // Not console.log: Jest drops what a file logged whose tests are all skipped.
  process.stdout.write(`skipped: ${found}\n`);
}
const server = found as MysqlServer;
const onServer = typeof found === 'string' ? describe.skip : describe;

async function opened<Result>(
  options: MysqlOptions,
  work: (store: MysqlAuditStore) => Promise<Result>,
): Promise<Result> {
  const store = new MysqlAuditStore(options);
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** @returns how opening failed: the code and what the operator reads */
async function openingOf(options: MysqlOptions): Promise<string> {
  const store = new MysqlAuditStore(options);
  try {
    await store.open();
    await store.close();
    return 'opened';
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    return `${code}: ${message}`;
  }
}

afterAll(() => (typeof found === 'string' ? undefined : server.end()));

onServer('opening a MySQL log', () => {
  it('says which database does not exist, and how to make it', async () => {
    const message = await openingOf({ url: server.urlOf('audited_test_nowhere') });
    expect(message).toContain('AUDIT_DATABASE_UNUSABLE');
    expect(message).toContain('CREATE DATABASE `audited_test_nowhere` CHARACTER SET utf8mb4');
  });

  it('says that nobody answers at an address, which waiting may cure', async () => {
    const message = await openingOf({ host: '127.0.0.1', port: 1, username: 'root', database: 'audit' });
    expect(message).toMatch(/^AUDIT_STORE_UNAVAILABLE: .*ECONNREFUSED.*127\.0\.0\.1:1\/audit/);
  });

  it('names a wrong password as such, and never shows it', async () => {
    const url = await server.newDatabase();
    const account = await server.newAccount(`SELECT ON ${databaseOf(url)}.*`);
    const message = await openingOf({ url: server.urlOf(databaseOf(url), { ...account, password: 'wrong-secret' }) });
    expect(message).toMatch(/^AUDIT_DATABASE_UNUSABLE: .*refuses the account.*Check "username" and "password"/);
    expect(message).not.toContain('wrong-secret');
  });

  it('gives the GRANT that an account lacks: to get in, to make tables, to make triggers', async () => {
    const url = await server.newDatabase();
    const database = databaseOf(url);
    const all = (username: string): string =>
      `GRANT SELECT, INSERT, UPDATE, CREATE, ALTER, TRIGGER ON \`${database}\`.* TO '${username}'@'%';`;
    for (const rights of [
      [],
      [`SELECT, INSERT, UPDATE ON ${database}.*`],
      [`SELECT, INSERT, UPDATE, CREATE ON ${database}.*`],
    ]) {
      const account = await server.newAccount(...rights);
      const message = await openingOf({ url: server.urlOf(database, account) });
      expect(message).toContain('AUDIT_DATABASE_UNUSABLE');
      expect(message).toContain(all(account.username));
    }
    const able = await server.newAccount(`SELECT, INSERT, UPDATE, CREATE, ALTER, TRIGGER ON ${database}.*`);
    await opened({ url: server.urlOf(database, able) }, (store) => store.append('main', [anAppendableEvent()]));
  });

  it('needs no right to make anything when another account made the schema', async () => {
    const url = await server.newDatabase();
    const database = databaseOf(url);
    await opened({ url }, (store) => store.append('main', [anAppendableEvent()]));
    const writer = await server.newAccount(`SELECT, INSERT, UPDATE ON ${database}.*`);
    await opened({ url: server.urlOf(database, writer) }, async (store) => {
      await store.append('main', [anAppendableEvent()]);
      await store.append('new', [anAppendableEvent()]);
      expect(await store.verify()).toMatchObject({ ok: true, records: 3 });
    });
    for (const missing of ['INSERT', 'UPDATE', 'SELECT']) {
      const rights = ['SELECT', 'INSERT', 'UPDATE'].filter((right) => right !== missing).join(', ');
      const account = await server.newAccount(`${rights} ON ${database}.*`);
      const message = await openingOf({ url: server.urlOf(database, account) });
      expect(message).toContain('AUDIT_DATABASE_UNUSABLE');
      expect(message).toContain(`GRANT SELECT, INSERT, UPDATE ON \`${database}\`.* TO '${account.username}'@'%';`);
    }
  });

  it('refuses a schema of a newer version, and one whose tables are gone', async () => {
    const url = await server.newDatabase();
    await opened({ url }, (store) => store.verify());
    await server.run(
      `USE ${databaseOf(url)}`,
      "INSERT INTO audit_migrations (timestamp, name) VALUES (1999999999999, 'FromTheFuture1999999999999')",
    );
    expect(await openingOf({ url })).toMatch(/^AUDIT_SCHEMA_TOO_NEW: .*FromTheFuture1999999999999/);
    await server.run(
      'DELETE FROM audit_migrations WHERE timestamp = 1999999999999',
      'ALTER TABLE audit_records DROP COLUMN route',
    );
    expect(await openingOf({ url })).toMatch(/^AUDIT_DATABASE_UNUSABLE: .*has not the tables.*route/);
  });

  it('counts an account without a free connection as unavailable', async () => {
    const url = await server.newDatabase();
    await opened({ url }, (store) => store.verify());
    const account = await server.newAccount(`SELECT, INSERT, UPDATE ON ${databaseOf(url)}.*`);
    await server.run(`GRANT USAGE ON *.* TO '${account.username}'@'%' WITH MAX_USER_CONNECTIONS 1`);
    const accountUrl = server.urlOf(databaseOf(url), account);
    await opened({ url: accountUrl }, async () => {
      expect(await openingOf({ url: accountUrl })).toMatch(/^AUDIT_STORE_UNAVAILABLE: .*takes no more connections/);
    });
  });
});

onServer('an open MySQL log', () => {
  it('refuses an event that a column has no room for, and goes on with the next', async () => {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      await store.append('main', [anAppendableEvent()]);
      await server.run(`USE ${databaseOf(url)}`, 'ALTER TABLE audit_records MODIFY actor_id VARCHAR(8)');
      const tooLong = anAppendableEvent({ actor: { kind: 'user', id: 'nine-long' } });
      await expect(store.append('main', [anAppendableEvent(), tooLong])).rejects.toMatchObject({
        code: 'AUDIT_EVENT_REFUSED',
        message: expect.stringMatching(/actor_id.*Make the column as large/) as string,
      });
      expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(2);
      expect(await store.verify()).toMatchObject({ ok: true, records: 2 });
    });
  });

  it('splits an append that is larger than a packet, and refuses an event that alone is', async () => {
    const [row] = await server.rows('SELECT @@GLOBAL.max_allowed_packet AS bytes');
    const packetBytes = Number(row?.['bytes']);
    const text = 'x'.repeat(Math.floor(packetBytes / 8));
    await opened({ url: await server.newDatabase(), statementTimeoutMs: 30_000 }, async (store) => {
      const events = Array.from({ length: 10 }, () => anEvent({ details: { text } }));
      await store.append(
        'main',
        events.map((event) => anAppendableEvent(event)),
      );
      const huge = anAppendableEvent({ details: { text: text.repeat(8) } });
      await expect(store.append('main', [anAppendableEvent(), huge])).rejects.toMatchObject({
        code: 'AUDIT_EVENT_REFUSED',
        message: expect.stringContaining('SET GLOBAL max_allowed_packet = ') as string,
      });
      expect((await store.get(events[9]?.id ?? ''))?.event).toStrictEqual(events[9]);
      expect(await store.verify()).toMatchObject({ ok: true, records: 10 });
    });
  });

  it('works on when an administrator ended its connections', async () => {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      for (let round = 0; round < 3; round++) {
        await Promise.all([
          store.append('a', [anAppendableEvent()]),
          store.append('b', [anAppendableEvent()]),
          store.find(),
        ]);
        expect(await server.killConnections(url)).toBeGreaterThan(0);
        expect((await store.append('a', [anAppendableEvent()])).firstPosition).toBe(2 * round + 2);
        expect((await store.find({ chain: 'b' })).records).toHaveLength(round + 1);
      }
      expect(await store.verify()).toMatchObject({ ok: true, records: 9 });
    });
  });

  it('waits for the lock of another program, but not for ever', async () => {
    const url = await server.newDatabase();
    await opened({ url, statementTimeoutMs: 2000 }, async (store) => {
      await store.append('main', [anAppendableEvent()]);
      await server.run(`USE ${databaseOf(url)}`, 'BEGIN', 'SELECT * FROM audit_heads FOR UPDATE');
      const startedAt = Date.now();
      await expect(store.append('main', [anAppendableEvent()])).rejects.toMatchObject(UNAVAILABLE);
      expect(Date.now() - startedAt).toBeLessThan(2000 + MARGIN_MS);
      const late = store.append('main', [anAppendableEvent()]);
      await server.run('ROLLBACK');
      expect((await late).firstPosition).toBe(2);
    });
  });

  it('blames no event when the head of a chain stands behind its records', async () => {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      await store.append('main', [anAppendableEvent(), anAppendableEvent()]);
      await server.tamper(url, 'UPDATE audit_heads SET position = 1');
      await expect(store.append('main', [anAppendableEvent()])).rejects.toMatchObject({
        ...UNAVAILABLE,
        message: expect.stringContaining('Run verify()') as string,
      });
      expect((await store.verify()).ok).toBe(false);
    });
  });
});

onServer('a MySQL server that hangs', () => {
  const limits = { statementTimeoutMs: 400, readTimeoutMs: 400, connectTimeoutMs: 400 };
  let proxy: StallingProxy;
  let port: number;

  beforeEach(async () => {
    proxy = new StallingProxy(server.host, server.port);
    port = await proxy.start();
  });
  afterEach(() => proxy.end());

  const throughProxy = (url: string): string => {
    const through = new URL(url);
    through.host = `127.0.0.1:${port}`;
    return through.href;
  };

  it('holds nobody longer than the limits, at opening, reading, writing and closing', async () => {
    const url = throughProxy(await server.newDatabase());
    const store = new MysqlAuditStore({ url, ...limits });
    await store.open();
    await store.append('main', [anAppendableEvent()]);
    proxy.stall();
    const startedAt = Date.now();
    await Promise.all([
      expect(store.append('main', [anAppendableEvent()])).rejects.toMatchObject(UNAVAILABLE),
      expect(store.append('other', [anAppendableEvent()])).rejects.toMatchObject(UNAVAILABLE),
      expect(store.find()).rejects.toMatchObject(UNAVAILABLE),
      expect(store.verify()).rejects.toMatchObject(UNAVAILABLE),
      expect(openingOf({ url, ...limits })).resolves.toContain('AUDIT_STORE_UNAVAILABLE'),
    ]);
    expect(Date.now() - startedAt).toBeLessThan(800 + MARGIN_MS);
    await expect(store.append('main', [anAppendableEvent()])).rejects.toMatchObject(UNAVAILABLE);
    proxy.resume();
    expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(2);
    expect(await store.verify()).toMatchObject({ ok: true, records: 2 });
    proxy.stall();
    const closingAt = Date.now();
    await store.close();
    expect(Date.now() - closingAt).toBeLessThan(2000 + MARGIN_MS);
  });

  it('may have stored what it did not acknowledge; a replay then stores nothing twice', async () => {
    const url = await server.newDatabase();
    const store = new MysqlAuditStore({ url: throughProxy(url), ...limits });
    await store.open();
    await store.append('main', [anAppendableEvent()]);
    for (const statement of ['COMMIT', 'INSERT INTO audit_records', 'UPDATE audit_heads']) {
      const events = [anAppendableEvent(), anAppendableEvent()];
      proxy.stallAfter(statement);
      await expect(store.append('main', events)).rejects.toMatchObject(UNAVAILABLE);
      proxy.resume();
      const { appended } = await store.appendMissing('main', events);
      expect(appended).toBe(statement === 'COMMIT' ? 0 : 2);
    }
    expect(await store.verify()).toMatchObject({ ok: true, records: 7 });
    await store.close();
  });
});
