import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { anAppendableEvent, anEvent, auditStoreContract } from 'nestjs-audited/testing';
import { PostgresAuditStore, type PostgresOptions } from 'nestjs-audited/typeorm';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { erasureIn } from '../support/postgres-erasure.js';
import { PostgresServer } from '../support/postgres-server.js';

let server: PostgresServer;
const urls = new WeakMap<object, string>();

beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterAll(() => server.dispose(), 60_000);

async function newStore(options: PostgresOptions = {}): Promise<PostgresAuditStore> {
  const url = await server.newDatabase();
  const store = new PostgresAuditStore({ url, ...options });
  urls.set(store, url);
  return store;
}

/** A new database with an open store; the store is closed afterwards. */
async function withStore(
  work: (store: PostgresAuditStore, run: (sql: string) => Promise<Record<string, string>[]>) => Promise<void>,
  options: PostgresOptions = {},
): Promise<void> {
  const store = await newStore(options);
  await store.open();
  try {
    await work(store, (sql) => server.administer(urls.get(store) ?? '', sql));
  } finally {
    await store.close();
  }
}

describe('PostgresAuditStore', () => {
  const aids = {
    erasePersonalPart: (...given: Parameters<ReturnType<typeof erasureIn>>) => erasureIn(server, urls)(...given),
  };
  for (const { promise, run } of auditStoreContract(newStore, aids)) {
    it(promise, run);
  }
});

describe('PostgresAuditStore in a schema of its own', () => {
  for (const { promise, run } of auditStoreContract(() => newStore({ schema: 'Audit_Log' }))) {
    it(promise, run);
  }
});

describe('texts that PostgreSQL does not keep as they are', () => {
  it('are stored, found by filters, and verified: NUL, its escape, and texts longer than any index takes', async () => {
    await withStore(async (store) => {
      // As long as a filter may be; and longer.
      const long = randomBytes(7_000).toString('base64');
      const huge = randomBytes(200_000).toString('base64');
      const ids = [
        'a\u0000b',
        'a\u24000b',
        'a\u2400\u2400b',
        'a\u2400b',
        '\u0000',
        'a\u0000',
        long,
        `${long}x`,
        ...[255, 256, 257, 258].map((length) => 'ü'.repeat(length)),
        ' a',
        'a ',
      ];
      for (const id of [...ids, huge]) {
        const resource = { type: id, id };
        const facts = {
          type: id,
          actor: { kind: 'user', id, tenantId: id },
          resource,
          correlationId: id,
          sessionId: id,
        } as const;
        await store.append('main', [anAppendableEvent(facts, { '/actor/email': id, '/actor/ip': id })]);
      }
      for (const id of ids) {
        for (const filter of [
          { type: id },
          { actorId: id },
          { resourceId: id },
          { correlationId: id },
          { tenantId: id },
        ]) {
          const { records } = await store.find(filter);
          expect(records.map(({ event }) => event.actor.id === id && event.actor.email === id)).toStrictEqual([true]);
        }
      }
      expect(await store.verify()).toMatchObject({ ok: true, records: ids.length + 1, faults: [] });
      expect(await store.find({ actorId: 'a\ud800' })).toStrictEqual({ records: [] });
      expect(await store.get('a\u0000')).toBeUndefined();
    });
  });
});

describe('the triggers', () => {
  const month = '2026_11';
  const copyOf = (position: number, changes: Record<string, string> = {}): string => {
    const columns = ['previous_hash', 'hash', 'scheme', 'occurred_at', 'recorded_at', 'type', 'stage', 'severity'];
    const others = ['risk', 'outcome', 'actor_kind', 'transport', 'body'];
    const all = ['chain', 'position', 'id', ...columns, ...others];
    const values = all.map((column) => changes[column] ?? (column === 'id' ? `'another'` : column));
    return `(${all.join(', ')}) SELECT ${values.join(', ')} FROM audit_records WHERE chain = 'main' AND position = ${position}`;
  };

  it('refuse what would change or fork the log, also in a partition that is addressed directly', async () => {
    await withStore(async (store, run) => {
      await store.append('main', [anAppendableEvent(), anAppendableEvent(), anAppendableEvent()]);
      const [{ partition } = { partition: '' }] = await run(
        'SELECT DISTINCT tableoid::regclass::text AS partition FROM audit_records',
      );
      const attempts: [string, RegExp][] = ['audit_records', partition ?? ''].flatMap((table): [string, RegExp][] => [
        [`UPDATE ${table} SET body = body`, /audit_records is append-only: UPDATE refused/],
        [`UPDATE ${table} SET recorded_at = '1999'`, /audit_records is append-only: UPDATE refused/],
        [`DELETE FROM ${table} WHERE position = 2`, /audit_records is append-only: DELETE refused/],
        [`TRUNCATE ${table}`, /audit_records is append-only: TRUNCATE refused/],
      ]);
      attempts.push(
        [`INSERT INTO audit_records ${copyOf(3)}`, /duplicate key|INSERT refused/],
        [
          `INSERT INTO audit_records ${copyOf(3, { recorded_at: "'2030-01-01'" })}`,
          /positions 3 to 3 do not continue chain main/,
        ],
        [
          `INSERT INTO audit_records ${copyOf(3, { recorded_at: "'2026-12-05'" })}`,
          /positions 3 to 3 do not continue chain main/,
        ],
        [`INSERT INTO audit_records ${copyOf(3, { position: '5' })}`, /positions 5 to 5 do not continue chain main/],
        // The next position, but not the hash of the one before.
        [`INSERT INTO audit_records ${copyOf(3, { position: '4' })}`, /positions 4 to 4 do not continue chain main/],
        [`INSERT INTO audit_records ${copyOf(3, { chain: "'new'" })}`, /do not continue chain new/],
        ['UPDATE audit_heads SET position = 1', /audit_heads only moves forward: UPDATE refused/],
        ['UPDATE audit_heads SET position = position', /audit_heads only moves forward: UPDATE refused/],
        ["UPDATE audit_heads SET chain = 'b', position = 9", /audit_heads only moves forward: UPDATE refused/],
        ['DELETE FROM audit_heads', /audit_heads is append-only: DELETE refused/],
        ['TRUNCATE audit_heads', /audit_heads is append-only: TRUNCATE refused/],
      );
      for (const table of [`audit_records_${month}`, 'audit_records_default']) {
        const time = table.endsWith('default') ? "'1999-01-01'" : 'recorded_at';
        const sequenced = copyOf(3, { recorded_at: time })
          .replace('(chain', '(sequence, chain')
          .replace(') SELECT chain', ') OVERRIDING SYSTEM VALUE SELECT 99, chain');
        attempts.push([
          `INSERT INTO ${table} ${sequenced}`,
          /duplicate key|positions 3 to 3 do not continue|violates partition constraint/,
        ]);
      }
      for (const [sql, message] of attempts) {
        await expect(run(sql).then(() => `done: ${sql}`)).rejects.toThrow(message);
      }
      expect(await store.verify()).toMatchObject({ ok: true, records: 3 });
      expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(4);
    });
  });

  it('make a commit durable where the database is set to acknowledge it before', async () => {
    await withStore(async (store) => {
      const insert = `BEGIN; SET LOCAL synchronous_commit = off;
        INSERT INTO audit_heads VALUES ('x', 0, 'start');
        INSERT INTO audit_records ${copyOf(1, { chain: "'x'", previous_hash: "'start'" })}`;
      await store.append('main', [anAppendableEvent()]);
      const client = new pg.Client({ connectionString: urls.get(store) ?? '' });
      await client.connect();
      await client.query(insert);
      const { rows } = await client.query<{ synchronous_commit: string }>('SHOW synchronous_commit');
      await client.query('ROLLBACK');
      await client.end();
      expect(rows).toStrictEqual([{ synchronous_commit: 'on' }]);
    });
  });
});

describe('a log whose guards were taken away', () => {
  const tampering: [string, string, string[]][] = [
    [
      'an edited body',
      `UPDATE audit_records SET body = replace(body, 'completed', 'cancelled') WHERE position = 2`,
      ['edited 2'],
    ],
    ['an edited column', `UPDATE audit_records SET actor_id = 'x' WHERE position = 2`, ['column 2']],
    ['an edited number', `UPDATE audit_records SET status = 7 WHERE position = 3`, ['column 3']],
    ['a record that was removed', 'DELETE FROM audit_records WHERE position = 2', ['deleted 2']],
    ['the last record removed', 'DELETE FROM audit_records WHERE position = 4', ['truncated 4']],
    ['a head that was removed', 'DELETE FROM audit_heads', ['head 4']],
    ['a head that was set back', 'UPDATE audit_heads SET position = 2', ['head 2']],
    [
      'another order of reading',
      'UPDATE audit_records SET sequence = 1000 - sequence WHERE position = 2',
      ['column 2'],
    ],
    ['a salt that was changed', `UPDATE audit_records SET salt = 'x' WHERE position = 4`, ['personal 4']],
  ];

  it.each(tampering)('is found out: %s', async (_, sql, expected) => {
    await withStore(async (store, run) => {
      const events = [anAppendableEvent(), anAppendableEvent(), anAppendableEvent()];
      await store.append('main', [...events, anAppendableEvent({}, { '/actor/email': 'zoe@example.com' })]);
      // As an administrator can: triggers are not fired in a replica's session.
      await run(
        `ALTER TABLE audit_records ALTER sequence DROP IDENTITY; SET session_replication_role = replica; ${sql}`,
      );
      const { faults } = await store.verify();
      expect(faults.map(({ kind, position }) => `${kind} ${position}`)).toStrictEqual(expected);
    });
  });

  it('does not go on where its head is missing, and says why', async () => {
    await withStore(async (store, run) => {
      await store.append('main', [anAppendableEvent()]);
      await run('SET session_replication_role = replica; DELETE FROM audit_heads');
      const refusal = {
        code: 'AUDIT_STORE_UNAVAILABLE',
        message: expect.stringMatching(/chain "main" has records but no head.*Run verify\(\)/) as string,
      };
      await expect(store.append('main', [anAppendableEvent()])).rejects.toMatchObject(refusal);
      await expect(store.append('main', [anAppendableEvent()])).rejects.toMatchObject(refusal);
      expect(await store.verify()).toMatchObject({ records: 1 });
    });
  });
});

describe('a partition made by hand, as the guide says', () => {
  it('takes the records of its month, and guards them like the others', async () => {
    const guide = readFileSync(new URL('../../docs/guide/databases.md', import.meta.url), 'utf8');
    const block = /```sql\n(BEGIN;\n[\s\S]*?)```/.exec(guide)?.[1] ?? '';
    // A year that no test will ever run in, so that the store has not made the partition itself.
    const statements = block.replaceAll('2027', '2099');
    await withStore(async (store, run) => {
      await run(statements);
      await store.append('main', [anAppendableEvent({ recordedAt: '2099-01-15T00:00:00.000Z' })]);
      expect(await run('SELECT tableoid::regclass::text AS name FROM audit_records')).toEqual([
        { name: 'audit_records_2099_01' },
      ]);
      const columns = await run(`SELECT column_name AS name FROM information_schema.columns
        WHERE table_name = 'audit_records_2099_01' AND column_name NOT IN ('sequence', 'position', 'id')`);
      const names = columns.map(({ name }) => name).join(', ');
      const forged = `INSERT INTO audit_records_2099_01 (position, id, ${names})
        SELECT 9, 'forged', ${names} FROM audit_records_2099_01`;
      await expect(run(forged)).rejects.toThrow(/positions 9 to 9 do not continue/);
      await expect(run('TRUNCATE audit_records_2099_01')).rejects.toThrow(/TRUNCATE refused/);
      await expect(run('DELETE FROM audit_records_2099_01')).rejects.toThrow(/DELETE refused/);
      expect(await store.verify()).toMatchObject({ ok: true, records: 1 });
    });
  });
});

describe('monthly partitions', () => {
  const partitions = `SELECT inhrelid::regclass::text AS name, pg_get_expr(relpartbound, inhrelid) AS bound
    FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = 'audit_records'::regclass ORDER BY name`;

  it('are created ahead, and whatever belongs to none of them is stored in the default one', async () => {
    await withStore(
      async (store, run) => {
        const now = new Date();
        const monthOf = (offset: number): string =>
          new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset)).toISOString().slice(0, 7);
        const expected = [0, 1].map((offset) => ({
          name: `audit_records_${monthOf(offset).replace('-', '_')}`,
          bound: `FOR VALUES FROM ('${monthOf(offset)}') TO ('${monthOf(offset + 1)}')`,
        }));
        expect(await run(partitions)).toStrictEqual([...expected, { name: 'audit_records_default', bound: 'DEFAULT' }]);
        for (const recordedAt of [now.toISOString(), '1999-12-31T23:59:59.999Z', '9999-01-01T00:00:00.000Z', 'never']) {
          await store.append('main', [anAppendableEvent({ recordedAt })]);
        }
        const places = await run('SELECT tableoid::regclass::text AS name FROM audit_records ORDER BY position');
        const rest = 'audit_records_default';
        expect(places.map(({ name }) => name)).toStrictEqual([expected[0]?.name, rest, rest, rest]);
        expect(await store.verify()).toMatchObject({ ok: true, records: 4 });
      },
      { monthsAhead: 1 },
    );
  });

  it('are added at the next opening, also beside records that came too early for theirs', async () => {
    const url = await server.newDatabase();
    const open = async (monthsAhead: number, work?: (store: PostgresAuditStore) => Promise<unknown>): Promise<void> => {
      const store = new PostgresAuditStore({ url, monthsAhead });
      await store.open();
      await work?.(store);
      await store.close();
    };
    const nextMonth = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + 1, 15)).toISOString();
    await open(0, (store) => store.append('main', [anAppendableEvent({ recordedAt: nextMonth })]));
    await Promise.all([open(3), open(3), open(3)]);
    const names = (await server.administer<{ name: string }>(url, partitions)).map(({ name }) => name);
    // This month, two of the three ahead, and the default one, which holds a record of the other.
    expect(names).toHaveLength(4);
    await open(3, async (store) => {
      await store.append('main', [anAppendableEvent({ recordedAt: nextMonth })]);
      expect(await store.verify()).toMatchObject({ ok: true, records: 2 });
    });
  });
});

describe('a store beside the DataSource of an application', () => {
  it('uses its database, but never its connections', async () => {
    const source = new DataSource({ type: 'postgres', url: await server.newDatabase(), poolSize: 2 });
    await source.initialize();
    const store = PostgresAuditStore.beside(source);
    await store.open();
    const event = anEvent();
    // Every connection of the application is in a transaction that waits for its record.
    const business = Array.from({ length: 10 }, (_, number) =>
      source.transaction(async (manager) => {
        await manager.query('SELECT 1');
        return store.append('main', [number === 0 ? anAppendableEvent(event) : anAppendableEvent()]);
      }),
    );
    expect((await Promise.all(business)).length).toBe(10);
    expect((await store.get(event.id))?.event).toStrictEqual(event);
    await store.close();
    await source.destroy();
  });

  it('is refused beside one of another type', () => {
    const source = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
    expect(() => PostgresAuditStore.beside(source)).toThrow(
      /option "dataSource" is of type "better-sqlite3"\. Pass a DataSource of type "postgres"/,
    );
  });

  it('reads numbers as they are, whatever the application told the driver about them', async () => {
    const parsers = [20, 23, 25].map((oid) => [oid, pg.types.getTypeParser(oid)] as const);
    parsers.forEach(([oid]) => pg.types.setTypeParser(oid, () => 'something else'));
    try {
      await withStore(async (store) => {
        await store.append('main', [anAppendableEvent(), anAppendableEvent()]);
        expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(3);
        expect(await store.verify()).toMatchObject({ ok: true, records: 3 });
      });
    } finally {
      parsers.forEach(([oid, parser]) => pg.types.setTypeParser(oid, parser));
    }
  });
});
