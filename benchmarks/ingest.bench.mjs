/**
 * Benchmark 6: sealed ingest into SQLite in batches of 100, through the store and its thread, against the raw
 * driver inserting the very same rows into the same tables with the same pragmas. Both start from a preloaded
 * table, so that index depth is realistic.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { columnValues, RECORD_COLUMN_NAMES } from '../libs/audited/dist/esm/storage/record-columns.js';
import { SqliteAuditStore } from '../libs/audited/dist/esm/typeorm/sqlite/sqlite.audit-store.js';
import { sampleEvents } from './sample-events.mjs';
import { interleaved, median, ratioOf } from './statistics.mjs';

const BATCH = 100;

export async function run({ quick, wanted, log }) {
  if (!wanted('6')) {
    return { results: [], tables: [] };
  }
  const batches = quick ? 60 : 200;
  const folder = mkdtempSync(join(tmpdir(), 'audited-bench-'));
  const store = new SqliteAuditStore(join(folder, 'product.sqlite'));
  const raw = await rawTable(join(folder, 'raw.sqlite'));
  try {
    await store.open();
    const preload = quick ? 200 : 500;
    for (let batch = 0; batch < preload; batch++) {
      const events = sampleEvents(BATCH);
      await store.append('main', events);
      raw.insert(rowsOf(events));
    }
    log(`ingest: preloaded ${preload * BATCH} records`);
    const rates = await interleaved(
      ['product', 'raw'],
      quick ? 5 : 9,
      async (name) => {
        const work = Array.from({ length: batches }, () => sampleEvents(BATCH));
        const rows = name === 'raw' ? work.map(rowsOf) : [];
        const startedAt = performance.now();
        if (name === 'raw') {
          rows.forEach((batch) => raw.insert(batch));
        } else {
          // Two appends under way, as the group commit has them: one commits while the next arrives.
          let previous = Promise.resolve();
          for (const events of work) {
            const current = store.append('main', events);
            await previous;
            previous = current;
          }
          await previous;
        }
        return (batches * BATCH * 1000) / (performance.now() - startedAt);
      },
      (round) => log(`ingest: round ${round + 1}`),
    );
    const rows = ['product', 'raw'].map(
      (name) => `| ${name} | ${Math.round(median(rates[name])).toLocaleString('en-US')} |`,
    );
    return {
      results: [{ id: '6', ...ratioOf(rates, 'product', 'raw'), reach: 0.85, unit: 'of the raw driver' }],
      tables: [
        [
          '### Sealed ingest into SQLite, batches of 100',
          '',
          '| variant | records/s |',
          '| --- | ---: |',
          ...rows,
        ].join('\n'),
      ],
    };
  } finally {
    await store.close();
    raw.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same rows as the product makes, with constant hashes: inserting is all that is measured. */
function rowsOf(events) {
  return events.map(({ body, personal, salt }) => [
    body,
    personal,
    salt,
    ...columnValues(JSON.parse(body), JSON.parse(personal)),
  ]);
}

async function rawTable(file) {
  // The product makes the tables, so that schema, indexes and triggers are the very same.
  const maker = new SqliteAuditStore(file);
  await maker.open();
  await maker.close();
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('cache_size = -65536');
  database.pragma('wal_autocheckpoint = 8000');
  const columns = [
    'chain',
    'position',
    'previous_hash',
    'hash',
    'scheme',
    'body',
    'personal',
    'salt',
    ...RECORD_COLUMN_NAMES,
  ];
  const insert = database.prepare(
    `INSERT INTO audit_records (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const hash = 'a'.repeat(64);
  let position = 0;
  return {
    insert: database.transaction((rows) => {
      for (const row of rows) {
        insert.run('main', ++position, hash, hash, 'sha256-v1', ...row);
      }
    }),
    close: () => database.close(),
  };
}
