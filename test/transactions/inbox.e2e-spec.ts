import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditInboxContract } from 'nestjs-audited/testing';
import type { DataSourceOptions } from 'typeorm';
import { InboxApplication } from '../support/inbox-application.js';
import { survivesCrashes, usedUpPoolEnds } from '../support/inbox-trials.js';
import { PostgresServer } from '../support/postgres-server.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-inbox-'));
let files = 0;
const newFile = (): string => join(folder, `${++files}.sqlite`);
let postgres: PostgresServer;
let url: string;
const onPostgres = (options: { poolSize?: number } = {}): DataSourceOptions => ({ type: 'postgres', url, ...options });

beforeAll(async () => {
  postgres = await PostgresServer.startEmbedded();
  url = await postgres.newDatabase();
});

afterAll(async () => {
  await postgres.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe('an inbox in a SQLite file', () => {
  const make = () => InboxApplication.start({ type: 'better-sqlite3', database: newFile() });
  for (const { promise, run } of auditInboxContract(make, { transactionsOverlap: false })) {
    it(promise, run);
  }
});

describe('an inbox in a SQLite file with a write-ahead log', () => {
  const make = () => InboxApplication.start({ type: 'better-sqlite3', database: newFile(), enableWAL: true });
  for (const { promise, run } of auditInboxContract(make, { transactionsOverlap: false })) {
    it(promise, run);
  }
});

describe('an inbox in a SQLite database in memory', () => {
  const make = () => InboxApplication.start({ type: 'better-sqlite3', database: ':memory:' });
  for (const { promise, run } of auditInboxContract(make, { transactionsOverlap: false })) {
    it(promise, run);
  }
});

describe('an inbox in PostgreSQL', () => {
  for (const { promise, run } of auditInboxContract(() => InboxApplication.start(onPostgres()), {
    transactionsOverlap: true,
  })) {
    it(promise, run);
  }

  it('lets fifty writers end who share a pool of two connections', async () => {
    await usedUpPoolEnds(onPostgres({ poolSize: 2 }), join(folder, 'pool.sqlite'));
  });
});

describe('processes that are killed while they write and drain', () => {
  it('leave every committed event in the log once, in order, and no other: SQLite', async () => {
    const story = await survivesCrashes({ type: 'better-sqlite3', database: newFile() }, newFile(), {
      rounds: 10,
      processes: 1,
      writers: 1,
    });
    console.log(`SQLite: ${story}`);
  }, 120_000);

  it('leave every committed event in the log once, in order, and no other: PostgreSQL, two processes', async () => {
    const story = await survivesCrashes(onPostgres({ poolSize: 4 }), newFile(), {
      rounds: 10,
      processes: 2,
      writers: 4,
    });
    console.log(`PostgreSQL: ${story}`);
  }, 120_000);
});
