import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { buildDemo, playTraffic, RunningDemo } from '../support/built-demo.js';
import { verifyWithPython } from '../support/python-verifier.js';

describe('a verifier written from the record format in another language', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audited-demo-'));
  const file = join(folder, 'demo.sqlite');
  let records = 0;

  beforeAll(async () => {
    buildDemo();
    const demo = await RunningDemo.start('fastify', file);
    const { exitCode } = await playTraffic(demo.url);
    await demo.stop();
    expect(exitCode).toBe(0);
    const database = new SqliteDatabase(file, { readonly: true });
    records = database.prepare<[], number>('SELECT count(*) FROM audit_records').pluck().get() ?? 0;
    database.close();
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // The interop machine has Python; a missing one fails here instead of passing unseen.
  it('passes on a database that the demo made under its traffic', () => {
    expect(records).toBeGreaterThan(100);
    expect(verifyWithPython(file)).toMatchObject({ status: 0, lastLine: `ok records=${records}` });
  });

  it('fails on it after one edit', () => {
    const database = new SqliteDatabase(file);
    database.exec('DROP TRIGGER audit_records_refuse_update');
    database.exec(
      "UPDATE audit_records SET body = replace(body, '\"denied\"', '\"success\"') WHERE outcome = 'denied'",
    );
    const edited = database.prepare<[], number>("SELECT count(*) FROM audit_records WHERE outcome = 'denied'").pluck();
    const faults = edited.get() ?? 0;
    database.close();
    expect(faults).toBeGreaterThan(0);
    expect(verifyWithPython(file)).toMatchObject({ status: 1, lastLine: `faults=${faults}` });
  });
});
