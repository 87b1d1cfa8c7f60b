import { crashRounds } from '../crash/programs.js';

const ROUNDS = 3;
const TIMEOUT_MS = 180_000;

describe.each(['sqlite', 'postgres'] as const)('an application on %s that is killed under load', (store) => {
  it(
    'has a record for every answer that promised one, exactly once, in a chain that verifies',
    async () => {
      const { exitCode, output, lastLine } = await crashRounds(store, ROUNDS);
      process.stdout.write(output);
      expect(lastLine).toMatch(
        new RegExp(
          `^crash store=${store} rounds=${ROUNDS} answers=[1-9]\\d* missing=0 duplicates=0 orphans=0 verify=ok$`,
        ),
      );
      expect(exitCode).toBe(0);
    },
    TIMEOUT_MS,
  );
});
