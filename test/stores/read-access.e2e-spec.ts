import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCustody } from 'nestjs-audited/custody';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { withRawDatabase } from '../support/raw-database.js';

describe('a log that is opened for reading', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audited-reading-'));
  const file = join(folder, 'audit.sqlite');
  let writer: SqliteAuditStore;

  beforeAll(async () => {
    writer = new SqliteAuditStore(file);
    await writer.open();
    await writer.append('main', [anAppendableEvent(), anAppendableEvent()]);
  });

  afterAll(async () => {
    await writer.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is read beside its writer, and sees what that one writes', async () => {
    const reader = new SqliteAuditStore(file, { access: 'read' });
    await reader.open();
    expect((await reader.find()).records).toHaveLength(2);
    await writer.append('main', [anAppendableEvent()]);
    expect(await reader.verify({ threads: 2 })).toMatchObject({ ok: true, records: 3 });
    await expect(reader.append('main', [anAppendableEvent()])).rejects.toMatchObject({
      code: 'AUDIT_STORE_UNAVAILABLE',
      message: expect.stringContaining('opened for reading') as string,
    });
    await expect(reader.custody().erase('main', [1])).rejects.toMatchObject({ code: 'AUDIT_STORE_UNAVAILABLE' });
    await reader.close();
    await expect(reader.find()).rejects.toMatchObject({ code: 'AUDIT_STORE_UNAVAILABLE' });
  });

  it('must be there', async () => {
    const missing = join(folder, 'missing.sqlite');
    await expect(openCustody({ database: missing, access: 'read' })).rejects.toMatchObject({
      code: 'AUDIT_DATABASE_UNUSABLE',
    });
    expect(existsSync(missing)).toBe(false);
    await expect(openCustody({ database: ':memory:', access: 'read' })).rejects.toMatchObject({
      code: 'AUDIT_DATABASE_UNUSABLE',
    });
    await expect(openCustody({ database: file, access: 'all' as 'read' })).rejects.toMatchObject({
      code: 'AUDIT_OPTIONS_INVALID',
    });
  });

  it('must be of this version, and is not migrated', async () => {
    const old = join(folder, 'old.sqlite');
    const store = new SqliteAuditStore(old);
    await store.open();
    await store.close();
    withRawDatabase(old, (database) => database.exec("DELETE FROM audit_migrations WHERE name LIKE 'AddDelivery%'"));
    await expect(openCustody({ database: old, access: 'read' })).rejects.toThrow('older version of this package');
    expect(
      withRawDatabase(old, (database) => database.prepare('SELECT name FROM audit_migrations').all()),
    ).toHaveLength(3);
  });
});
