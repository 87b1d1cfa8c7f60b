/**
 * Takes the database away from an application under load and gives it back; prints what became of the answers as one
 * line of JSON. Usage: node test/crash/outage.mjs <scenario>, with a PostgreSQL server of its own.
 *
 * stopped: the server crashes and is started again · hung: all its processes are frozen and go on later ·
 * absent: it is down before the application starts and during all of the load · last: it is down when the application
 * ends, and back when it starts again
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ApplicationProcess } from './application-process.mjs';
import { Judge } from './judge.mjs';
import { MeasuredLoad } from './measured-load.mjs';
import { PostgresServer } from './databases/postgres-server.mjs';
import { ServerDatabase } from './databases/server-database.mjs';
import { isSettled, verification } from './settling.mjs';

const COMMIT_TIMEOUT_MS = 700;
const SHUTDOWN_TIMEOUT_MS = 5000;
const WARM_UP_MS = 1500;
const OUTAGE_MS = 2500;
const ABSENCE_MS = 6000;
const MIX = { recorded: 3, 'best-effort': 1 };

const SCENARIOS = { stopped, hung, absent, last };

const scenario = process.argv[2];
if (!Object.hasOwn(SCENARIOS, scenario)) {
  throw new Error(`The scenario must be one of ${Object.keys(SCENARIOS).join(', ')}, not ${scenario}`);
}
const folder = mkdtempSync(join(tmpdir(), 'audited-outage-'));
chmodSync(folder, 0o755);
const spoolDirectory = join(folder, 'spool');
const server = await PostgresServer.start(folder);
const database = await ServerDatabase.create('postgres', folder, {
  url: new URL(server.url('postgres')),
  stop: () => server.stop(),
});
const judge = new Judge(database);
const processes = [];
try {
  console.log(JSON.stringify({ scenario, commitTimeoutMs: COMMIT_TIMEOUT_MS, ...(await SCENARIOS[scenario]()) }));
} catch (error) {
  process.exitCode = 1;
  console.log(error?.stack ?? String(error));
  processes.forEach(({ diagnostics }) => console.log(`An application said last:\n${diagnostics}`));
} finally {
  await Promise.all(processes.map((application) => application.kill()));
  await database.close();
  rmSync(folder, { recursive: true, force: true });
}

async function stopped() {
  const application = start();
  const load = await loaded(application);
  await wait(WARM_UP_MS);
  await load.warm();
  await server.stopAtOnce();
  await wait(OUTAGE_MS);
  await load.cool();
  await server.startAgain();
  await wait(WARM_UP_MS);
  await load.stop();
  return judged(load, application);
}

async function hung() {
  const application = start();
  const load = await loaded(application);
  await wait(WARM_UP_MS);
  await load.warm();
  server.freeze();
  try {
    await wait(OUTAGE_MS);
    await load.cool();
  } finally {
    server.resume();
  }
  await wait(WARM_UP_MS);
  await load.stop();
  return judged(load, application);
}

async function absent() {
  // The tables are there already, as they are on every day but the first.
  const first = start();
  await first.url();
  await first.terminate(SHUTDOWN_TIMEOUT_MS * 3);
  await server.stopAtOnce();
  const application = start();
  const load = await loaded(application);
  await wait(WARM_UP_MS);
  await load.warm();
  await wait(ABSENCE_MS);
  await load.stop();
  await load.cool();
  await server.startAgain();
  return judged(load, application);
}

async function last() {
  const ending = start();
  const load = await loaded(ending);
  await wait(WARM_UP_MS);
  await load.warm();
  await server.stopAtOnce();
  await wait(WARM_UP_MS);
  await load.cool();
  const end = await ending.terminate(SHUTDOWN_TIMEOUT_MS * 3);
  await load.stop();
  await server.startAgain();
  return { ...(await judged(load, start())), end, shutdownTimeoutMs: SHUTDOWN_TIMEOUT_MS };
}

function start() {
  const application = new ApplicationProcess({
    adapter: 'express',
    audit: {
      database: { type: 'postgres', url: database.directUrl },
      limits: { commitTimeoutMs: COMMIT_TIMEOUT_MS, shutdownTimeoutMs: SHUTDOWN_TIMEOUT_MS },
      spool: { directory: spoolDirectory, retryInitialMs: 50, retryMaxMs: 500 },
    },
  });
  processes.push(application);
  return application;
}

async function loaded(application) {
  const load = new MeasuredLoad(application, { mix: MIX, prefix: 'request' });
  await load.start();
  return load;
}

async function judged(load, application) {
  judge.hear(load.answers);
  await application.url();
  const settledFrom = performance.now();
  const settled = await isSettled({ judge, spoolDirectory, application });
  const settledAfterMs = Math.round(performance.now() - settledFrom);
  const verdict = await judge.verdict();
  const { ok } = await verification(application);
  const failures = await (await fetch(`${await application.url()}/failures`)).json();
  return { ...load.figures, ...verdict, settled, settledAfterMs, verified: ok, spooled: judge.spooledCount, failures };
}
