import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule, AuditService, LogIndex, type AuditModuleOptions } from 'nestjs-audited';
import { withRawDatabase } from '../support/raw-database.js';
import { eventually } from '../support/eventually.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-keeping-'));
const file = join(folder, 'audit.sqlite');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function application(
  index: AuditModuleOptions['index'],
  work: (app: INestApplicationContext) => Promise<void>,
): Promise<void> {
  const options = { database: file, ...(index === undefined ? {} : { index }) };
  const app = await NestFactory.createApplicationContext(AuditModule.forRoot(options), { logger: false });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

const positions = (): unknown =>
  withRawDatabase(file, (database) =>
    database.prepare("SELECT position FROM audit_projections WHERE projection = 'search'").pluck().all(),
  );

describe('the index of an application', () => {
  it('is left alone where the option says so, and is caught up by the next process', async () => {
    await application({ enabled: false }, async (app) => {
      const audit = app.get(AuditService);
      await audit.record({ type: 'deploy.completed', action: 'Deployed' });
      expect(audit.status().index).toBeUndefined();
      expect(await app.get(LogIndex).lag()).toContainEqual({ index: 'search', records: 2 });
    });
    expect(positions()).toEqual([]);
    await application({ restMs: 1 }, async (app) => {
      const audit = app.get(AuditService);
      await audit.record({ type: 'deploy.completed', action: 'Deployed' });
      await eventually(async () => {
        expect(await app.get(LogIndex).lag()).toContainEqual({ index: 'search', records: 0 });
        expect(audit.status().index).toMatchObject({ records: 0 });
      });
      expect(audit.failures()).toEqual({});
    });
  });
});
