/**
 * Benchmark 7: sealed ingest into PostgreSQL in batches of 500, through the store, against one connection that inserts the
 * very same rows by `INSERT ... SELECT FROM unnest`. The raw tables are made by the product, partitions and indexes
 * included; its triggers are taken off, and no head is moved: hashing, reading the body for the search columns, the lock
 * and the triggers are what the difference pays for.
 */
import pg from 'pg';
import { PostgresAuditStore } from 'nestjs-audited/typeorm';
import { benchmarkDatabase } from './postgres-server.mjs';
import { makeRawTables, plainColumns, unnestInsert } from './postgres-tables.mjs';
import { sampleEvents } from './sample-events.mjs';
import { interleaved, median, ratioOf } from './statistics.mjs';

const BATCH = 500;

export async function run({ quick, wanted, log }) {
  if (!wanted('7')) {
    return { results: [], tables: [] };
  }
  const batches = quick ? 10 : 40;
  const preload = quick ? 20 : 200;
  const databases = [await benchmarkDatabase('ingest-product'), await benchmarkDatabase('ingest-raw')];
  const [productDatabase, rawDatabase] = databases;
  const store = new PostgresAuditStore({ url: productDatabase.url });
  const raw = new pg.Client({ connectionString: rawDatabase.url });
  const copies = new pg.Client({ connectionString: productDatabase.url });
  try {
    await store.open();
    await makeRawTables(rawDatabase.url);
    await raw.connect();
    await copies.connect();
    const columns = await plainColumns(raw);
    const insert = { name: 'unnest', text: unnestInsert(columns) };
    // Rows that the product has stored wait here until the raw side stores the same.
    const stock = [];
    let taken = 0;
    const throughProduct = async (work) => {
      await twoUnderWay(work, (events) => store.append('main', events));
      taken = await copyRows(copies, columns, taken, stock);
    };
    const throughRaw = (work) => twoUnderWay(work, (values) => raw.query({ ...insert, values }));
    for (let done = 0; done < preload; done += batches) {
      await throughProduct(Array.from({ length: batches }, () => sampleEvents(BATCH)));
      await throughRaw(stock.splice(0, batches));
    }
    await throughProduct(Array.from({ length: batches }, () => sampleEvents(BATCH)));
    log(`ingest on PostgreSQL: preloaded ${preload * BATCH} records`);
    const rates = await interleaved(
      ['product', 'raw'],
      quick ? 5 : 9,
      async (name) => {
        const work =
          name === 'raw' ? stock.splice(0, batches) : Array.from({ length: batches }, () => sampleEvents(BATCH));
        const seconds = await secondsOf(() =>
          name === 'raw' ? throughRaw(work) : twoUnderWay(work, (events) => store.append('main', events)),
        );
        if (name === 'product') {
          taken = await copyRows(copies, columns, taken, stock);
        }
        return (batches * BATCH) / seconds;
      },
      (round) => log(`ingest on PostgreSQL: round ${round + 1}`),
    );
    const rows = ['product', 'raw'].map(
      (name) => `| ${name} | ${Math.round(median(rates[name])).toLocaleString('en-US')} |`,
    );
    return {
      results: [{ id: '7', ...ratioOf(rates, 'product', 'raw'), reach: 0.8, unit: 'of raw unnest' }],
      tables: [
        [
          `### Sealed ingest into PostgreSQL, batches of ${BATCH}`,
          '',
          '| variant | records/s |',
          '| --- | ---: |',
          ...rows,
          '',
          'The raw tables have the same partitions and indexes, but neither the triggers that keep the log append-only nor heads to move.',
        ].join('\n'),
      ],
    };
  } finally {
    await Promise.allSettled([store.close(), raw.end(), copies.end()]);
    await Promise.all(databases.map((database) => database.drop()));
  }
}

/** One batch commits while the next is already there, as the group commit has them. */
async function twoUnderWay(work, send) {
  let previous = Promise.resolve();
  for (const batch of work) {
    const current = send(batch);
    await previous;
    previous = current;
  }
  await previous;
}

async function secondsOf(work) {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

/** Appends what was stored after the position to the stock, a batch an entry, one array a column. */
async function copyRows(client, columns, taken, stock) {
  const list = columns.map(({ name }) => `${name}::text`).join(', ');
  for (let position = taken; ; position += BATCH) {
    const { rows } = await client.query({
      text: `SELECT ${list} FROM audit_records WHERE chain = 'main' AND position > $1 AND position <= $2 ORDER BY position`,
      values: [position, position + BATCH],
      rowMode: 'array',
    });
    if (rows.length === 0) {
      return position;
    }
    stock.push(columns.map((_, index) => rows.map((row) => row[index])));
  }
}
