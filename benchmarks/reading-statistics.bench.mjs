/**
 * Benchmark 11: the log in numbers, from counts, against a scan of the same SQLite table that counts the same; and what
 * keeping the counts costs the ingest: batches of 100 and 1000 into SQLite, of 500 into PostgreSQL, each against the same
 * store in whose database the counts stand elsewhere, so that appends leave them alone.
 *
 * Events of thirty days, of a dozen types (few of them frequent), five tenants, two environments.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { PostgresAuditStore, SqliteAuditStore } from 'nestjs-audited/typeorm';
import pg from 'pg';
import { benchmarkDatabase } from './postgres-server.mjs';
import { sampleDraft } from './sample-draft.mjs';
import { interleaved, median, ratioOf } from './statistics.mjs';

const SPREAD_MS = 30 * 86_400_000;
const FIRST_MS = Date.parse('2026-11-01T00:00:00Z');
const FACTS = ['type', 'severity', 'outcome', 'risk', 'environment'];
const POSTGRES_BATCH = 500;

let made = 0;

export async function run({ quick, wanted, log }) {
  if (!wanted('11')) {
    return { results: [], tables: [] };
  }
  const folder = mkdtempSync(join(tmpdir(), 'audited-bench-'));
  try {
    const parts = [
      await benchReading(join(folder, 'log.sqlite'), { records: quick ? 100_000 : 1_000_000, quick, log }),
      await benchIngest('11-ingest-100', 'SQLite', 100, () => sqliteSides(folder, 100), { quick, log }),
      await benchIngest('11-ingest-1000', 'SQLite', 1000, () => sqliteSides(folder, 1000), { quick, log }),
      await benchIngest('11-ingest-postgres', 'PostgreSQL', POSTGRES_BATCH, postgresSides, { quick, log }),
    ];
    return { results: parts.flatMap(({ results }) => results), tables: parts.flatMap(({ tables }) => tables) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchReading(file, { records, quick, log }) {
  const store = new SqliteAuditStore(file);
  await store.open();
  const beside = new Database(file, { readonly: true });
  try {
    for (let written = 0; written < records; written += 1000) {
      await store.append(
        'main',
        mixedEvents(1000, (index) => FIRST_MS + ((written + index) / records) * SPREAD_MS),
      );
    }
    log(`statistics: ${records} records written`);
    const expected = scan(beside);
    const variants = {
      'counts: everything but names': () => store.statistics({ top: 0 }, { timeLimitMs: 600_000 }),
      'counts: with a histogram of days in a time zone': () =>
        store.statistics({ top: 0, histogram: 'day', timeZone: 'Europe/Berlin' }, { timeLimitMs: 600_000 }),
      'a scan that counts the same': () => scan(beside),
    };
    const names = Object.keys(variants);
    const [counts, histogram, raw] = names;
    const rates = await interleaved(
      names,
      quick ? 5 : 9,
      async (name) => {
        const times = name === raw ? 1 : 5;
        const startedAt = performance.now();
        for (let time = 0; time < times; time++) {
          const { total } = await variants[name]();
          if (total !== expected.total) {
            throw new Error(`${name}: ${total} instead of ${expected.total}`);
          }
        }
        return (times * 1000) / (performance.now() - startedAt);
      },
      (round) => log(`statistics: round ${round + 1}`),
    );
    return {
      results: [
        // A scan takes longer with every record, the counts do not: what is to be reached is meant for a million.
        { id: '11', ...ratioOf(rates, counts, raw), ...(quick ? {} : { reach: 100 }), unit: 'times as fast as a scan' },
        {
          id: '11-histogram',
          ...ratioOf(rates, histogram, raw),
          unit: 'times as fast as a scan that has no histogram',
        },
      ],
      tables: [
        [
          `### Statistics of ${records.toLocaleString('en-US')} records in SQLite`,
          '',
          '| variant | ms |',
          '| --- | ---: |',
          ...names.map((name) => `| ${name} | ${(1000 / median(rates[name])).toFixed(1)} |`),
        ].join('\n'),
      ],
    };
  } finally {
    beside.close();
    await store.close();
  }
}

/** Total, oldest, newest and the counts of every fact, in one pass. */
function scan(database) {
  const rows = database
    .prepare(
      `SELECT ${FACTS.join(', ')}, COUNT(*) AS count, MIN(occurred_at) AS oldest, MAX(occurred_at) AS newest
       FROM audit_records GROUP BY ${FACTS.join(', ')}`,
    )
    .all();
  return { total: rows.reduce((sum, { count }) => sum + count, 0), rows };
}

async function benchIngest(id, database, batch, makeSides, { quick, log }) {
  const { stores, close } = await makeSides();
  try {
    const batches = Math.ceil((quick ? 8000 : 40_000) / batch);
    for (const store of Object.values(stores)) {
      await appendAll(store, quick ? 2 * batches : 5 * batches, batch);
    }
    log(`statistics, ingest into ${database} in batches of ${batch}: preloaded`);
    const rates = await interleaved(
      Object.keys(stores),
      quick ? 5 : 9,
      async (name) => (batches * batch) / (await appendAll(stores[name], batches, batch)),
      (round) => log(`statistics, ingest into ${database}: round ${round + 1}`),
    );
    return {
      results: [
        { id, ...ratioOf(rates, 'counting', 'not counting'), reach: 0.85, unit: 'of the ingest without counts' },
      ],
      tables: [
        [
          `### Ingest into ${database} with counts, batches of ${batch}`,
          '',
          '| variant | records/s |',
          '| --- | ---: |',
          ...Object.keys(stores).map(
            (name) => `| ${name} | ${Math.round(median(rates[name])).toLocaleString('en-US')} |`,
          ),
        ].join('\n'),
      ],
    };
  } finally {
    await close();
  }
}

/** @returns seconds; two appends are under way, as the group commit has them */
async function appendAll(store, batches, batch) {
  const work = Array.from({ length: batches }, () => mixedEvents(batch, () => Date.now()));
  const startedAt = performance.now();
  let previous = Promise.resolve();
  for (const events of work) {
    const current = store.append('main', events);
    await previous;
    previous = current;
  }
  await previous;
  return (performance.now() - startedAt) / 1000;
}

const MOVE_AWAY = `INSERT INTO audit_projections (projection, chain, position) VALUES ('statistics', 'main', -1)`;

async function sqliteSides(folder, batch) {
  const counting = new SqliteAuditStore(join(folder, `counting-${batch}.sqlite`));
  const file = join(folder, `not-counting-${batch}.sqlite`);
  const notCounting = new SqliteAuditStore(file);
  await Promise.all([counting.open(), notCounting.open()]);
  const beside = new Database(file);
  beside.exec(MOVE_AWAY);
  beside.close();
  return {
    stores: { counting, 'not counting': notCounting },
    close: () => Promise.all([counting.close(), notCounting.close()]),
  };
}

async function postgresSides() {
  const databases = [await benchmarkDatabase('statistics-counting'), await benchmarkDatabase('statistics-not')];
  const [counting, notCounting] = databases.map(({ url }) => new PostgresAuditStore({ url }));
  await counting.open();
  await notCounting.open();
  const beside = new pg.Client({ connectionString: databases[1].url });
  await beside.connect();
  await beside.query(MOVE_AWAY);
  await beside.end();
  return {
    stores: { counting, 'not counting': notCounting },
    close: async () => {
      await Promise.all([counting.close(), notCounting.close()]);
      await Promise.all(databases.map((database) => database.drop()));
    },
  };
}

function mixedEvents(count, timeOf) {
  return Array.from({ length: count }, (_, index) => mixedEvent(timeOf(index)));
}

/** As an application has them: few types are most of it, few events fail. */
function mixedEvent(timeMs) {
  const index = made++;
  const { actor, transport, details, resource, correlationId, durationMs } = sampleDraft(index);
  const { email, ip, userAgent, ...known } = actor;
  const number = Math.floor(12 * Math.random() ** 3);
  const isFailure = Math.random() < 0.05;
  return anAppendableEvent(
    {
      type: `orders.${['read', 'list', 'created', 'changed', 'paid', 'sent'][number % 6]}${number < 6 ? '' : '.late'}`,
      action: 'GET /orders/:id',
      occurredAt: new Date(timeMs).toISOString(),
      outcome: isFailure ? 'failure' : 'success',
      severity: isFailure ? 'warning' : 'info',
      actor: { ...known, tenantId: `tenant-${Math.floor(5 * Math.random() ** 2)}` },
      origin: { component: 'api', environment: Math.random() < 0.8 ? 'production' : 'test' },
      resource,
      details,
      transport,
      correlationId,
      durationMs,
    },
    { '/actor/email': email, '/actor/ip': ip, '/actor/userAgent': userAgent },
  );
}
