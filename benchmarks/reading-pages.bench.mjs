/**
 * Benchmark 10: the newest hundred records by any filter, in SQLite, caught-up index.
 *
 * Reference: the same rows, read by a statement written by hand for that filter, on the same file, in a reading thread like the
 * product's (SQLite in the thread of the application would block it), and nothing made of them. The product checks the filter,
 * finds out which index answers it and how far that has come, makes records of the rows and signs a cursor. The result is the
 * median filter, and `10-worst` the worst one; the table has all of them, and what the statement takes in this thread alone.
 * `10-flat`: a log of ten times the size against the smaller one, the worst of the filters whose page is as long in both.
 *
 * 100 thousand and 1 million records with `npm run bench`, 10 thousand and 100 thousand with `--quick`; AUDITED_BENCH_LONG=1
 * compares 1 million with 10 million.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SqliteAuditStore } from '../libs/audited/dist/esm/typeorm/sqlite/sqlite.audit-store.js';
import { FACETS } from '../libs/audited/dist/esm/storage/reading/facets.js';
import { SqliteThread } from '../libs/audited/dist/esm/typeorm/sqlite/sqlite-thread.js';
import { writeReadingLog } from './reading-log.mjs';
import { interleaved, median, ratioOf } from './statistics.mjs';

const PAGE = 100;
const CALLS = 20;
const COLUMNS = 'sequence, chain, position, previous_hash, hash, scheme, mac, body, personal, salt';

/**
 * Name of the case, query, and the statement that somebody would write by hand.
 *
 * @type {readonly (readonly [name: string, query: object, byHand: { sql: string, values?: readonly string[] }])[]}
 */
const CASES = [
  ['no filter', {}, scan()],
  ['actorId', { actorId: 'u-42' }, equal('actor_id', 'u-42')],
  ['type', { type: 'auth.failed' }, equal('type', 'auth.failed')],
  ['type, rare', { type: 'vault.opened' }, equal('type', 'vault.opened')],
  ['two types', { type: ['auth.failed', 'auth.login'] }, scan("type IN ('auth.failed', 'auth.login')")],
  ['type prefix', { type: 'deploy.*' }, scan("type >= 'deploy.' AND type < 'deploy/'")],
  [
    'resourceType and id',
    { resourceType: 'order', resourceId: 'o-42' },
    scan("resource_type = 'order' AND resource_id = 'o-42'"),
  ],
  ['correlationId', { correlationId: 'c-42' }, equal('correlation_id', 'c-42')],
  ['sessionId', { sessionId: 's-42' }, facet('sessionId', 's-42')],
  ['tenantId', { tenantId: 't-3' }, facet('tenantId', 't-3')],
  ['ip', { ip: '10.42.15.42' }, facet('ip', '10.42.15.42')],
  ['actorEmail', { actorEmail: 'user42@example.com' }, facet('actorEmail', 'user42@example.com')],
  ['severity, frequent', { severity: 'info' }, scan("severity = 'info'")],
  ['severity, rare', { severity: 'critical' }, facet('severity', 'critical')],
  ['outcome, rare', { outcome: 'denied' }, facet('outcome', 'denied')],
  ['risk, rare', { risk: 'critical' }, facet('risk', 'critical')],
  ['actorKind, rare', { actorKind: 'service' }, facet('actorKind', 'service')],
  ['environment, rare', { environment: 'staging' }, facet('environment', 'staging')],
  ['component, rare', { component: 'vault-api' }, facet('component', 'vault-api')],
  ['route, rare', { route: '/vaults/:id' }, facet('route', '/vaults/:id')],
  ['status, rare', { status: 503 }, facet('status', '503')],
  ['changedField', { changedField: 'limit' }, facet('changedField', 'limit')],
  ['not severity', { not: { severity: 'critical' } }, scan("severity <> 'critical'")],
  ['actor and outcome', { actorId: 'u-42', outcome: 'success' }, scan("actor_id = 'u-42' AND outcome = 'success'")],
  ['text, frequent', { text: 'orders' }, document('orders')],
  ['text, rare', { text: 'vault' }, document('vault')],
];

export async function run({ quick, wanted, log }) {
  if (!wanted('10')) {
    return { results: [], tables: [] };
  }
  const small = process.env.AUDITED_BENCH_LONG === '1' ? 1_000_000 : quick ? 10_000 : 100_000;
  const folder = mkdtempSync(join(tmpdir(), 'audited-bench-'));
  const file = join(folder, 'log.sqlite');
  const store = new SqliteAuditStore(file);
  try {
    await store.open();
    await writeReadingLog(store, 0, small, log);
    const before = await measured(store, file, quick, log);
    await writeReadingLog(store, small, small * 10, log);
    const after = await measured(store, file, quick, log);
    return report(before, after, small);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Pages per second of each case, product and reference interleaved. */
async function measured(store, file, quick, log) {
  const handle = new Database(file, { readonly: true });
  const thread = new SqliteThread({ file, role: 'reader', seal: undefined });
  await thread.call({ operation: 'open' });
  try {
    const rates = new Map();
    for (const [name, query, { sql, values = [] }] of CASES) {
      const statement = handle.prepare(sql);
      const expected = statement.all(...values).length;
      const { records } = await store.find({ ...query, limit: PAGE });
      if (records.length !== expected) {
        throw new Error(`"${name}": ${records.length} records, and by hand ${expected}`);
      }
      const variants = {
        product: () => pagesPerSecond(() => store.find({ ...query, limit: PAGE })),
        raw: () => pagesPerSecond(() => thread.call({ operation: 'query', statement: { sql, values } })),
        driver: () => pagesPerSecond(() => statement.all(...values)),
      };
      const found = await interleaved(Object.keys(variants), quick ? 3 : 7, (each) => variants[each]());
      rates.set(name, { ...found, records: records.length });
    }
    log(`reading: ${rates.size} filters measured`);
    return rates;
  } finally {
    handle.close();
    await thread.end();
  }
}

async function pagesPerSecond(page) {
  const startedAt = performance.now();
  for (let call = 0; call < CALLS; call++) {
    await page();
  }
  return (CALLS * 1000) / (performance.now() - startedAt);
}

function report(before, after, small) {
  const rows = CASES.map(([name]) => {
    const rates = after.get(name);
    const [few, many] = [before, after].map((measure) => median(measure.get(name).product));
    const [raw, driver] = [median(rates.raw), median(rates.driver)];
    const isComparable = rates.records === before.get(name).records;
    return { name, ratio: ratioOf(rates, 'product', 'raw'), few, many, raw, driver, isComparable, flat: many / few };
  });
  const byRatio = rows.toSorted((one, other) => one.ratio.ratio - other.ratio.ratio);
  const ratios = byRatio.map(({ ratio }) => ratio.ratio);
  // A page that holds more than it did is no slower for that.
  const comparable = rows.filter(({ isComparable }) => isComparable);
  const steepest = comparable.reduce((one, other) => (other.flat < one.flat ? other : one));
  const flats = comparable.map(({ flat }) => flat);
  const [from, to] = [small, small * 10].map((count) => count.toLocaleString('en-US'));
  const ms = (rate) => (1000 / rate).toFixed(2);
  const [worst] = byRatio;
  return {
    results: [
      {
        id: '10',
        ratio: median(ratios),
        min: Math.min(...ratios),
        max: Math.max(...ratios),
        reach: 0.5,
        unit: `of the raw query's pages per second, ${to} records, the median filter`,
      },
      { id: '10-worst', ...worst.ratio, reach: 0.5, unit: `of the raw query's pages per second (${worst.name})` },
      {
        id: '10-flat',
        ratio: steepest.flat,
        min: Math.min(...flats),
        max: Math.max(...flats),
        reach: 0.77,
        unit: `of the pages per second at a tenth of the records (${steepest.name})`,
      },
    ],
    tables: [
      [
        `### The newest 100 of ${to} records in SQLite, by filter`,
        '',
        `| filter | ms | raw query ms | the same in this thread | ms at ${from} |`,
        '| --- | ---: | ---: | ---: | ---: |',
        ...rows.map(
          ({ name, few, many, raw, driver }) => `| ${name} | ${ms(many)} | ${ms(raw)} | ${ms(driver)} | ${ms(few)} |`,
        ),
      ].join('\n'),
    ],
  };
}

function scan(condition) {
  const where = condition === undefined ? '' : `WHERE ${condition}`;
  return { sql: `SELECT ${COLUMNS} FROM audit_records ${where} ORDER BY sequence DESC LIMIT ${PAGE}` };
}

function equal(column, value) {
  return { ...scan(`${column} = ?`), values: [value] };
}

function facet(name, value) {
  const { facet: number } = FACETS.find(({ filter }) => filter === name);
  const columns = COLUMNS.split(', ').map((column) => `record.${column}`);
  return {
    sql: `SELECT ${columns.join(', ')} FROM audit_facets AS found CROSS JOIN audit_records AS record USING (sequence)
      WHERE found.facet = ${number} AND found.value = ? ORDER BY found.sequence DESC LIMIT ${PAGE}`,
    values: [value],
  };
}

function document(word) {
  return {
    sql: `SELECT ${COLUMNS} FROM audit_records WHERE sequence IN
      (SELECT rowid FROM audit_documents WHERE audit_documents MATCH ? ORDER BY rowid DESC LIMIT ${PAGE})
      ORDER BY sequence DESC`,
    values: [`"${word}"`],
  };
}
