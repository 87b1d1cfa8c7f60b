import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { IntegrityReport, VerifyOptions } from 'nestjs-audited';
import { generateKeyPair, openCustody } from 'nestjs-audited/custody';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { tamper } from '../support/raw-database.js';

const ORIGIN = 'audit.example.com/orders';
const keys = generateKeyPair();
const stranger = generateKeyPair();

let folder: string;
let pristine: string;
/** Notes over the first 600 records and over all. */
let notes: string[];
/** A note of another log over as many records, signed with the same key. */
let otherLog: string;
let copies = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'audited-evidence-'));
  pristine = join(folder, 'pristine.sqlite');
  notes = await writeLog(pristine, ORIGIN);
  otherLog = (await writeLog(join(folder, 'other.sqlite'), 'audit.example.com/payments'))[0] ?? '';
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function writeLog(database: string, origin: string): Promise<string[]> {
  const { custody, close } = await openCustody({ database, checkpoints: { origin, keys: { pem: keys.privatePem } } });
  const store = new SqliteAuditStore(database);
  await store.open();
  const signed: string[] = [];
  for (const count of [600, 700]) {
    await store.append(
      'main',
      Array.from({ length: count }, () => anAppendableEvent()),
    );
    signed.push(...(await custody.checkpoint('main')).map(({ note }) => note));
  }
  await store.close();
  await close();
  return signed;
}

/** The reports of one and of two threads on a copy of the log, which must say the same. */
async function reportAfter(work: (database: Database) => void, options: VerifyOptions = {}): Promise<IntegrityReport> {
  const file = join(folder, `copy-${++copies}.sqlite`);
  copyFileSync(pristine, file);
  tamper(file, work);
  const store = new SqliteAuditStore(file);
  await store.open();
  try {
    const one = await store.verify({ ...options, threads: 1 });
    const two = await store.verify({ ...options, threads: 2 });
    expect({ ...two, durationMs: 0 }).toStrictEqual({ ...one, durationMs: 0 });
    return one;
  } finally {
    await store.close();
    rmSync(file);
  }
}

const named = ({ faults }: IntegrityReport): string[] =>
  faults.map(({ kind, chain, position }) => `${kind} ${chain} ${position}`);
const nothing = (): void => undefined;

describe('checkpoints as evidence', () => {
  it('agree with a good log, and are trusted when a key says so', async () => {
    for (const trustedKeys of [undefined, [keys.publicPem]]) {
      const report = await reportAfter(nothing, { ...(trustedKeys && { trustedKeys }), checkpoints: notes });
      expect(report).toMatchObject({ ok: true, faultCount: 0 });
      expect(report.chains[0]?.checkpoints).toStrictEqual({
        agreed: 4,
        beyond: 0,
        // The record of a checkpoint follows it.
        coveredThrough: 1301,
        isTrusted: trustedKeys !== undefined,
      });
    }
  });

  it('of a key that is not trusted are one fault, and count for nothing', async () => {
    const report = await reportAfter(nothing, { trustedKeys: [stranger.publicPem] });
    expect(named(report)).toStrictEqual(['signature main 600']);
    expect(report.faults[0]?.message).toContain('and 1 more, up to size 1301');
    expect(report.chains[0]?.checkpoints).toMatchObject({ agreed: 0, coveredThrough: 0 });
  });

  it('whose row says another size or root than their note are a fault', async () => {
    const report = await reportAfter((database) =>
      database.exec('UPDATE audit_checkpoints SET size = 700 WHERE size = 600'),
    );
    expect(named(report)).toStrictEqual(['signature main 700']);
  });

  it('whose note is damaged are a fault', async () => {
    const report = await reportAfter((database) =>
      database.exec("UPDATE audit_checkpoints SET note = 'x' WHERE size = 600"),
    );
    expect(named(report)).toStrictEqual(['signature main 600']);
  });

  it('of another log are a fault, even when the same key signed them', async () => {
    const report = await reportAfter(nothing, { trustedKeys: [keys.publicPem], checkpoints: [otherLog] });
    expect(named(report)).toStrictEqual(['signature main 600']);
    expect(report.faults[0]?.message).toContain('payments');
  });

  it('kept outside betray an end that was removed with its head and its checkpoint', async () => {
    const rewind = `
      DELETE FROM audit_records WHERE position > 700;
      DELETE FROM audit_checkpoints WHERE size > 700;
      UPDATE audit_heads SET position = 700, hash = (SELECT hash FROM audit_records WHERE position = 700)`;
    expect(await reportAfter((database) => database.exec(rewind))).toMatchObject({ ok: true });
    const report = await reportAfter((database) => database.exec(rewind), { checkpoints: notes });
    expect(named(report)).toStrictEqual(['truncated main 701']);
  });

  it('kept outside betray a chain that is gone altogether', async () => {
    const removal = 'DELETE FROM audit_records; DELETE FROM audit_heads; DELETE FROM audit_checkpoints';
    expect(await reportAfter((database) => database.exec(removal))).toMatchObject({ ok: true, records: 0 });
    const report = await reportAfter((database) => database.exec(removal), { checkpoints: notes });
    expect(named(report)).toStrictEqual(['truncated main 1']);
  });
});

describe('the stored tree', () => {
  it('is compared with the records: a leaf that was changed is named, with its neighbours', async () => {
    const report = await reportAfter((database) => {
      const row = database.prepare('SELECT hashes FROM audit_tiles WHERE level = 0 AND tile = 1').pluck().get();
      const hashes = Buffer.from(String(row), 'base64');
      hashes.fill(7, 32 * 10, 32 * 12);
      database.prepare('UPDATE audit_tiles SET hashes = ? WHERE level = 0 AND tile = 1').run(hashes.toString('base64'));
    });
    expect(report.faults).toMatchObject([{ kind: 'tree', chain: 'main', position: 267, through: 268 }]);
  });

  it('is no matter where the records themselves are in doubt', async () => {
    const report = await reportAfter((database) => {
      database.exec("UPDATE audit_tiles SET hashes = 'AAAA' WHERE level = 0 AND tile = 1");
      database.exec("UPDATE audit_records SET body = replace(body, 'Deployment', 'Deletion') WHERE position = 300");
    });
    expect(named(report)).toStrictEqual(['edited main 300']);
  });
});
