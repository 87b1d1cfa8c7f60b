import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatisticsReader } from 'nestjs-audited';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { PostgresAuditStore, SqliteAuditStore } from 'nestjs-audited/typeorm';
import { AppendingProcess } from '../support/appending-process.js';
import { PostgresServer } from '../support/postgres-server.js';
import { withRawDatabase } from '../support/raw-database.js';
import { ServerAppendingProcess } from '../support/server-appending-process.js';

const PROCESSES = 2;
const APPENDS_EACH = 60;
const POSITIONS = `SELECT head.position AS head, counts.position AS counted FROM audit_heads head
  LEFT JOIN audit_projections counts ON counts.projection = 'statistics' AND counts.chain = head.chain`;

interface Positions {
  readonly head: number;
  readonly counted: number;
}

/** Reads again and again: never less than was there before, never more than was there afterwards. */
async function readWhile(
  reader: StatisticsReader,
  positions: () => Promise<Positions | undefined>,
  writing: Promise<unknown>,
): Promise<number> {
  let isWriting = true;
  let reads = 0;
  const ended = writing.finally(() => (isWriting = false));
  while (isWriting) {
    const before = await positions();
    const { total, byType, histogram, topActors } = await reader.statistics({ histogram: 'minute' });
    const after = await positions();
    expect(total).toBeGreaterThanOrEqual(before?.head ?? 0);
    expect(total).toBeLessThanOrEqual(after?.head ?? 0);
    expect(byType['deploy.completed'] ?? 0).toBe(total);
    expect((histogram ?? []).reduce((sum, { count }) => sum + count, 0)).toBe(total);
    expect(topActors.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    reads++;
  }
  await ended;
  return reads;
}

describe('statistics while several processes append', () => {
  it('are of one moment of a SQLite file, and each append was counted with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audited-statistics-'));
    const file = join(folder, 'log.sqlite');
    const store = new SqliteAuditStore(file);
    await store.open();
    try {
      const positions = (): Promise<Positions | undefined> =>
        Promise.resolve(withRawDatabase(file, (database) => database.prepare<[], Positions>(POSITIONS).get()));
      const processes = Array.from(
        { length: PROCESSES },
        () => new AppendingProcess(file, { concurrency: 2, appends: APPENDS_EACH }),
      );
      const reads = await readWhile(store, positions, Promise.all(processes.map((process_) => process_.finished())));
      expect(reads).toBeGreaterThan(1);
      const records = PROCESSES * APPENDS_EACH * 2;
      expect(await positions()).toEqual({ head: records, counted: records });
      expect(await store.statistics()).toMatchObject({ total: records });
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  it('are of one moment on PostgreSQL, and each append was counted with it', async () => {
    const server = await PostgresServer.start();
    const url = await server.newDatabase();
    const store = new PostgresAuditStore({ url });
    await store.open();
    try {
      const positions = async (): Promise<Positions | undefined> => {
        const [row] = await server.administer<Record<keyof Positions, string>>(url, POSITIONS);
        return row && { head: Number(row.head), counted: Number(row.counted) };
      };
      const order = { store: 'postgres', url, concurrency: 2, appends: APPENDS_EACH } as const;
      const processes = Array.from({ length: PROCESSES }, () => new ServerAppendingProcess(order));
      await Promise.all(processes.map((process_) => process_.isOpen()));
      processes.forEach((process_) => process_.go());
      const reads = await readWhile(store, positions, Promise.all(processes.map((process_) => process_.finished())));
      expect(reads).toBeGreaterThan(1);
      const now = await positions();
      expect(now?.counted).toBe(now?.head);
      expect(await store.statistics()).toMatchObject({ total: now?.head });
    } finally {
      await store.close();
      await server.dispose();
    }
  }, 120_000);
});

describe('an append', () => {
  it('leaves counts alone that are not as far as the head, and statistics are right all the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audited-statistics-'));
    const file = join(folder, 'log.sqlite');
    const store = new SqliteAuditStore(file);
    await store.open();
    try {
      await store.append('main', [anAppendableEvent(), anAppendableEvent()]);
      // As an older version does, which knows nothing of counts.
      withRawDatabase(file, (database) =>
        database.exec('DELETE FROM audit_counts; UPDATE audit_projections SET position = 0'),
      );
      await store.append('main', [anAppendableEvent()]);
      const rows = withRawDatabase(file, (database) => database.prepare('SELECT * FROM audit_counts').all());
      expect(rows).toEqual([]);
      expect(await store.statistics()).toMatchObject({ total: 3, byType: { 'deploy.completed': 3 } });
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('fails with its counts: nothing of it stays', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audited-statistics-'));
    const file = join(folder, 'log.sqlite');
    const store = new SqliteAuditStore(file);
    await store.open();
    try {
      await store.append('main', [anAppendableEvent()]);
      withRawDatabase(file, (database) =>
        database.exec(`CREATE TRIGGER no_counts BEFORE UPDATE ON audit_counts
          BEGIN SELECT RAISE(ABORT, 'no counts'); END`),
      );
      await expect(store.append('main', [anAppendableEvent()])).rejects.toThrow(/no counts/);
      withRawDatabase(file, (database) => database.exec('DROP TRIGGER no_counts'));
      expect(await store.statistics()).toMatchObject({ total: 1 });
      expect(await store.append('main', [anAppendableEvent()])).toMatchObject({ firstPosition: 2 });
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a read of statistics', () => {
  it('names the parameter that is wrong, ends with its signal, and never tells of tenants that are not in its scope', async () => {
    const store = new SqliteAuditStore(':memory:');
    await store.open();
    try {
      await store.append('main', [
        anAppendableEvent({ actor: { kind: 'user', id: 'u-1', tenantId: 'acme' } }),
        anAppendableEvent({
          actor: { kind: 'user', id: 'u-2', tenantId: 'globex' },
          occurredAt: '2020-01-01T00:00:00.000Z',
        }),
      ]);
      await expect(store.statistics({ histogram: 'minute' })).rejects.toMatchObject({
        name: 'QueryInvalidError',
        parameter: 'histogram',
      });
      await expect(store.statistics({}, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
      await expect(store.statistics({}, { timeLimitMs: 0 })).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID' });
      const scope = { tenants: ['acme'] };
      expect(await store.statistics({ tenantId: 'globex' }, scope)).toMatchObject({ total: 0, topActors: [] });
      const { storageBytes, ...seen } = await store.statistics({}, scope);
      expect(storageBytes).toBeUndefined();
      expect(seen).toMatchObject({
        total: 1,
        oldest: '2026-11-21T18:51:39.123Z',
        topActors: [{ id: 'u-1', count: 1 }],
      });
      expect((await store.statistics()).storageBytes).toBeGreaterThan(4096);
    } finally {
      await store.close();
    }
  });
});
