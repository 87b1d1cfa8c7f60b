import { generateKeyPair, openCustody, type OpenedCustody } from 'nestjs-audited/custody';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { PostgresAuditStore } from 'nestjs-audited/typeorm';
import { PostgresServer } from '../../support/postgres-server.js';
import { LOG_NAME } from '../../support/signed-log.js';

describe('an administrator of a PostgreSQL database', () => {
  const keys = generateKeyPair();
  let server: PostgresServer;
  let url: string;
  let opened: OpenedCustody;

  beforeAll(async () => {
    server = await PostgresServer.start();
  }, 60_000);
  afterAll(() => server.dispose(), 60_000);

  beforeEach(async () => {
    url = await server.newDatabase();
    const store = new PostgresAuditStore({ url });
    await store.open();
    const events = Array.from({ length: 8 }, () => anAppendableEvent());
    await store.append('main', events.slice(0, 5));
    await store.append('tenant:b', events.slice(5));
    await store.close();
    opened = await openCustody({ database: url, checkpoints: { origin: LOG_NAME, keys: { pem: keys.privatePem } } });
    await opened.custody.checkpoint();
  }, 60_000);
  afterEach(() => opened.close());

  /** The faults after SQL for which no trigger fires. */
  async function faultsAfter(...statements: readonly string[]): Promise<readonly string[]> {
    await server.administer(url, ['SET session_replication_role = replica', ...statements].join('; '));
    const { faults } = await opened.custody.verify();
    return faults.map(({ kind, chain, position }) => `${kind} ${chain} ${position}`);
  }

  it('T67 switches the triggers off for a session and edits a record', async () => {
    const edit = "UPDATE audit_records SET body = replace(body, 'Deployment', 'Holiday')";
    expect(await faultsAfter(`${edit} WHERE chain = 'main' AND position = 3`)).toEqual(['edited main 3']);
  });

  it('T68 drops every partition of the records', async () => {
    const partitions = await server.administer<{ name: string }>(
      url,
      "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_records'::regclass",
    );
    expect(partitions.length).toBeGreaterThan(0);
    const faults = await faultsAfter(...partitions.map(({ name }) => `DROP TABLE ${name}`));
    expect(faults).toEqual(['truncated main 1', 'truncated tenant:b 1']);
  });

  it('T69 removes a whole chain of a PostgreSQL log with its head', async () => {
    const statements = ['audit_records', 'audit_heads'].map((table) => `DELETE FROM ${table} WHERE chain = 'tenant:b'`);
    expect(await faultsAfter(...statements)).toEqual(['truncated tenant:b 1']);
  });
});
