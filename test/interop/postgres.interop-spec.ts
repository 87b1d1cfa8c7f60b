import { auditStoreContract } from 'nestjs-audited/testing';
import { PostgresAuditStore } from 'nestjs-audited/typeorm';
import { PostgresServer } from '../support/postgres-server.js';
import { erasureIn } from '../support/postgres-erasure.js';

/** A PostgreSQL that this repository did not bring along: another version, another configuration. */
const URL_OF_SERVER = process.env['AUDITED_INTEROP_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const server = PostgresServer.at(URL_OF_SERVER);
let version: string | undefined;

beforeAll(async () => {
  try {
    const [row] = await server.administer<{ server_version: string }>(URL_OF_SERVER, 'SHOW server_version');
    version = row?.server_version;
    console.log(`PostgreSQL ${version} at ${new URL(URL_OF_SERVER).host}`);
  } catch (error) {
    console.log(`skipped: no PostgreSQL at ${new URL(URL_OF_SERVER).host} (${String(error)})`);
  }
}, 30_000);
afterAll(() => server.dispose());

describe('PostgresAuditStore on a server of the machine', () => {
  const urls = new WeakMap<object, string>();
  const newStore = async (): Promise<PostgresAuditStore> => {
    const url = await server.newDatabase();
    const store = new PostgresAuditStore({ url });
    urls.set(store, url);
    return store;
  };
  const erasePersonalPart = erasureIn(server, urls);
  for (const { promise, run } of auditStoreContract(newStore, { erasePersonalPart })) {
    it(promise, async () => {
      if (version !== undefined) {
        await run();
      }
    });
  }
});
