import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresAuditStore, SqliteAuditStore } from 'nestjs-audited/typeorm';
import { LeadingProcess } from '../support/leading-process.js';
import { PostgresServer } from '../support/postgres-server.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-leases-'));
let server: PostgresServer;
const processes: LeadingProcess[] = [];

beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterEach(() => Promise.all(processes.splice(0).map((each) => each.end())));
afterAll(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe.each(['sqlite', 'postgres'] as const)('several processes that want to lead one destination, on %s', (kind) => {
  it('never lead together, settle nothing under a lost lease, and go on when the leader is killed', async () => {
    const place = kind === 'sqlite' ? join(folder, 'audit.sqlite') : await server.newDatabase();
    const store = kind === 'sqlite' ? new SqliteAuditStore(place) : new PostgresAuditStore({ url: place });
    await store.open();
    const leaders = ['one', 'two', 'three'].map((name) => new LeadingProcess(kind, place, name));
    processes.push(...leaders);
    const [killed, ...others] = leaders;
    await Promise.all(leaders.map((leader) => leader.hasTold('late', 1)));

    await killed?.killWhileLeading();
    const lastFence = Math.max(0, ...(killed?.told('lease') ?? []).map(({ fence }) => fence));
    const before = others.map((leader) => leader.told('lease').length);
    // Each of the others leads again, so each has taken a lease over.
    await Promise.all(others.map((leader, index) => leader.hasTold('lease', (before[index] ?? 0) + 2)));
    await Promise.all(others.map((leader) => leader.stop()));

    const fences = leaders.flatMap((leader) => leader.told('lease')).map(({ fence }) => fence);
    expect(new Set(fences).size).toBe(fences.length);
    expect(Math.max(...fences)).toBeGreaterThan(lastFence);
    const late = leaders.flatMap((leader) => leader.told('late'));
    expect(late.map(({ isSettled }) => isSettled)).toEqual(late.map(() => false));
    // Whoever leads goes on where the one before stopped: every position is settled once, under ever greater fences.
    const settled = leaders
      .flatMap((leader) => leader.told('settlement'))
      .filter(({ isSettled }) => isSettled)
      .sort((a, b) => a.position - b.position);
    const [siem] = await store.ledger().destinations();
    const position = siem?.cursors[0]?.position ?? 0;
    // What the killed one settled last, it may not have told.
    expect(position - settled.length).toBeGreaterThanOrEqual(0);
    expect(position - settled.length).toBeLessThanOrEqual(1);
    expect(new Set(settled.map((each) => each.position)).size).toBe(settled.length);
    const order = settled.map(({ fence }) => fence);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    // No position without its dead letter, and no other ones: each settlement was done whole or not at all.
    expect(siem?.deadLetters.dead).toBe(position);
    await store.close();
    console.log(`${kind}: ${fences.length} leases, ${position} settlements, ${late.length} refused after a hang`);
  }, 120_000);
});
