import { runProgram } from '../crash/programs.js';

const TIMEOUT_MS = 300_000;

describe('a minute of trouble among real processes and sockets', () => {
  it(
    'loses nothing, keeps the order, and buries exactly the poison',
    async () => {
      const args = ['--minutes', '0', '--real-seconds', '60'];
      const { exitCode, output, lastLine } = await runProgram('../chaos/chaos', args, TIMEOUT_MS);
      process.stdout.write(output);
      expect(lastLine).toMatch(
        /^chaos destinations=5 records=[1-9]\d* missing=0 out_of_order=0 dead_letters=[1-9]\d* /,
      );
      expect(exitCode).toBe(0);
    },
    TIMEOUT_MS,
  );
});
