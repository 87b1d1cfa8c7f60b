/**
 * Benchmark 8: 64 concurrent callers that each record an event, wait until it is durable and record the next, on one
 * chain of one PostgreSQL. The product is `AuditService` with everything it does, composing and redaction included.
 *
 * `lock` is what a user would write who wants a chain: a transaction a caller that locks the head, seals, inserts and
 * moves the head. `unchained` gives the chain up: every caller inserts in a transaction of its own. Both have the
 * product's tables and indexes without its triggers, events that are composed already, and a pool of 20.
 */
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { AuditModule, AuditService } from 'nestjs-audited';
import { benchmarkDatabase } from './postgres-server.mjs';
import { INSERT_ONE, makeRawTables, NO_HASH, sealedRow, unsealedRow } from './postgres-tables.mjs';
import { sampleDraft } from './sample-draft.mjs';
import { sampleEvent } from './sample-events.mjs';
import { interleaved, median, ratioOf } from './statistics.mjs';

const CALLERS = 64;
const POOL = 20;

const RESULTS = [
  { id: '8-lock', measure: 'rates', reference: 'lock', reach: 6, unit: 'times a lock per caller' },
  {
    id: '8-lock-p99',
    measure: 'speeds',
    reference: 'lock',
    reach: 4,
    unit: 'times shorter p99 than a lock per caller',
  },
  { id: '8-unchained', measure: 'rates', reference: 'unchained', reach: 1.2, unit: 'times own unchained transactions' },
];

export async function run({ quick, wanted, log }) {
  const entries = RESULTS.filter(({ id }) => wanted(id));
  if (entries.length === 0) {
    return { results: [], tables: [] };
  }
  const names = ['product', ...new Set(entries.map(({ reference }) => reference))];
  const seconds = quick ? 1.5 : 4;
  const variants = {};
  try {
    for (const name of names) {
      variants[name] = await VARIANTS[name]();
      await callersAtWork(variants[name].record, seconds);
    }
    // Reciprocal waiting times: bigger is better, as everywhere.
    const waits = Object.fromEntries(names.map((name) => [name, { p50Ms: [], p99Ms: [], speeds: [] }]));
    const rates = await interleaved(
      names,
      quick ? 3 : 7,
      async (name) => {
        const { rate, p50Ms, p99Ms } = await callersAtWork(variants[name].record, seconds);
        waits[name].p50Ms.push(p50Ms);
        waits[name].p99Ms.push(p99Ms);
        waits[name].speeds.push(1 / p99Ms);
        return rate;
      },
      (round) => log(`callers: round ${round + 1}`),
    );
    const measured = {
      rates,
      speeds: Object.fromEntries(names.map((name) => [name, waits[name].speeds])),
    };
    return {
      results: entries.map(({ measure, reference, ...rest }) => ({
        ...rest,
        ...ratioOf(measured[measure], 'product', reference),
      })),
      tables: [tableOf(names, rates, waits)],
    };
  } finally {
    for (const variant of Object.values(variants)) {
      await variant.close();
    }
  }
}

/** Every caller records one event after the other; events a second, and how long they waited. */
async function callersAtWork(record, seconds) {
  const waits = [];
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  const caller = async () => {
    for (let now = performance.now(); now < until;) {
      await record();
      const after = performance.now();
      waits.push(after - now);
      now = after;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const elapsed = (performance.now() - startedAt) / 1000;
  waits.sort((a, b) => a - b);
  const at = (share) => waits[Math.floor(waits.length * share)];
  return { rate: waits.length / elapsed, p50Ms: at(0.5), p99Ms: at(0.99) };
}

const VARIANTS = {
  async product() {
    const database = await benchmarkDatabase('callers-product');
    class CallersModule {}
    Module({
      imports: [AuditModule.forRoot({ database: { type: 'postgres', url: database.url }, lifecycle: false })],
    })(CallersModule);
    const app = await NestFactory.createApplicationContext(CallersModule, { logger: ['error', 'warn'] });
    const service = app.get(AuditService);
    let made = 0;
    return {
      record: async () => {
        const { status } = await service.record(sampleDraft(made++));
        if (status !== 'durable') {
          throw new Error(`an event became ${status}`);
        }
      },
      close: async () => {
        await app.close();
        await database.drop();
      },
    };
  },

  lock: () =>
    withPool('callers-lock', async (client) => {
      await client.query('BEGIN');
      const { rows } = await client.query({
        name: 'head',
        text: 'SELECT position, hash FROM audit_heads WHERE chain = $1 FOR UPDATE',
        values: ['main'],
      });
      const head = { position: Number(rows[0].position), hash: rows[0].hash };
      const values = sealedRow('main', head, sampleEvent());
      await client.query({ name: 'record', text: INSERT_ONE, values });
      await client.query({
        name: 'move',
        text: 'UPDATE audit_heads SET position = $2, hash = $3 WHERE chain = $1',
        values: ['main', head.position + 1, values[3]],
      });
      await client.query('COMMIT');
    }),

  unchained() {
    let position = 0;
    return withPool('callers-unchained', (client) =>
      client.query({ name: 'record', text: INSERT_ONE, values: unsealedRow(++position, sampleEvent()) }),
    );
  },
};

async function withPool(name, work) {
  const database = await benchmarkDatabase(name);
  await makeRawTables(database.url);
  const pool = new pg.Pool({ connectionString: database.url, max: POOL });
  let isDone = false;
  // The pool has ended before its last connection has; dropping the database then cuts that one off.
  pool.on('error', (error) => {
    if (!isDone) throw error;
  });
  await pool.query('INSERT INTO audit_heads (chain, position, hash) VALUES ($1, 0, $2)', ['main', NO_HASH]);
  return {
    record: async () => {
      const client = await pool.connect();
      try {
        await work(client);
      } finally {
        client.release();
      }
    },
    close: async () => {
      isDone = true;
      await pool.end();
      await database.drop();
    },
  };
}

function tableOf(names, rates, waits) {
  return [
    `### ${CALLERS} callers that wait, one chain, PostgreSQL`,
    '',
    '| variant | events/s | p50 ms | p99 ms |',
    '| --- | ---: | ---: | ---: |',
    ...names.map((name) => {
      const { p50Ms, p99Ms } = waits[name];
      return `| ${name} | ${Math.round(median(rates[name])).toLocaleString('en-US')} | ${median(p50Ms).toFixed(1)} | ${median(p99Ms).toFixed(1)} |`;
    }),
    '',
    `\`lock\` and \`unchained\` have the same tables and indexes without the product's triggers, events composed before, and a pool of ${POOL}.`,
  ].join('\n');
}
