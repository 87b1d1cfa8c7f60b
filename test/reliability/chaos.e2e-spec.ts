import { runProgram } from '../crash/programs.js';

const TIMEOUT_MS = 180_000;
const LAST_LINE =
  /^chaos destinations=5 records=([1-9]\d*) missing=0 out_of_order=0 dead_letters=\d+ worst_healthy_lag_ms=(\d+)$/;

describe('a quarter of an hour of trouble, simulated', () => {
  it(
    'loses nothing, repeats only what a crash or a lost answer explains, and keeps a healthy destination within two seconds',
    async () => {
      const { exitCode, output, lastLine } = await runProgram(
        '../chaos/chaos',
        ['--minutes', '15', '--real-seconds', '0', '--seed', '20261130'],
        TIMEOUT_MS,
      );
      process.stdout.write(output);
      const [, , lag = 'none'] = LAST_LINE.exec(lastLine) ?? [];
      // Simulated time, so no machine is too slow for it.
      expect([lastLine, Number(lag) < 2000]).toEqual([expect.stringMatching(LAST_LINE), true]);
      expect(exitCode).toBe(0);
    },
    TIMEOUT_MS,
  );
});
