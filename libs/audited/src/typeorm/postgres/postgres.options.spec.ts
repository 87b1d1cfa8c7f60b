import { DataSource } from 'typeorm';
import { optionsBeside, postgresSettings } from './postgres.options.js';

describe('the options of a PostgreSQL log', () => {
  it('have defaults', () => {
    expect(postgresSettings({})).toEqual({
      connection: { host: 'localhost', port: 5432, username: 'postgres', database: 'postgres' },
      place: 'localhost:5432/postgres',
      username: 'postgres',
      schema: 'public',
      poolSize: 6,
      applicationName: 'nestjs-audited',
      statementTimeoutMs: 5000,
      readTimeoutMs: 30_000,
      connectTimeoutMs: 3000,
      monthsAhead: 3,
    });
  });

  it.each([
    ['postgres://audit:p%40ss@db.example.com:6432/log', 'db.example.com:6432/log', 'audit'],
    ['postgresql://audit@db.example.com', 'db.example.com:5432/audit', 'audit'],
    ['postgresql:///log?host=/var/run/postgresql', '/var/run/postgresql:5432/log', 'postgres'],
    ['postgres://a%20b@[::1]/l%C3%B6g?sslmode=require', '[::1]:5432/lög', 'a b'],
  ])('know the place of %s without its password', (url, place, username) => {
    expect(postgresSettings({ url })).toMatchObject({ connection: { url }, place, username });
  });
});

describe('the options beside a DataSource', () => {
  it('are its address, and nothing of its pool', () => {
    const ssl = { rejectUnauthorized: false };
    const source = new DataSource({
      type: 'postgres',
      host: 'db',
      port: 6432,
      username: 'app',
      password: 'secret',
      database: 'shop',
      schema: 'shop',
      ssl,
      poolSize: 99,
      entities: [],
    });
    expect(optionsBeside(source, { schema: 'audit' })).toEqual({
      host: 'db',
      port: 6432,
      username: 'app',
      password: 'secret',
      database: 'shop',
      ssl,
      schema: 'audit',
    });
  });

  it('are those of the primary where there are replicas', () => {
    const replication = {
      master: { url: 'postgres://app@primary/shop' },
      slaves: [{ url: 'postgres://app@replica/shop' }],
    };
    const source = new DataSource({ type: 'postgres', replication, extra: { family: 4 } });
    expect(optionsBeside(source, {})).toEqual({ url: 'postgres://app@primary/shop', extra: { family: 4 } });
  });
});
