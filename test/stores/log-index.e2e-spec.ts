import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logIndexContract, type LogIndexUnderTest } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { withRawDatabase } from '../support/raw-database.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-index-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

function logIn(file: string): LogIndexUnderTest {
  const store = new SqliteAuditStore(file);
  return {
    store,
    custody: store.custody(),
    index: store.index(),
    documentKey: 'rowid',
    select: async (sql) =>
      withRawDatabase(file, (database) => database.prepare<[], Record<string, unknown>>(sql).all()),
    another: () => logIn(file),
  };
}

describe('the index of SqliteAuditStore', () => {
  for (const { promise, run } of logIndexContract(() => logIn(join(folder, `${files++}.sqlite`)))) {
    it(promise, run);
  }
});
