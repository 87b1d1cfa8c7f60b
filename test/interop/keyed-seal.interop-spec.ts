import { MysqlAuditStore } from 'nestjs-audited/typeorm';
import {
  BOTH_KEYS,
  FIRST_K1,
  FIRST_UNKEYED,
  LAST,
  sealsOf,
  tracesOf,
  writeRotatedLog,
  type SealRow,
} from '../support/keyed-seals.js';
import { databaseOf, MysqlServer } from '../support/mysql-server.js';

const found = await MysqlServer.find();
if (typeof found === 'string') {
  // Not console.log: Jest drops what a file logged whose tests are all skipped.
  process.stdout.write(`skipped: ${found}\n`);
}
const server = found as MysqlServer;

(typeof found === 'string' ? describe.skip : describe)('a log on MySQL or MariaDB whose keys are rotated', () => {
  let url: string;
  let rows: readonly SealRow[];

  beforeAll(async () => {
    url = await server.newDatabase();
    await writeRotatedLog((options) => new MysqlAuditStore({ url }, options));
    const raw = await server.rows(`SELECT * FROM ${databaseOf(url)}.audit_records ORDER BY position`);
    rows = raw as unknown as readonly SealRow[];
  }, 60_000);
  afterAll(() => server.end());

  it('has the seals that an auditor computes with the keys', () => {
    expect(rows).toHaveLength(LAST);
    expect(rows.map(({ hash, scheme, mac }) => ({ hash, scheme, mac }))).toStrictEqual(sealsOf(rows));
  });

  it('holds no secret', () => {
    expect(tracesOf(JSON.stringify(rows))).toStrictEqual([]);
  });

  it('gives the macs back, verifies, and shows where it went on without a key', async () => {
    const store = new MysqlAuditStore({ url }, { seal: BOTH_KEYS });
    await store.open();
    try {
      const { records } = await store.find({ limit: LAST });
      expect(records.map(({ seal }) => seal.mac ?? null).reverse()).toStrictEqual(rows.map(({ mac }) => mac));
      const { faults, chains } = await store.verify();
      expect(faults.map(({ kind, position }) => [kind, position])).toStrictEqual([['scheme', FIRST_UNKEYED]]);
      expect(chains[0]?.macs).toStrictEqual({ checked: FIRST_UNKEYED - FIRST_K1, unchecked: 0 });
    } finally {
      await store.close();
    }
  });
});
