import { anAppendableEvent, custodyStoreContract } from 'nestjs-audited/testing';
import { MysqlAuditStore, type MysqlOptions } from 'nestjs-audited/typeorm';
import { databaseOf, MysqlServer } from '../support/mysql-server.js';
import { aLogOfThePreviousVersion } from '../support/previous-version.js';

const found = await MysqlServer.find();
if (typeof found === 'string') {
  // Not console.log: Jest drops what a file logged whose tests are all skipped.
  process.stdout.write(`skipped: ${found}\n`);
}
const server = found as MysqlServer;
const whenThere = typeof found === 'string' ? describe.skip : describe;

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

const ADA = { '/actor/email': 'ada.lovelace@example.org', '/actor/ip': '2001:db8::dead:beef' };

whenThere('the custody of MysqlAuditStore', () => {
  afterAll(() => server.end());

  const cases = custodyStoreContract(async () => {
    const store = new MysqlAuditStore({ url: await server.newDatabase() });
    return { store, custody: store.custody() };
  });
  for (const { promise, run } of cases) {
    it(promise, run);
  }

  const PERMIT = (operation: string, chain: string, through: number): string =>
    `INSERT INTO audit_permits (operation, chain, through) VALUES ('${operation}', '${chain}', ${through})`;
  const ERASE = 'UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL';

  it.each([
    ['an erasure without a permit', '', ERASE],
    ['an erasure under a permit to prune', PERMIT('prune', 'main', 9), ERASE],
    ["an erasure under another chain's permit", PERMIT('erase', 'other', 9), ERASE],
    ['an erasure beyond the permit', PERMIT('erase', 'main', 1), `${ERASE} WHERE position = 2`],
    ['a new body under a permit', PERMIT('erase', 'main', 9), `${ERASE}, body = '{}'`],
    ['a body in another case under a permit', PERMIT('erase', 'main', 9), `${ERASE}, body = UPPER(body)`],
    ['a forged e-mail under a permit', PERMIT('erase', 'main', 9), "UPDATE audit_records SET actor_email = 'x'"],
    ['half an erasure under a permit', PERMIT('erase', 'main', 9), 'UPDATE audit_records SET salt = NULL'],
    ['a removal without a permit', '', 'DELETE FROM audit_records'],
    ['a removal under a permit to erase', PERMIT('erase', 'main', 9), 'DELETE FROM audit_records'],
    ["a removal under another chain's permit", PERMIT('prune', 'other', 9), 'DELETE FROM audit_records'],
    ['a removal beyond the permit', PERMIT('prune', 'main', 1), 'DELETE FROM audit_records WHERE position = 2'],
    ['a change of a checkpoint', '', 'UPDATE audit_checkpoints SET size = 1'],
    ['the removal of a checkpoint', '', 'DELETE FROM audit_checkpoints'],
    ['a narrower tile', '', "UPDATE audit_tiles SET hashes = 'AA=='"],
    ['the removal of a tile', '', 'DELETE FROM audit_tiles'],
  ])('refuses %s', async (_what, permit, statement) => {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      await store.append('main', [anAppendableEvent({}, ADA), anAppendableEvent({}, ADA)]);
      const checkpoint = { chain: 'main', size: 2, root: 'ab', signedAt: '2026-11-22T10:00:00.000Z', note: 'n' };
      await store.custody().save('main', [{ level: 0, index: 0, hashes: new Uint8Array(64) }], checkpoint);
    });
    await server.run(`USE ${databaseOf(url)}`, 'START TRANSACTION', ...(permit === '' ? [] : [permit]));
    await expect(server.run(statement)).rejects.toThrow(/refused/);
    await server.run('ROLLBACK');
  });

  it('brings a log of the version before up to date, also when it is interrupted half way', async () => {
    const url = await server.newDatabase();
    const { hostname: host, port, username, password } = new URL(url);
    const options = { type: 'mysql', host, port: Number(port), username, password, database: databaseOf(url) } as const;
    const prepare = [
      'ALTER TABLE audit_records ADD COLUMN mac VARCHAR(128)',
      'DROP TRIGGER audit_records_refuse_update',
    ];
    const records = await aLogOfThePreviousVersion({ options, prepare }, 5);
    await opened({ url }, async (store) => {
      const custody = store.custody();
      for await (const stored of custody.records('main')) {
        expect(stored).toEqual(records);
      }
      expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(6);
      expect(await store.verify()).toMatchObject({ ok: true, records: 6 });
      expect(await custody.erase('main', [4])).toBe(1);
      expect(await custody.removePrefix('main', 2)).toBe(2);
    });
    expect(await server.rows(`SELECT * FROM ${databaseOf(url)}.audit_permits`)).toEqual([]);
    await expect(server.run(`USE ${databaseOf(url)}`, 'UPDATE audit_records SET salt = NULL')).rejects.toThrow(
      /refused/,
    );
  });

  it('tells an account that may not erase which rights it needs', async () => {
    const url = await server.newDatabase();
    const database = databaseOf(url);
    await opened({ url }, (store) => store.append('main', [anAppendableEvent({}, ADA), anAppendableEvent({}, ADA)]));
    const account = await server.newAccount(
      ...['audit_migrations', 'audit_records', 'audit_checkpoints'].map(
        (table) => `SELECT, INSERT ON ${database}.${table}`,
      ),
      ...['heads', 'tiles', 'projections', 'facets', 'documents', 'counts', 'names'].map(
        (table) => `SELECT, INSERT, UPDATE ON ${database}.audit_${table}`,
      ),
      `SELECT ON ${database}.audit_secrets`,
    );
    await opened({ url: server.urlOf(database, account) }, async (store) => {
      await store.append('main', [anAppendableEvent({}, ADA)]);
      const message = await store
        .custody()
        .erase('main', [2])
        .then(String, (error: Error) => error.message);
      expect(message).toMatch(/does not let the account erase or prune .*GRANT UPDATE, DELETE ON `/);
      await server.run(.../GRANT .*/.exec(message)![0].split('; '));
      expect(await store.custody().erase('main', [2])).toBe(1);
      expect(await store.custody().removePrefix('main', 2)).toBe(2);
    });
  });

  it('says what a scrub does not reach', async () => {
    await opened({ url: await server.newDatabase() }, async (store) => {
      await store.append('main', [anAppendableEvent({}, ADA)]);
      await store.custody().erase('main', [1]);
      expect(await store.custody().scrub()).toEqual(
        expect.arrayContaining([expect.stringMatching(/^Backups/), expect.stringMatching(/redo and undo logs/)]),
      );
    });
  });
});
