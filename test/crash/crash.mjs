/**
 * Kills an application under load, over and over, and counts what its audit trail lost: nothing, or this fails.
 * Usage: npm run test:crash -- --store sqlite|postgres|mysql [--rounds N] [--seed S]
 *
 * The seed repeats the plan of every round; what the processor does between is its own business.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CrashRun } from './crash-run.mjs';
import { openDatabase } from './databases/open-database.mjs';

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
  },
});
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
const folder = mkdtempSync(join(tmpdir(), 'audited-crash-'));
// The embedded server may run as another user than we do, and its data is in here.
chmodSync(folder, 0o755);

console.log(`crash store=${values.store} rounds=${rounds} seed=${seed}`);
const database = await openDatabase(values.store, folder);
const run = new CrashRun({ database, seed, folder });
const totals = { missing: 0, duplicates: 0, orphans: 0, gaps: 0, overtaken: 0, unsettled: 0, unverified: 0 };
let done = 0;
try {
  while (done < rounds && isClean()) {
    const { words, tally, faults, examples } = await run.round(done);
    done++;
    // Each verdict is about the whole run so far.
    Object.assign(totals, faults);
    console.log(`round ${done} ${words}; ${tally}`);
    examples.forEach((example) => console.log(`  ${example}`));
  }
} catch (error) {
  totals.unsettled++;
  console.log(`round ${done + 1} ended with ${error?.stack ?? String(error)}`);
} finally {
  await run.end();
  await database.close();
}

const { answers, records, spooled, failed, unrecorded } = run.counts;
console.log(
  `seed=${seed} kills=${run.kills} records=${records} spooled=${spooled} 5xx=${failed} without-record=${unrecorded}`,
);
if (isClean()) {
  rmSync(folder, { recursive: true, force: true });
} else {
  process.exitCode = 1;
  console.log(`The application said last:\n${run.diagnostics}`);
  const { unsettled, gaps, overtaken } = totals;
  console.log(`Not settled: ${unsettled}, gaps: ${gaps}, overtaken: ${overtaken}. Files are kept in ${folder}.`);
  console.log(`Again: npm run test:crash -- --store ${values.store} --rounds ${rounds} --seed ${seed}`);
}
const { missing, duplicates, orphans } = totals;
const verify = totals.unverified + totals.gaps + totals.overtaken + totals.unsettled === 0 ? 'ok' : 'failed';
console.log(
  `crash store=${values.store} rounds=${done} answers=${answers} missing=${missing} duplicates=${duplicates} orphans=${orphans} verify=${verify}`,
);

function isClean() {
  return Object.values(totals).every((count) => count === 0);
}
