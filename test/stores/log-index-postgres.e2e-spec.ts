import { logIndexContract, type LogIndexUnderTest } from 'nestjs-audited/testing';
import { PostgresAuditStore } from 'nestjs-audited/typeorm';
import { PostgresServer } from '../support/postgres-server.js';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterAll(() => server.dispose(), 60_000);

function logIn(url: string): LogIndexUnderTest {
  const store = new PostgresAuditStore({ url });
  return {
    store,
    custody: store.custody(),
    index: store.index(),
    documentKey: 'sequence',
    select: (sql) => server.administer(url, sql),
    // NUL is no text for PostgreSQL.
    textOf: (column) => column.replace(/\u2400([0\u2400])/g, (_, kept) => (kept === '0' ? '\0' : '\u2400')),
    another: () => logIn(url),
  };
}

describe('the index of PostgresAuditStore', () => {
  for (const { promise, run } of logIndexContract(async () => logIn(await server.newDatabase()))) {
    it(promise, run);
  }
});
