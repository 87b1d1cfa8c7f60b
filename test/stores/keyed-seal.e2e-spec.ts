import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Database } from 'better-sqlite3';
import { anAppendableEvent, auditStoreContract } from 'nestjs-audited/testing';
import { PostgresAuditStore, SqliteAuditStore, type SealOptions, type StoreOptions } from 'nestjs-audited/typeorm';
import {
  BOTH_KEYS,
  FIRST_K1,
  FIRST_K2,
  FIRST_UNKEYED,
  LAST,
  sealsOf,
  SECRETS,
  tracesOf,
  writeRotatedLog,
  type KeyedStore,
  type SealRow,
} from '../support/keyed-seals.js';
import { PostgresServer } from '../support/postgres-server.js';
import { withRawDatabase } from '../support/raw-database.js';
import { TamperedLog } from '../support/sealed-log.js';

const COLUMNS = 'chain, position, previous_hash, hash, scheme, mac, body';
const KEYED = FIRST_UNKEYED - FIRST_K1;
const SEALING: SealOptions = { ...BOTH_KEYS, current: 'k1' };

const folder = mkdtempSync(join(tmpdir(), 'audited-keyed-'));
let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterAll(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

interface Place {
  readonly store: (options: StoreOptions) => KeyedStore;
  readonly rows: () => Promise<readonly SealRow[]> | readonly SealRow[];
  /** Everything that the database holds, as text. */
  readonly content: () => Promise<string> | string;
}

let files = 0;

function sqlitePlace(): Place & { readonly file: string } {
  const home = mkdtempSync(join(folder, `log-${++files}-`));
  const file = join(home, 'audit.sqlite');
  return {
    file,
    store: (options) => new SqliteAuditStore(file, options),
    rows: () =>
      withRawDatabase(file, (database) =>
        database.prepare<[], SealRow>(`SELECT ${COLUMNS} FROM audit_records ORDER BY position`).all(),
      ),
    content: () =>
      readdirSync(home)
        .flatMap((name) => [readFileSync(join(home, name), 'latin1'), readFileSync(join(home, name), 'utf8')])
        .join('\n'),
  };
}

async function postgresPlace(): Promise<Place> {
  const url = await server.newDatabase();
  return {
    store: (options) => new PostgresAuditStore({ url }, options),
    rows: async () => {
      const rows = await server.administer<SealRow>(url, `SELECT ${COLUMNS} FROM audit_records ORDER BY position`);
      return rows.map((row) => ({ ...row, position: Number(row.position) }));
    },
    content: async () => {
      const tables = await server.administer<{ name: string }>(
        url,
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
      );
      const texts = await Promise.all(
        tables.map(({ name }) => server.administer<{ row: string }>(url, `SELECT t::text AS row FROM "${name}" t`)),
      );
      return texts
        .flat()
        .map(({ row }) => row)
        .join('\n');
    },
  };
}

async function withStore<Result>(
  place: Place,
  options: StoreOptions,
  work: (store: KeyedStore) => Promise<Result>,
): Promise<Result> {
  const store = place.store(options);
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const DATABASES: readonly (readonly [name: string, make: () => Promise<Place> | Place])[] = [
  ['SQLite', sqlitePlace],
  ['PostgreSQL', postgresPlace],
];

describe.each(DATABASES)('a log on %s whose keys are rotated and taken away again', (_, make) => {
  let place: Place;

  beforeAll(async () => {
    place = await make();
    await writeRotatedLog(place.store);
  }, 60_000);

  it('has the seals that an auditor computes with the keys', async () => {
    const rows = await place.rows();
    expect(rows).toHaveLength(LAST);
    expect(rows.map(({ hash, scheme, mac }) => ({ hash, scheme, mac }))).toStrictEqual(sealsOf(rows));
    expect(rows.slice(1).every((row, index) => row.previous_hash === rows[index]?.hash)).toBe(true);
  });

  it('gives macs back with the records, and none where there is none', async () => {
    const rows = await place.rows();
    const { records } = await withStore(place, {}, (store) => store.find({ limit: LAST }));
    const macs = records.map(({ seal }) => seal.mac ?? null).reverse();
    expect(macs).toStrictEqual(rows.map(({ mac }) => mac));
    const unkeyed = records.find(({ seal }) => seal.position === 1);
    expect(Object.keys(unkeyed?.seal ?? {})).not.toContain('mac');
    const [keyed] = records.filter(({ seal }) => seal.position === FIRST_K1);
    const found = await withStore(place, {}, (store) => store.get(keyed?.event.id ?? ''));
    expect(found).toStrictEqual(keyed);
  });

  it('verifies with the keys, and shows where it went on without one', async () => {
    const { faults, chains } = await withStore(place, { seal: BOTH_KEYS }, (store) => store.verify());
    expect(faults.map(({ kind, position }) => [kind, position])).toStrictEqual([['scheme', FIRST_UNKEYED]]);
    expect(chains[0]?.macs).toStrictEqual({ checked: KEYED, unchecked: 0 });
  });

  it('verifies without keys as far as anybody can, and says how many macs nobody checked', async () => {
    const none = await withStore(place, {}, (store) => store.verify());
    expect(none.chains[0]?.macs).toStrictEqual({ checked: 0, unchecked: KEYED });
    expect(none.faultCount).toBe(1);
  });

  it('takes an id that is not among the keys given for an invented one', async () => {
    const onlyFirst = { seal: { keys: BOTH_KEYS.keys.slice(0, 1) } };
    const { faults } = await withStore(place, onlyFirst, (store) => store.verify());
    expect(faults.map(({ kind, position }) => [kind, position])).toStrictEqual([
      ['mac', FIRST_K2],
      ['scheme', FIRST_UNKEYED],
    ]);
  });

  it('finds that a key is not the one it was sealed with', async () => {
    const keys = [BOTH_KEYS.keys[0]!, { id: 'k.2_-', secret: SECRETS.k1 }];
    const { faults } = await withStore(place, { seal: { keys } }, (store) => store.verify());
    expect(faults.map(({ kind, position }) => [kind, position])).toStrictEqual([
      ['mac', FIRST_K2],
      ['scheme', FIRST_UNKEYED],
    ]);
  });

  it('holds no secret', async () => {
    const content = await place.content();
    expect(content).toContain('hmac-sha256-v1');
    expect(tracesOf(content)).toStrictEqual([]);
    expect(tracesOf(`${content}${SECRETS.k1.toString('hex')}`)).toHaveLength(1);
  });

  it('tells no secret when something fails, nor where the store itself is printed', async () => {
    const known = anAppendableEvent();
    const store = place.store({ seal: SEALING });
    const failures: unknown[] = [];
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      await work().catch((error: unknown) => failures.push(error));
    };
    await attempt(() => store.append('main', [known]));
    await store.open();
    failures.push(inspect(store, { depth: 6 }));
    await store.append('other', [known]);
    await attempt(() => store.append('other', [known]));
    await attempt(() => store.append('other', [{ body: 'no JSON' }]));
    await attempt(() => store.append('not a chain', [known]));
    await attempt(() => store.append('other', [{ body: (() => 0) as unknown as string }]));
    await store.close();
    await attempt(() => store.append('other', [known]));
    expect(failures.length).toBeGreaterThanOrEqual(6);
    expect(tracesOf(failures.map((failure) => inspect(failure, { depth: 8 })).join('\n'))).toStrictEqual([]);
  });
});

describe('the contract of a store that seals with a key', () => {
  for (const { promise, run } of auditStoreContract(() => new SqliteAuditStore(':memory:', { seal: SEALING }))) {
    it(`SQLite: ${promise}`, run);
  }

  const onPostgres = async (): Promise<PostgresAuditStore> =>
    new PostgresAuditStore({ url: await server.newDatabase() }, { seal: SEALING });
  for (const { promise, run } of auditStoreContract(onPostgres)) {
    it(`PostgreSQL: ${promise}`, run);
  }
});

describe('a keyed log in the hands of somebody without the key', () => {
  let log: TamperedLog;

  beforeAll(async () => {
    const place = sqlitePlace();
    await writeRotatedLog(place.store);
    log = new TamperedLog(place.file, join(folder, 'tampered.sqlite'), { seal: BOTH_KEYS });
    await log.store.open();
  });
  afterAll(() => log.store.close());

  const expected = [`scheme main ${FIRST_UNKEYED}`];

  it('is as it was', async () => {
    expect(await log.faultsAfter(() => undefined)).toStrictEqual(expected);
  });

  it.each<readonly [what: string, sql: string, faults: readonly string[]]>([
    ['a digit of a mac', "mac = substr(mac, 1, length(mac) - 1) || 'x'", ['edited main 5']],
    ['the key in a mac', "mac = replace(mac, 'k1:', 'k2:')", ['edited main 5']],
    ['a mac taken away', 'mac = NULL', ['edited main 5']],
    ['a mac made bytes', 'mac = CAST(mac AS BLOB)', ['malformed main 5']],
    ['the scheme', "scheme = 'sha256-v1'", ['edited main 5']],
  ])('betrays a change: %s', async (_, sql, faults) => {
    const found = await log.faultsAfter((database) => {
      database.exec(`UPDATE audit_records SET ${sql} WHERE position = 5`);
    });
    expect(found).toStrictEqual([...faults, ...expected]);
  });

  it('betrays a mac beside a record that was sealed without one', async () => {
    const found = await log.faultsAfter((database) => {
      database.exec(
        'UPDATE audit_records SET mac = (SELECT mac FROM audit_records WHERE position = 5) WHERE position = 2',
      );
    });
    expect(found).toStrictEqual(['mac main 2', ...expected]);
  });

  it('betrays a history that was rewritten to its end with correct hashes, which an unkeyed log does not', async () => {
    const found = await log.faultsAfter((database) => {
      resealFrom(database, 5, (mac) => mac);
    });
    expect(found).toStrictEqual(['mac main 5', `mac main ${FIRST_K2}`, ...expected]);
  });

  it('betrays a history that was rewritten without a key: the downgrade shows where it begins', async () => {
    const found = await log.faultsAfter((database) => {
      resealFrom(database, 5, () => null);
    });
    expect(found).toStrictEqual(['scheme main 5']);
  });
});

/** Changes the content of every record from a position on, and seals it anew as well as it can be done without a key. */
function resealFrom(database: Database, from: number, macOf: (mac: string | null) => string | null): void {
  const rows = database
    .prepare<[number], SealRow>(`SELECT ${COLUMNS} FROM audit_records WHERE position >= ? ORDER BY position`)
    .all(from);
  let previous = rows[0]?.previous_hash ?? '';
  for (const row of rows) {
    const mac = macOf(row.mac);
    const scheme = mac === null ? 'sha256-v1' : 'hmac-sha256-v1';
    const body = row.body.replace('"action":"', '"action":"Forged: ');
    const member = mac === null ? '' : `"mac":"${mac}",`;
    const text = `{"chain":"main","event":${body},${member}"position":${row.position},"previous":"${previous}","scheme":"${scheme}"}`;
    const hash = createHash('sha256').update(text).digest('hex');
    database
      .prepare('UPDATE audit_records SET body = ?, previous_hash = ?, hash = ?, scheme = ?, mac = ? WHERE position = ?')
      .run(body, previous, hash, scheme, mac, row.position);
    previous = hash;
  }
  database.prepare("UPDATE audit_heads SET hash = ? WHERE chain = 'main'").run(previous);
}
