import { DataSource } from 'typeorm';
import { mysqlSettings, optionsBeside, type MysqlOptions } from './mysql.options.js';

describe('the options of a MySQL log', () => {
  it('may be a URL, with everything in it decoded', () => {
    const settings = mysqlSettings({ url: 'mysql://au%40dit:p%2Fw%25@[::1]:3307/audit%20log' });
    expect(settings.connection).toStrictEqual({
      host: '::1',
      port: 3307,
      username: 'au@dit',
      password: 'p/w%',
      database: 'audit log',
    });
    expect(settings.place).toBe('::1:3307/audit log');
  });

  it('have defaults for everything but the account and the database', () => {
    const { connection, warn, ...settings } = mysqlSettings({ username: 'audit', database: 'audit' });
    expect(connection).toStrictEqual({ host: 'localhost', port: 3306, username: 'audit', database: 'audit' });
    expect(settings).toStrictEqual({
      extra: {},
      place: 'localhost:3306/audit',
      username: 'audit',
      database: 'audit',
      poolSize: 6,
      statementTimeoutMs: 5000,
      readTimeoutMs: 30_000,
      connectTimeoutMs: 3000,
    });
    expect(warn('nobody hears this')).toBeUndefined();
  });

  it('check the name in the certificate of the server, which the driver would not', () => {
    const place = { username: 'audit', database: 'audit' };
    const tls = [true, { ca: 'pem' }, { verifyIdentity: false }].map(
      (ssl) => mysqlSettings({ ...place, ssl }).connection,
    );
    expect(tls.map((connection) => connection['ssl'])).toStrictEqual([
      { verifyIdentity: true },
      { verifyIdentity: true, ca: 'pem' },
      { verifyIdentity: false },
    ]);
  });

  it.each([
    [{ url: 'mysql://u:secret@host/db?ssl=true' }, /"url" has parameters/],
    [{ url: 'postgres://u:secret@host/db' }, /"url" begins with "postgres:"/],
    [{ url: 'mysql://u:secret%@host/db' }, /"url" has a "%"/],
    [{ url: 'host' }, /"url" is not the address/],
    [{ url: 'mysql://u:secret@host/db', host: 'other' }, /"url" is given together with "host"/],
    [{ url: 'mysql://u:secret@host' }, /"database" is missing/],
    [{ url: 'mysql://host/db' }, /"username" is missing/],
    [{ username: 'u', database: 'd', password: 7 }, /"password" is no text/],
    [{ username: 'u', database: 'd', port: 0 }, /"port" is 0/],
    [{ username: 'u', database: 'd', poolSize: 2 }, /"poolSize" is 2/],
    [{ username: 'u', database: 'd', statementTimeoutMs: 99 }, /"statementTimeoutMs" is 99/],
    [{ username: 'u', database: 'd', ssl: 'yes' }, /"ssl" must be true or false/],
    [{ username: 'u', database: 'd', warn: 'loud' }, /"warn" is no function/],
    [{ username: 'u', database: 'd', socket: '/x' }, /"socket" is unknown/],
  ])('are refused by name, and no password is shown: %j', (options, message) => {
    const resolve = (): unknown => mysqlSettings(options as MysqlOptions);
    expect(resolve).toThrow(message);
    expect(resolve).not.toThrow(/secret/);
  });
});

describe('the options beside an application', () => {
  it('are how the application reaches its server, TLS included, and never the size of its pool', () => {
    const ssl = { ca: 'pem' };
    const dataSource = new DataSource({
      type: 'mariadb',
      host: 'db',
      username: 'app',
      password: 'p',
      database: 'shop',
      poolSize: 50,
      ssl,
      extra: { connectionLimit: 99, compress: true },
    });
    const { connection, extra, poolSize } = mysqlSettings(optionsBeside(dataSource, { connectTimeoutMs: 500 }));
    expect(connection).toStrictEqual({ host: 'db', port: 3306, username: 'app', password: 'p', database: 'shop' });
    expect([extra, poolSize]).toStrictEqual([{ connectionLimit: 99, compress: true, ssl }, 6]);
  });

  it('are those of the primary server where reads go to replicas', () => {
    const replica = { host: 'replica', username: 'app', database: 'shop' };
    const dataSource = new DataSource({
      type: 'mysql',
      replication: { master: { url: 'mysql://app:p@primary:3307/shop' }, slaves: [replica] },
    });
    expect(mysqlSettings(optionsBeside(dataSource, {})).place).toBe('primary:3307/shop');
  });

  it('need a server of this kind', () => {
    const dataSource = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
    expect(() => optionsBeside(dataSource, {})).toThrow(/"dataSource" is of type "better-sqlite3"/);
  });
});
