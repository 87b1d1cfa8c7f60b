/**
 * Ends an application under load; prints what became of the answers as one line of JSON.
 * Usage: node test/crash/shutdown.mjs <scenario> <sqlite | postgres> <express | fastify>
 *
 * asked: SIGTERM, and the process ends by itself · hung: SIGTERM while the database does not answer any more ·
 * killed: kill -9, and a next start
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ApplicationProcess } from './application-process.mjs';
import { openDatabase } from './databases/open-database.mjs';
import { Judge } from './judge.mjs';
import { MeasuredLoad } from './measured-load.mjs';
import { isSettled, verification } from './settling.mjs';

const LIMITS = { commitTimeoutMs: 700, shutdownTimeoutMs: 4000 };
const LOAD_MS = 1200;
const HANG_MS = 400;
const MIX = { recorded: 3, required: 2, transactional: 1, 'best-effort': 1 };

const SCENARIOS = { asked, hung, killed };

const [scenario, store, adapter] = process.argv.slice(2);
if (!Object.hasOwn(SCENARIOS, scenario)) {
  throw new Error(`The scenario must be one of ${Object.keys(SCENARIOS).join(', ')}, not ${scenario}`);
}
const folder = mkdtempSync(join(tmpdir(), 'audited-shutdown-'));
chmodSync(folder, 0o755);
const spoolDirectory = join(folder, 'spool');
const database = await openDatabase(store, folder);
const judge = new Judge(database);
const processes = [];
try {
  const outcome = await SCENARIOS[scenario]();
  console.log(JSON.stringify({ scenario, store, adapter, ...LIMITS, ...outcome }));
} catch (error) {
  process.exitCode = 1;
  console.log(error?.stack ?? String(error));
  processes.forEach(({ diagnostics }) => console.log(`An application said last:\n${diagnostics}`));
} finally {
  await Promise.all(processes.map((application) => application.kill()));
  await database.close();
  rmSync(folder, { recursive: true, force: true });
}

async function asked() {
  const application = start();
  const load = await loaded(application, MIX);
  await wait(LOAD_MS);
  const end = await terminated(application);
  await load.stop();
  judge.hear(load.answers);
  // No next start: what was accepted has to be in the chain when the process is gone.
  const verdict = await judge.verdict();
  const next = start();
  const { ok } = await verification(next);
  return { ...load.figures, ...verdict, end, verified: ok, lastRecord: lastOf(judge.records), counts: recordCounts() };
}

async function hung() {
  const application = start();
  // Without the transactional route: an application's own queries hang as its own settings say, not as ours do.
  const load = await loaded(application, { recorded: 3, required: 2, 'best-effort': 1 });
  await wait(LOAD_MS);
  database.beginOutage('stall');
  await wait(HANG_MS);
  const end = await terminated(application);
  await load.stop();
  judge.hear(load.answers);
  database.endOutage();
  const next = start();
  await next.url();
  const settled = await isSettled({ judge, spoolDirectory, application: next });
  const verdict = await judge.verdict();
  const { ok } = await verification(next);
  return {
    ...load.figures,
    ...verdict,
    end,
    settled,
    verified: ok,
    spooled: judge.spooledCount,
    stopped: judge.records.filter(({ type }) => type === 'audit.stopped').map(({ details }) => details),
  };
}

async function killed() {
  const application = start();
  const load = await loaded(application, MIX);
  await wait(LOAD_MS);
  await application.kill();
  await load.stop();
  judge.hear(load.answers);
  const next = start();
  await next.url();
  const settled = await isSettled({ judge, spoolDirectory, application: next });
  const verdict = await judge.verdict();
  const { ok } = await verification(next);
  await terminated(next);
  await judge.verdict();
  return { ...load.figures, ...verdict, settled, verified: ok, runs: runs(), said: next.diagnostics };
}

function start() {
  const { audit, business } = database.settings('own');
  const application = new ApplicationProcess({
    adapter,
    business,
    audit: { ...audit, limits: LIMITS, spool: { directory: spoolDirectory, retryInitialMs: 50, retryMaxMs: 500 } },
  });
  processes.push(application);
  return application;
}

async function loaded(application, mix) {
  const load = new MeasuredLoad(application, { mix, prefix: 'request' });
  await load.start();
  return load;
}

function terminated(application) {
  // Far beyond the promise: whether that is kept, is for the spec to say.
  return application.terminate(LIMITS.shutdownTimeoutMs * 5);
}

function lastOf(records) {
  const { type, outcome, details } = records.at(-1) ?? {};
  return { type, outcome, details };
}

/** What the chain holds, to be compared with what the last record says. */
function recordCounts() {
  return { records: judge.recordCount, spooled: judge.spooledCount };
}

/** Each process run that the log knows of, by how it began and ended. */
function runs() {
  const found = new Map();
  for (const { type, instanceId } of judge.records) {
    const run = found.get(instanceId) ?? { started: 0, stopped: 0 };
    run.started += type === 'audit.started' ? 1 : 0;
    run.stopped += type === 'audit.stopped' ? 1 : 0;
    found.set(instanceId, run);
  }
  return [...found.values()];
}
