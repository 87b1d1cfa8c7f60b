import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { MysqlAuditStore } from 'nestjs-audited/typeorm';
import { MysqlServer } from '../support/mysql-server.js';
import { queryCases } from '../support/reading/query.cases.js';
import type { EmptyLog } from '../support/reading/query-trial.js';

const found = await MysqlServer.find();
if (typeof found === 'string') {
  // Not console.log: Jest drops what a file logged whose tests are all skipped.
  process.stdout.write(`skipped: ${found}\n`);
}
const server = found as MysqlServer;
const disposals: (() => Promise<unknown>)[] = [];

async function newDatabase(): Promise<EmptyLog> {
  const url = await server.newDatabase();
  const store = new MysqlAuditStore({ url });
  await store.open();
  const connection = await createConnection({ uri: url, charset: 'utf8mb4' });
  disposals.push(async () => {
    await store.close();
    await connection.end();
  });
  return { store, tables: { documentKey: 'sequence', columnText: (text) => text, run: runOn(connection) } };
}

const runOn =
  (connection: Connection): EmptyLog['tables']['run'] =>
  async (sql, values = []) => {
    const [rows] = await connection.query<RowDataPacket[]>(sql, [...values]);
    return Array.isArray(rows) ? rows : [];
  };

(typeof found === 'string' ? describe.skip : describe)('queries of a log on MySQL or MariaDB', () => {
  afterAll(async () => {
    for (const dispose of disposals) {
      await dispose();
    }
    await server.end();
  });

  for (const { promise, run } of queryCases(newDatabase, { logs: 3, runs: 40 })) {
    it(promise, run, 240_000);
  }
});
