import { logIndexContract, type LogIndexUnderTest } from 'nestjs-audited/testing';
import { MysqlAuditStore } from 'nestjs-audited/typeorm';
import { databaseOf, MysqlServer } from '../support/mysql-server.js';

const found = await MysqlServer.find();
if (typeof found === 'string') {
  // Not console.log: Jest drops what a file logged whose tests are all skipped.
  process.stdout.write(`skipped: ${found}\n`);
}
const server = found as MysqlServer;
const whenThere = typeof found === 'string' ? describe.skip : describe;

function logIn(url: string): LogIndexUnderTest {
  const store = new MysqlAuditStore({ url });
  return {
    store,
    custody: store.custody(),
    index: store.index(),
    documentKey: 'sequence',
    select: async (sql) => {
      await server.run(`USE ${databaseOf(url)}`);
      return server.rows(sql);
    },
    another: () => logIn(url),
  };
}

whenThere('the index of MysqlAuditStore', () => {
  afterAll(() => server.end());

  for (const { promise, run } of logIndexContract(async () => logIn(await server.newDatabase()))) {
    it(promise, run);
  }
});
