import type { ApplicationDataSource } from './application-data-source.js';
import { resolveDatabase, spoolFolderFor } from './database.options.js';

const application = (options: object): ApplicationDataSource => ({ options }) as unknown as ApplicationDataSource;

describe('the option "database"', () => {
  it.each([
    ['data/audit.sqlite', { type: 'sqlite', file: 'data/audit.sqlite' }],
    [':memory:', { type: 'sqlite', file: ':memory:' }],
    ['C:\\audit.sqlite', { type: 'sqlite', file: 'C:\\audit.sqlite' }],
    ['postgres://h/db', { type: 'postgres', url: 'postgres://h/db' }],
    ['PostgreSQL://h/db', { type: 'postgres', url: 'PostgreSQL://h/db' }],
    ['mysql://u@h/db', { type: 'mysql', url: 'mysql://u@h/db' }],
    ['mariadb://u@h/db', { type: 'mariadb', url: 'mariadb://u@h/db' }],
  ])('%s is read as what it is', (given, read) => {
    expect(resolveDatabase(given)).toEqual(read);
  });

  it.each<[unknown, string, RegExp]>([
    ['mongodb://h/db', 'database', /postgres:\/\/, mysql:\/\//],
    ['', 'database', /default/],
    [7, 'database', /default/],
    [{ type: 'oracle' }, 'database.type', /sqlite, postgres, mysql, mariadb/],
    [{ file: 'x' }, 'database.type', /sqlite/],
    [{ type: 'sqlite' }, 'database.file', /text/],
    [{ type: 'sqlite', file: 'x', url: 'y' }, 'database.url', /file/],
    ['postgres://u:p@h:port/db', 'database.url', /percent-encoded/],
    [{ type: 'mysql', url: 'mysql://u@h/db', poolSize: 0 }, 'database.poolSize', /from 3/],
    ['mysql://h/db', 'database.username', /account/],
    [{ type: 'postgres', schem: 'x' }, 'database.schem', /Known are/],
  ])('%j is refused, naming %s and the cure', (given, option, cure) => {
    expect(() => resolveDatabase(given)).toThrow(
      expect.objectContaining({ option, message: expect.stringMatching(cure) }),
    );
  });
});

describe('the folder of the spool', () => {
  const folderOf = (database: string): string | undefined => spoolFolderFor(resolveDatabase(database), undefined);

  it('is beside a file, and nowhere for a log in memory', () => {
    expect(folderOf('data/audit.sqlite')).toBe('data/audit.sqlite.spool');
    expect(folderOf(':memory:')).toBeUndefined();
    expect(spoolFolderFor(undefined, undefined)).toBe('audit.sqlite.spool');
    expect(spoolFolderFor(undefined, application({ type: 'better-sqlite3', database: 'app.sqlite' }))).toBe(
      'audit.sqlite.spool',
    );
  });

  it('is the same for one database, whoever connects and however it is written', () => {
    const folder = folderOf('postgres://audit:old@db:5432/log');
    expect(folder).toMatch(/^audit-spool[\\/][0-9a-f]{16}$/);
    expect(folderOf('postgresql://other:new@db/log')).toBe(folder);
    const parts = { type: 'postgres', host: 'db', username: 'audit', password: 'old', database: 'log' } as const;
    expect(spoolFolderFor(parts, undefined)).toBe(folder);
    expect(spoolFolderFor(undefined, application(parts))).toBe(folder);
    expect(
      spoolFolderFor(undefined, application({ type: 'postgres', replication: { master: parts, slaves: [] } })),
    ).toBe(folder);
    expect(folderOf('mysql://a@db/log')).toBe(folderOf('mariadb://b@db:3306/log'));
  });

  it('is another one for every other database', () => {
    const beside = (host: string): string | undefined =>
      spoolFolderFor(undefined, application({ type: 'postgres', replication: { master: { host, database: 'log' } } }));
    const folders = [
      folderOf('postgres://audit@db/log'),
      folderOf('postgres://audit@db/other'),
      folderOf('postgres://audit@db2/log'),
      folderOf('postgres://audit@db:5433/log'),
      // Without a name the database is the one of the user.
      folderOf('postgres://alice@db'),
      folderOf('postgres://bob@db'),
      spoolFolderFor({ type: 'postgres', host: 'db', database: 'log', schema: 'audit' }, undefined),
      folderOf('mysql://audit@db/log'),
      beside('a'),
      beside('b'),
    ];
    expect(new Set(folders).size).toBe(folders.length);
  });
});
