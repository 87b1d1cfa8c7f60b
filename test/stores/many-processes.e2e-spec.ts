import { PostgresAuditStore } from 'nestjs-audited/typeorm';
import { PostgresServer } from '../support/postgres-server.js';
import { ServerAppendingProcess } from '../support/server-appending-process.js';

const PROCESSES = 4;
const APPENDS_EACH = 150;

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterAll(() => server.dispose(), 60_000);

async function startAll(url: string): Promise<readonly ServerAppendingProcess[]> {
  const order = { store: 'postgres', url, concurrency: 4 } as const;
  const processes = Array.from(
    { length: PROCESSES },
    // The first one never ends by itself: it is the one that is killed.
    (_, index) => new ServerAppendingProcess({ ...order, appends: index === 0 ? 0 : APPENDS_EACH }),
  );
  await Promise.all(processes.map((process_) => process_.isOpen()));
  return processes;
}

describe('four processes on one chain in PostgreSQL', () => {
  it('make a new log at the same time, share it without gap or fork, and lose nothing when one is killed', async () => {
    const url = await server.newDatabase();
    const processes = await startAll(url);
    processes.forEach((process_) => process_.go());
    const [killed, ...others] = processes;
    await killed?.killAfter(APPENDS_EACH / 3);
    await Promise.all(others.map((process_) => process_.finished()));

    const rows = await server.administer<{ id: string; position: string; sequence: string }>(
      url,
      'SELECT id, position, sequence FROM audit_records ORDER BY sequence',
    );
    const positionOf = new Map(rows.map(({ id, position }) => [id, Number(position)]));
    const acknowledged = processes.flatMap((process_) => process_.acknowledged);
    const lost = acknowledged.filter(({ firstPosition, ids }) =>
      ids.some((id, index) => positionOf.get(id) !== firstPosition + index),
    );
    expect(lost).toStrictEqual([]);
    // Read in the order of pages: no gap, no position twice, no event twice, and order is that of the chain.
    expect(rows.map(({ position }) => Number(position))).toStrictEqual(rows.map((_, index) => index + 1));
    expect(positionOf.size).toBe(rows.length);
    expect(others.map(({ acknowledged: own }) => own.length)).toStrictEqual(others.map(() => APPENDS_EACH));
    const store = new PostgresAuditStore({ url });
    await store.open();
    const report = await store.verify();
    await store.close();
    expect(report).toMatchObject({ ok: true, records: rows.length, faults: [] });
    console.log(
      `processes: ${PROCESSES} (1 killed), appends acknowledged: ${acknowledged.length}, records: ${rows.length}`,
    );
  }, 120_000);
});
