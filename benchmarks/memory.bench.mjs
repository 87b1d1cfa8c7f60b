/**
 * Benchmark 16, shortened: what a server occupies at the end of a fixed load compared with after its warm-up, once with
 * PostgreSQL up, once with it gone before the first request, when the spool takes over, and once on SQLite with a destination that
 * is down all the time. The ratio is start by end, so that
 * bigger is better; 0.9 counts as flat.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, memoryOf, startServer } from './http-processes.mjs';
import { benchmarkDatabase } from './postgres-server.mjs';
import { median } from './statistics.mjs';
import { openGate } from './tcp-gate.mjs';

const REQUESTS_PER_SECOND = 500;
const CONNECTIONS = 64;
const SAMPLE_EVERY_MS = 250;
const MEBIBYTE = 1024 * 1024;

const RESULTS = [
  { id: '16-up', database: 'up' },
  { id: '16-down', database: 'down' },
  { id: '16-undelivered', database: 'undelivered' },
];

export async function run({ quick, wanted, log }) {
  const entries = RESULTS.filter(({ id }) => wanted(id));
  if (entries.length === 0) {
    return { results: [], tables: [] };
  }
  const times = quick ? { warmUp: 5, load: 20 } : { warmUp: 60, load: 180 };
  const runs = [];
  for (const { id, database } of entries) {
    log(`memory: ${times.warmUp + times.load} seconds with the database ${database}`);
    const run = database === 'undelivered' ? undeliveredRun(times) : memoryRun(database, times);
    runs.push({ id, database, ...(await run) });
  }
  return {
    results: runs.map(({ id, startRss, endRss }) => {
      const ratio = startRss / endRss;
      return {
        id,
        ratio,
        min: ratio,
        max: ratio,
        reach: 0.9,
        unit: 'resident memory after warm-up, of that at the end',
      };
    }),
    tables: [tableOf(runs, times)],
  };
}

async function memoryRun(database, times) {
  const folder = mkdtempSync(join(tmpdir(), 'audited-bench-'));
  const own = await benchmarkDatabase(`memory-${database}`);
  const gate = await openGate(new URL(own.url));
  const throughGate = new URL(own.url);
  throughGate.host = `127.0.0.1:${gate.port}`;
  let server;
  try {
    server = await startServer('express', 'recorded-postgres', folder, throughGate.href);
    if (database === 'down') {
      await gate.close();
    }
    const measured = await measure(server, times, `database ${database}`);
    const spooledBytes = bytesIn(folder);
    if (database === 'down' && spooledBytes === 0) {
      throw new Error('memory, database down: nothing was spooled');
    }
    return { ...measured, spooled: spooledBytes / MEBIBYTE };
  } finally {
    server?.child.kill('SIGKILL');
    await gate.close();
    await own.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The log itself is the queue of a destination that is down: nothing of it may be kept in memory. */
async function undeliveredRun(times) {
  const folder = mkdtempSync(join(tmpdir(), 'audited-bench-'));
  const server = await startServer('express', 'recorded-undelivered', folder);
  try {
    return { ...(await measure(server, times, 'a destination that is down')), spooled: 0 };
  } finally {
    server.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(server, times, situation) {
  await load(server.port, CONNECTIONS, times.warmUp, REQUESTS_PER_SECOND);
  const samples = [];
  let running = true;
  const sampling = (async () => {
    while (running) {
      samples.push(await memoryOf(server));
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY_MS));
    }
  })();
  const { requests, seconds, errors, p99Ms } = await load(
    server.port,
    CONNECTIONS,
    times.load,
    REQUESTS_PER_SECOND,
  ).finally(() => {
    running = false;
  });
  await sampling;
  if (errors > 0) {
    throw new Error(`memory, ${situation}: ${errors} errors under load`);
  }
  // A tenth at either end: the collector's saw teeth are longer than one sample.
  const window = Math.max(1, Math.floor(samples.length / 10));
  const rssOf = (some) => median(some.map(({ rss }) => rss)) / MEBIBYTE;
  return {
    requests,
    rate: requests / seconds,
    p99Ms,
    startRss: rssOf(samples.slice(0, window)),
    endRss: rssOf(samples.slice(-window)),
    peakRss: Math.max(...samples.map(({ rss }) => rss)) / MEBIBYTE,
    endHeap: median(samples.slice(-window).map(({ heapUsed }) => heapUsed)) / MEBIBYTE,
  };
}

/** The server's folder holds nothing but its spool. */
function bytesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function tableOf(runs, times) {
  return [
    `### Memory under ${REQUESTS_PER_SECOND} requests a second for ${times.load} seconds, after ${times.warmUp} of warm-up`,
    '',
    '| situation | requests/s | p99 ms | resident MB at the start | at the end | peak | JavaScript heap at the end | spool |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...runs.map(
      ({ database, rate, p99Ms, startRss, endRss, peakRss, endHeap, spooled }) =>
        `| ${database} | ${Math.round(rate)} | ${p99Ms.toFixed(1)} | ${startRss.toFixed(0)} | ${endRss.toFixed(0)} | ${peakRss.toFixed(0)} | ${endHeap.toFixed(0)} | ${spooled.toFixed(0)} |`,
    ),
  ].join('\n');
}
