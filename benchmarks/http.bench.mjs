/** Benchmarks 2, 2b, 3, 4 and 5: what auditing costs a route, in requests a second over 64 connections. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, startServer } from './http-processes.mjs';
import { benchmarkDatabase } from './postgres-server.mjs';
import { interleaved, median, ratioOf } from './statistics.mjs';

const CONNECTIONS = 64;

const RESULTS = {
  express: [
    { id: '2-express', variant: 'hook', reference: 'bare', reach: 0.97, unit: 'of bare' },
    { id: '2-express-composed', variant: 'composed', reference: 'bare', unit: 'of bare' },
    { id: '2b-express', variant: 'imported', reference: 'bare', reach: 0.99, unit: 'of bare' },
    { id: '3-express', variant: 'recorded', reference: 'bare', reach: 0.85, unit: 'of bare' },
    { id: '3-express-best-effort', variant: 'best-effort', reference: 'bare', unit: 'of bare' },
    { id: '4-express', variant: 'recorded-postgres', reference: 'bare', reach: 0.7, unit: 'of bare' },
    { id: '5-save', variant: 'recorded', reference: 'repository-save', reach: 4, unit: 'times repository.save' },
    {
      id: '5-save-pg',
      variant: 'recorded-postgres',
      reference: 'repository-save-postgres',
      reach: 4,
      unit: 'times repository.save on PostgreSQL',
    },
    { id: '5-pino', variant: 'recorded', reference: 'pino-file', reach: 1.3, unit: 'times nestjs-pino' },
  ],
  fastify: [
    { id: '2-fastify', variant: 'hook', reference: 'bare', reach: 0.9, unit: 'of bare' },
    { id: '2-fastify-composed', variant: 'composed', reference: 'bare', unit: 'of bare' },
    { id: '2b-fastify', variant: 'imported', reference: 'bare', reach: 0.99, unit: 'of bare' },
    { id: '3-fastify', variant: 'recorded', reference: 'bare', reach: 0.45, unit: 'of bare' },
    { id: '3-fastify-best-effort', variant: 'best-effort', reference: 'bare', unit: 'of bare' },
    { id: '4-fastify', variant: 'recorded-postgres', reference: 'bare', reach: 0.35, unit: 'of bare' },
  ],
};

export async function run({ quick, wanted, log }) {
  const results = [];
  const tables = [];
  for (const adapter of ['express', 'fastify']) {
    const entries = RESULTS[adapter].filter(({ id }) => wanted(id));
    if (entries.length === 0) {
      continue;
    }
    const variants = [...new Set(entries.flatMap(({ variant, reference }) => [variant, reference]))];
    const { rates, latencies } = await measure(adapter, variants, quick ? 3 : 7, quick ? 1 : 3, log);
    results.push(
      ...entries.map(({ id, variant, reference, reach, unit }) => ({
        id,
        ...ratioOf(rates, variant, reference),
        ...(reach === undefined ? {} : { reach }),
        unit,
      })),
    );
    tables.push(tableOf(adapter, variants, rates, latencies));
  }
  return { results, tables };
}

async function measure(adapter, variants, rounds, seconds, log) {
  const folder = mkdtempSync(join(tmpdir(), 'audited-bench-'));
  const servers = {};
  const databases = [];
  try {
    for (const variant of variants) {
      const database = variant.endsWith('-postgres') ? await benchmarkDatabase(`${adapter}-${variant}`) : undefined;
      if (database !== undefined) {
        databases.push(database);
      }
      servers[variant] = await startServer(adapter, variant, folder, database?.url);
      // The first seconds of a process are its compiler's.
      await load(servers[variant].port, CONNECTIONS, quickWarmUpSeconds(seconds));
    }
    const latencies = Object.fromEntries(variants.map((variant) => [variant, { p50Ms: [], p99Ms: [] }]));
    const rates = await interleaved(
      variants,
      rounds,
      async (variant) => {
        const answer = await load(servers[variant].port, CONNECTIONS, seconds);
        if (answer.errors > 0) {
          throw new Error(`${adapter} ${variant}: ${answer.errors} errors under load`);
        }
        latencies[variant].p50Ms.push(answer.p50Ms);
        latencies[variant].p99Ms.push(answer.p99Ms);
        return answer.requests / answer.seconds;
      },
      (round) => log(`http ${adapter}: round ${round + 1} of ${rounds}`),
    );
    return { rates, latencies };
  } finally {
    for (const { child } of Object.values(servers)) {
      child.kill('SIGKILL');
    }
    await Promise.all(databases.map((database) => database.drop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function quickWarmUpSeconds(seconds) {
  return Math.min(2, seconds);
}

function tableOf(adapter, variants, rates, latencies) {
  const bare = median(rates['bare'] ?? Object.values(rates)[0]);
  const rows = variants.map((variant) => {
    const rate = median(rates[variant]);
    const spread = `${whole(Math.min(...rates[variant]))}..${whole(Math.max(...rates[variant]))}`;
    const { p50Ms, p99Ms } = latencies[variant];
    return `| ${variant} | ${whole(rate)} | ${spread} | ${(rate / bare).toFixed(2)} | ${median(p50Ms).toFixed(1)} | ${median(p99Ms).toFixed(1)} |`;
  });
  return [
    `### Requests a second on ${adapter}, ${CONNECTIONS} connections`,
    '',
    '| variant | requests/s | min..max | of bare | p50 ms | p99 ms |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
  ].join('\n');
}

function whole(value) {
  return Math.round(value).toLocaleString('en-US');
}
