import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deliverFrom } from '../support/delivering-applications.js';
import { PostgresServer } from '../support/postgres-server.js';

describe('two applications deliver to one destination', () => {
  it('from a SQLite file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audited-delivery-'));
    try {
      await deliverFrom(join(folder, 'audit.sqlite'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('from PostgreSQL', async () => {
    const server = await PostgresServer.start();
    try {
      await deliverFrom(await server.newDatabase());
    } finally {
      await server.dispose();
    }
  });
});
