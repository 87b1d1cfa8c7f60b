import { auditStoreContract, type StoreUnderTest } from 'nestjs-audited/testing';
import { PostgresAuditStore } from 'nestjs-audited/typeorm';
import { PostgresServer } from './support/postgres-server.js';

let server: PostgresServer;
const urls = new WeakMap<StoreUnderTest, string>();

beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterAll(() => server.dispose(), 60_000);

async function newStore(): Promise<PostgresAuditStore> {
  const url = await server.newDatabase();
  const store = new PostgresAuditStore({ url });
  urls.set(store, url);
  return store;
}

async function erasePersonalPart(store: StoreUnderTest, id: string): Promise<void> {
  await server.administer(
    urls.get(store) ?? '',
    `ALTER TABLE audit_records DISABLE TRIGGER ALL;
     UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL WHERE id = '${id}';
     ALTER TABLE audit_records ENABLE TRIGGER ALL`,
  );
}

describe('PostgresAuditStore', () => {
  for (const { promise, run } of auditStoreContract(newStore, { erasePersonalPart })) {
    it(promise, run);
  }
});
