import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { withRawDatabase } from './raw-database.js';

/** What became of events that were acknowledged. */
export interface LogCount {
  /** Acknowledged, and in the log exactly once. */
  readonly once: number;
  /** Acknowledged, and not in the log. */
  readonly missing: number;
  /** In the log, and not acknowledged: written, but the process was killed before it could tell. */
  readonly others: number;
}

/**
 * Looks for every id in the database itself.
 *
 * @throws when the log does not verify or has an event twice
 */
export async function countInLog(database: string, ids: readonly string[]): Promise<LogCount> {
  const store = new SqliteAuditStore(database);
  await store.open();
  const { faults } = await store.verify();
  await store.close();
  if (faults.length > 0) {
    throw new Error(`the log does not verify: ${JSON.stringify(faults)}`);
  }
  const stored = withRawDatabase(database, (raw) =>
    raw.prepare<[], string>("SELECT body ->> '$.id' FROM audit_records").pluck().all(),
  );
  const unique = new Set(stored);
  if (unique.size < stored.length) {
    throw new Error(`${stored.length - unique.size} events are in the log twice`);
  }
  const once = ids.filter((id) => unique.has(id)).length;
  return { once, missing: ids.length - once, others: stored.length - once };
}
