/**
 * Runs the benchmarks: `npm run bench -- [--quick] [--only ID] [--merge]`. Product and reference run interleaved in one
 * run; ratios count, absolute figures belong to the machine. Writes docs/benchmarks.md and
 * benchmarks/results.json; with `--only` just when `--merge` says that the rest stays as it was.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as callers from './callers.bench.mjs';
import * as compose from './compose.bench.mjs';
import * as delivery from './delivery.bench.mjs';
import * as formats from './formats.bench.mjs';
import * as http from './http.bench.mjs';
import * as ingest from './ingest.bench.mjs';
import * as ingestPostgres from './ingest-postgres.bench.mjs';
import * as memory from './memory.bench.mjs';
import { closePostgres, postgresSettings } from './postgres-server.mjs';
import * as processes from './processes.bench.mjs';
import * as readingStatistics from './reading-statistics.bench.mjs';
import * as readingExport from './reading-export.bench.mjs';
import * as readingPages from './reading-pages.bench.mjs';
import * as verify from './verify.bench.mjs';

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    merge: { type: 'boolean', default: false },
  },
});
const wanted = (id) => values.only === undefined || id === values.only || id.startsWith(`${values.only}-`);
const log = (text) => process.stderr.write(`${text}\n`);

const results = [];
const tables = [];
let postgres;
try {
  for (const benchmark of [
    compose,
    formats,
    http,
    ingest,
    ingestPostgres,
    callers,
    processes,
    delivery,
    memory,
    readingPages,
    readingStatistics,
    readingExport,
    verify,
  ]) {
    const part = await benchmark.run({ quick: values.quick, wanted, log });
    results.push(...part.results);
    tables.push(...part.tables);
  }
  postgres = await postgresSettings();
} finally {
  await closePostgres();
}

for (const { id, ratio, min, max, reach, unit } of results) {
  const goal = reach === undefined ? '' : ` reach ${reach} ${ratio >= reach ? 'reached' : 'NOT REACHED'}`;
  process.stdout.write(`${id}: ${ratio.toFixed(2)} ${unit} (${min.toFixed(2)}..${max.toFixed(2)})${goal}\n`);
}
log(`\n${tables.join('\n\n')}\n`);
if (postgres !== undefined) {
  process.stdout.write(`PostgreSQL: ${postgres}\n`);
}
if (values.only === undefined || values.merge) {
  const fresh = results.map((result) => ({
    ...result,
    ratio: two(result.ratio),
    min: two(result.min),
    max: two(result.max),
  }));
  const rounded = values.merge ? merged(fresh) : fresh;
  writeFileSync(join(here, 'results.json'), `${JSON.stringify(rounded, null, 2)}\n`);
  writeFileSync(join(here, '../docs/benchmarks.md'), page(rounded));
}

/** Results of an earlier run, with those of this one in their places. */
function merged(fresh) {
  const before = JSON.parse(readFileSync(join(here, 'results.json'), 'utf8'));
  const known = before.map((result) => fresh.find(({ id }) => id === result.id) ?? result);
  return [...known, ...fresh.filter(({ id }) => !before.some((result) => result.id === id))];
}

/** Tables of an earlier run, with those of this one in their places; the heading tells which is which. */
function mergedTables() {
  const [, ...before] = readFileSync(join(here, '../docs/benchmarks.md'), 'utf8').split(/^(?=### )/m);
  const heading = (table) => table.split('\n', 1)[0].replaceAll(/[0-9,]+/g, '');
  const kept = before
    .map((table) => table.trim())
    .filter((table) => !tables.some((one) => heading(one) === heading(table)));
  return [...kept, ...tables];
}

function two(value) {
  return Math.round(value * 100) / 100;
}

function page(rounded) {
  const { version } = JSON.parse(readFileSync(join(here, '../libs/audited/package.json'), 'utf8'));
  const rows = rounded.map(({ id, ratio, min, max, reach, unit }) => {
    const verdict = reach === undefined ? '' : ratio >= reach ? 'yes' : '**no**';
    return `| ${id} | ${ratio} | ${min}..${max} | ${reach ?? ''} | ${verdict} | ${unit} |`;
  });
  return [
    '# Benchmarks',
    '',
    `Written by \`npm run bench${values.quick ? ' -- --quick' : ''}\` for version ${version} on Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}.`,
    'Ratios count: product and reference ran interleaved, in random order, several rounds; the table gives the median and the',
    "spread of the rounds' own ratios. Absolute figures belong to this machine, on which server, load and database share the cores.",
    '',
    'Read ratios closer than 0.15 as equal: server, load generator and commit thread share two cores here, rounds of one variant differ by as much',
    'as their spread shows, and a server that is a little slower also pays more for waking the load generator.',
    '',
    '| id | ratio | min..max | goal | reached | unit |',
    '| --- | ---: | ---: | ---: | --- | --- |',
    ...rows,
    '',
    'What each variant is, is said in the docstrings of `benchmarks/`. `hook` captures a request and drops the draft; `composed` also',
    'normalises, redacts and canonicalises it; `imported` is a route without decorator in an application that imports the module;',
    '`-postgres` is the variant on PostgreSQL instead of SQLite.',
    '',
    values.merge
      ? 'Rows and tables of several runs on the same kind of machine; each was interleaved with its own reference.'
      : `PostgreSQL of this run: ${postgres ?? 'not needed'}.`,
    '',
    (values.merge ? mergedTables() : tables).join('\n\n'),
    '',
  ].join('\n');
}
