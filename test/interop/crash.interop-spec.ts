import { crashRounds, type CrashStore } from '../crash/programs.js';
import { MysqlServer } from '../support/mysql-server.js';
import { PostgresServer } from '../support/postgres-server.js';

const ROUNDS = 10;
const TIMEOUT_MS = 600_000;

const POSTGRES_URL = process.env['AUDITED_INTEROP_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const mysql = await MysqlServer.find();
const missing: Readonly<Record<CrashStore, string | undefined>> = {
  sqlite: undefined,
  postgres: await PostgresServer.at(POSTGRES_URL)
    .administer(POSTGRES_URL, 'SELECT 1')
    .then(
      () => undefined,
      (error: Error) => `no PostgreSQL server (${error.message}); name one in AUDITED_INTEROP_POSTGRES_URL`,
    ),
  mysql: typeof mysql === 'string' ? mysql : undefined,
};

afterAll(() => (typeof mysql === 'string' ? undefined : mysql.end()));

for (const [store, why] of Object.entries(missing) as [CrashStore, string | undefined][]) {
  if (why !== undefined) {
    console.log(`skipped: ${why}`);
  }
  (why === undefined ? describe : describe.skip)(`ten crashes under load on ${store}`, () => {
    it(
      'lose nothing, store nothing twice, and leave a chain that verifies',
      async () => {
        const { exitCode, output, lastLine } = await crashRounds(store, ROUNDS, {
          AUDITED_TEST_POSTGRES_URL: POSTGRES_URL,
        });
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
}
