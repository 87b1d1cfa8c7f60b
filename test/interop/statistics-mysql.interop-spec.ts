import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { MysqlAuditStore } from 'nestjs-audited/typeorm';
import { MYSQL_DIALECT } from '../../libs/audited/src/typeorm/mysql/mysql-dialect.js';
import { MysqlServer } from '../support/mysql-server.js';
import { ServerAppendingProcess } from '../support/server-appending-process.js';
import { statisticsEqualAScan, type LogUnderTest } from '../support/statistics-property.js';

const PROCESSES = 3;
const APPENDS_EACH = 60;
const POSITION = 'SELECT position FROM audit_projections WHERE projection = ? AND chain = ?';

const found = await MysqlServer.find();
if (typeof found === 'string') {
  // Not console.log: Jest drops what a file logged whose tests are all skipped.
  process.stdout.write(`skipped: ${found}\n`);
}
const server = found as MysqlServer;

async function newLog(): Promise<LogUnderTest> {
  const url = await server.newDatabase();
  const store = new MysqlAuditStore({ url });
  await store.open();
  const beside = await createConnection({ uri: url });
  return {
    store,
    dialect: MYSQL_DIALECT,
    run: async (statements) => {
      await beside.beginTransaction();
      for (const { sql, values } of statements) {
        await beside.query(sql, [...values]);
      }
      await beside.commit();
    },
    positionOf: async (projection, chain) => {
      const [rows] = await beside.query<RowDataPacket[]>(POSITION, [projection, chain]);
      return Number(rows[0]?.['position'] ?? 0);
    },
    close: async () => {
      await beside.end();
      await store.close();
    },
  };
}

(typeof found === 'string' ? describe.skip : describe)('statistics on MySQL or MariaDB', () => {
  afterAll(() => server.end(), 60_000);

  it('are those of a scan, wherever the counts are, while events are appended and after they were pruned', async () => {
    await statisticsEqualAScan(newLog, 8);
  }, 180_000);

  it('are counted with each append of several processes', async () => {
    const url = await server.newDatabase();
    const store = new MysqlAuditStore({ url });
    await store.open();
    try {
      const order = { store: 'mysql', url, concurrency: 3, appends: APPENDS_EACH } as const;
      const processes = Array.from({ length: PROCESSES }, () => new ServerAppendingProcess(order));
      await Promise.all(processes.map((process_) => process_.isOpen()));
      processes.forEach((process_) => process_.go());
      await Promise.all(processes.map((process_) => process_.finished()));
      const database = new URL(url).pathname.slice(1);
      const [positions] = await server.rows(
        `SELECT head.position AS head, counts.position AS counted FROM ${database}.audit_heads head
         JOIN ${database}.audit_projections counts ON counts.chain = head.chain`,
      );
      expect(positions?.['counted']).toBe(positions?.['head']);
      expect(await store.statistics()).toMatchObject({ total: Number(positions?.['head']) });
    } finally {
      await store.close();
    }
  }, 120_000);
});
