import { crashRounds } from '../crash/programs.js';

const ROUNDS = 20;
const TIMEOUT_MS = 600_000;

/** PostgreSQL and MySQL: the servers of the machine where `AUDITED_TEST_POSTGRES_URL` and `AUDITED_TEST_MYSQL_URL` say. */
describe.each(['sqlite', 'postgres', 'mysql'] as const)('twenty crashes under load on %s', (store) => {
  it(
    'lose nothing, store nothing twice, and leave a chain that verifies',
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
