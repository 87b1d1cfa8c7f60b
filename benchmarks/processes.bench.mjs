/**
 * Benchmark 9: four processes on one PostgreSQL, all on one chain and each on a chain of its own, against one process.
 * Each has 64 callers that wait. Processes and server share the processor, so the ratio says what four processes cost or
 * bring here, and on a machine with a core for each what the chain's lock lets through.
 */
import { fork } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { benchmarkDatabase } from './postgres-server.mjs';
import { interleaved, median, ratioOf } from './statistics.mjs';

const PROCESSES = 4;
const CALLERS = 64;
/** Time for the start signal to reach every process. */
const START_AFTER_MS = 100;

const RESULTS = [
  { id: '9-one-chain', variant: 'four on one chain', reach: 1.3 },
  { id: '9-four-chains', variant: 'four on four chains', reach: 2.5 },
];
const REFERENCE = 'one process';

export async function run({ quick, wanted, log }) {
  const entries = RESULTS.filter(({ id }) => wanted(id));
  if (entries.length === 0) {
    return { results: [], tables: [] };
  }
  const seconds = quick ? 1 : 4;
  const database = await benchmarkDatabase('processes');
  const writers = [];
  try {
    // One after the other: the first makes the schema.
    for (let index = 0; index < PROCESSES; index++) {
      writers.push(await startWriter(database.url));
    }
    const variants = {
      [REFERENCE]: [[writers[0], 'main']],
      'four on one chain': writers.map((writer) => [writer, 'main']),
      'four on four chains': writers.map((writer, index) => [writer, `chain-${index}`]),
    };
    const names = [REFERENCE, ...entries.map(({ variant }) => variant)];
    for (const name of names) {
      await rateOf(variants[name], seconds);
    }
    const rates = await interleaved(
      names,
      quick ? 3 : 7,
      (name) => rateOf(variants[name], seconds),
      (round) => log(`processes: round ${round + 1}`),
    );
    const cores = cpus().length;
    return {
      results: entries.map(({ variant, ...rest }) => ({
        ...rest,
        ...ratioOf(rates, variant, REFERENCE),
        unit: `times one process (${cores} cores for ${PROCESSES} processes and the server)`,
      })),
      tables: [tableOf(names, rates, cores)],
    };
  } finally {
    for (const writer of writers) {
      writer.kill('SIGKILL');
    }
    await database.drop();
  }
}

function startWriter(url) {
  const writer = fork(join(import.meta.dirname, 'postgres-writer.mjs'), [url]);
  return new Promise((resolve, reject) => {
    writer.once('message', () => resolve(writer));
    writer.once('exit', (code) => reject(new Error(`a writing process ended with code ${code}`)));
  });
}

async function rateOf(orders, seconds) {
  const startAt = Date.now() + START_AFTER_MS;
  const answers = await Promise.all(
    orders.map(([writer, chain]) => answerOf(writer, { chain, callers: CALLERS, startAt, seconds })),
  );
  const events = answers.reduce((sum, answer) => sum + answer.events, 0);
  return events / Math.max(...answers.map((answer) => answer.seconds));
}

function answerOf(writer, order) {
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`a writing process ended with code ${code}`));
    writer.once('exit', ended);
    writer.once('message', (answer) => {
      writer.off('exit', ended);
      resolve(answer);
    });
    writer.send(order);
  });
}

function tableOf(names, rates, cores) {
  const one = median(rates[REFERENCE]);
  return [
    `### Processes on one PostgreSQL, ${CALLERS} callers each`,
    '',
    '| variant | events/s | of one process |',
    '| --- | ---: | ---: |',
    ...names.map((name) => {
      const rate = median(rates[name]);
      return `| ${name} | ${Math.round(rate).toLocaleString('en-US')} | ${(rate / one).toFixed(2)} |`;
    }),
    '',
    `The processes and the server share ${cores} cores here: more than they carry together, no number of processes brings.`,
  ].join('\n');
}
