/**
 * Destinations that misbehave, processes that are killed, and a count of what got lost: nothing, or this fails.
 * Usage: npm run test:chaos -- [--minutes M] [--real-seconds S] [--seed S]
 *
 * First a simulation with injected time, which a seed repeats; then real processes and sockets for a while.
 */
import { parseArgs } from 'node:util';
import { realTime } from './real-time.mjs';
import { simulate } from './simulation.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '15' },
    'real-seconds': { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const [minutes, seconds, seed] = [Number(values.minutes), Number(values['real-seconds']), Number(values.seed)];
const parts = [
  ...(minutes > 0 ? [{ name: 'simulated', run: () => simulate({ minutes, seed }) }] : []),
  ...(seconds > 0 ? [{ name: 'real', run: () => realTime({ seconds, seed }) }] : []),
];
console.log(`chaos seed=${seed} simulated_minutes=${minutes} real_seconds=${seconds}`);

const totals = {
  records: 0,
  missing: 0,
  outOfOrder: 0,
  deadLetters: 0,
  wrongLetters: 0,
  unexplained: 0,
  lagMs: 0,
  open: 0,
};
for (const { name, run } of parts) {
  const verdict = await run();
  const { records, crashes, restarts, duplicates, poison, isSettled } = verdict;
  console.log(
    `${name}: records=${records} crashes=${crashes} restarts=${restarts} duplicates=${duplicates} poison=${poison} settled=${isSettled}`,
  );
  for (const line of verdict.lines) {
    console.log(
      `  ${line.name}: arrived=${line.arrived} missing=${line.missing} out_of_order=${line.outOfOrder} duplicates=${line.duplicates} unexplained=${line.unexplained} dead=${line.dead} worst_lag_ms=${line.lagMs}`,
    );
  }
  totals.records += records;
  totals.missing += verdict.missing;
  totals.outOfOrder += verdict.outOfOrder;
  totals.deadLetters += verdict.deadLetters;
  totals.wrongLetters += verdict.wrongLetters;
  totals.unexplained += verdict.unexplained;
  totals.lagMs = Math.max(totals.lagMs, verdict.healthyLagMs);
  totals.open += isSettled ? 0 : 1;
}
const { missing, outOfOrder, wrongLetters, unexplained, open } = totals;
if (missing + outOfOrder + wrongLetters + unexplained + open > 0) {
  process.exitCode = 1;
  console.log(`FAILED: wrong_letters=${wrongLetters} unexplained=${unexplained} unsettled=${open}`);
  console.log(`Again: npm run test:chaos -- --minutes ${minutes} --real-seconds ${seconds} --seed ${seed}`);
}
console.log(
  `chaos destinations=5 records=${totals.records} missing=${missing} out_of_order=${outOfOrder} dead_letters=${totals.deadLetters} worst_healthy_lag_ms=${totals.lagMs}`,
);
