import 'reflect-metadata';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  AuditCustody,
  AuditModule,
  AuditReader,
  AuditService,
  type AuditModuleOptions,
  type AuditRecord,
  type CheckpointsOptions,
} from 'nestjs-audited';
import { generateKeyPair, notesIn, openCustody, signerFromPem, verifyEventProof } from 'nestjs-audited/custody';
import { readNote, treeRoot } from '../support/independent-note.js';
import { LogRecorder } from '../support/log-recorder.js';
import { PostgresServer } from '../support/postgres-server.js';
import { tamper } from '../support/raw-database.js';
import { eventually } from '../support/eventually.js';

const ORIGIN = 'audit.example.com/orders';
const key = generateKeyPair();
const folder = mkdtempSync(join(tmpdir(), 'audited-checkpoints-'));
const running = new Set<INestApplicationContext>();
let server: PostgresServer;
let files = 0;

beforeAll(async () => {
  server = await PostgresServer.start();
}, 120_000);

afterEach(async () => {
  await Promise.all([...running].map((app) => app.close()));
  running.clear();
});

afterAll(async () => {
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const aFile = (): string => join(folder, `${++files}.sqlite`);
/** Long enough that nothing is signed by itself. */
const BY_HAND: CheckpointsOptions = { origin: ORIGIN, keys: { pem: key.privatePem }, intervalMs: 600_000 };

async function boot(database: string, checkpoints: CheckpointsOptions, options: AuditModuleOptions = {}) {
  class Root {}
  const log = new LogRecorder();
  const imports = [AuditModule.forRoot({ database, checkpoints, ...options })];
  const app = await NestFactory.createApplicationContext(
    { module: Root, imports },
    { logger: log, abortOnError: false },
  );
  running.add(app);
  const end = async (): Promise<void> => {
    running.delete(app);
    await app.close();
  };
  return { app, log, end, audit: app.get(AuditService), custody: app.get(AuditCustody), reader: app.get(AuditReader) };
}

/** Oldest first. */
async function recordsOf(reader: AuditReader): Promise<readonly AuditRecord[]> {
  return (await reader.find({ limit: 1000 })).records.toReversed();
}

async function record(audit: AuditService, count = 1): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => audit.record({ type: 'order.placed' })));
}

describe.each(['sqlite', 'postgres'])('a log on %s', (kind) => {
  const aDatabase = (): string | Promise<string> => (kind === 'sqlite' ? aFile() : server.newDatabase());

  it('is signed at an interval; note, root and record are what anybody computes', async () => {
    const { audit, custody, reader } = await boot(await aDatabase(), { ...BY_HAND, intervalMs: 100 });
    await record(audit, 700);
    await eventually(async () => expect((await custody.checkpoints())[0]?.size).toBeGreaterThanOrEqual(700));
    const stored = await custody.checkpoints();
    const records = await recordsOf(reader);
    const hashes = records.map(({ seal }) => seal.hash);
    for (const checkpoint of stored) {
      const read = readNote(checkpoint.note, [key.publicPem]);
      expect(read).toMatchObject({ origin: `${ORIGIN}/main`, size: checkpoint.size, verified: 1, signatures: 1 });
      expect([read.root, read.time]).toEqual([checkpoint.root, checkpoint.signedAt]);
      expect(treeRoot(hashes.slice(0, checkpoint.size))).toBe(checkpoint.root);
    }
    const told = await eventually(async () => {
      const own = (await recordsOf(reader)).filter(({ event }) => event.type === 'audit.checkpoint');
      expect(own).toHaveLength((await custody.checkpoints()).length);
      return own;
    });
    const notes = told.map(({ event }) => event.details?.['note']);
    expect(new Set(notes)).toEqual(new Set((await custody.checkpoints()).map(({ note }) => note)));
    expect(told.every(({ event }) => event.redacted === undefined && event.truncated === undefined)).toBe(true);
    expect(audit.status().checkpoints).toMatchObject({ made: told.length, last: { chain: 'main' } });
  });

  it('is signed after so many records, though no interval is over', async () => {
    const { audit, custody } = await boot(await aDatabase(), { ...BY_HAND, everyRecords: 20 });
    await record(audit, 30);
    await eventually(async () => expect(await custody.checkpoints()).toHaveLength(1));
  });

  it('is not signed again and again when nothing happens, but for the proof that nothing did', async () => {
    const times = { intervalMs: 100, quietIntervalMs: 1500 };
    const { audit, custody } = await boot(await aDatabase(), { ...BY_HAND, ...times });
    await record(audit, 3);
    const stored = await eventually(async () => {
      const all = await custody.checkpoints();
      expect(all.length).toBeGreaterThanOrEqual(3);
      return all.toReversed();
    });
    // The first ones race with the records of the start; from then on only the quiet interval counts.
    const [before, after] = stored.slice(-2).map(({ signedAt }) => Date.parse(signedAt));
    expect((after ?? 0) - (before ?? 0)).toBeGreaterThanOrEqual(1300);
  });

  it('is signed at the end, its last record included', async () => {
    const database = await aDatabase();
    const { audit, end } = await boot(database, BY_HAND);
    await record(audit, 3);
    await end();
    const { custody, reader, close } = await openCustody({ database });
    const records = await recordsOf(reader);
    expect(records.slice(-2).map(({ event }) => event.type)).toEqual(['audit.stopped', 'audit.checkpoint']);
    expect(await custody.checkpoints()).toMatchObject([{ size: records.length - 1 }]);
    const report = await custody.verify({ trustedKeys: [key.publicPem] });
    expect(report).toMatchObject({ state: 'intact', chains: [{ checkpoints: { agreed: 1, isTrusted: true } }] });
    await close();
  });

  it('is signed by two processes at a time, without one checkpoint for each', async () => {
    const database = await aDatabase();
    const times = { ...BY_HAND, intervalMs: 400 };
    const processes = [await boot(database, times), await boot(database, times)];
    const [first] = processes;
    const beganAt = Date.now();
    for (let round = 0; round < 12; round++) {
      await Promise.all(processes.map(({ audit }) => record(audit, 5)));
      await eventually(() => expect(Date.now() - beganAt).toBeGreaterThan(round * 200));
    }
    const intervals = (Date.now() - beganAt) / times.intervalMs;
    const stored = (await first?.custody.checkpoints()) ?? [];
    expect(stored.length).toBeGreaterThan(2);
    // Twice as many would be one for each of them.
    expect(stored.length).toBeLessThan(intervals * 1.5 + 2);
    expect(await first?.custody.verify()).toMatchObject({ state: 'intact' });
  });

  it('keeps proofs across restarts and rotations of the key, and says who signs now', async () => {
    const database = await aDatabase();
    const first = await boot(database, BY_HAND);
    await record(first.audit, 5);
    await first.end();
    const newKey = generateKeyPair();
    const keys = { keys: { pem: newKey.privatePem }, trustedKeys: key.publicPem };
    const second = await boot(database, { ...BY_HAND, ...keys });
    await record(second.audit);
    await second.custody.checkpoint();
    const records = await recordsOf(second.reader);
    const change = records.find(({ event }) => event.type === 'audit.config_changed');
    expect(change?.event.details?.['checkpointKeys']).toEqual({
      origin: `${ORIGIN}/main`,
      before: [expect.stringMatching(/^[0-9a-f]{8}$/)],
      after: [expect.stringMatching(/^[0-9a-f]{8}$/)],
    });
    const [id] = records.filter(({ event }) => event.type === 'order.placed').map(({ event }) => event.id);
    const proof = JSON.stringify(await second.custody.prove(id ?? ''));
    expect(verifyEventProof(proof, { trustedKeys: [newKey.publicPem] })).toMatchObject({ ok: true });
    expect(await second.audit.verify()).toMatchObject({ state: 'intact' });
    // Whoever was told of the new key alone is told that something is signed by another.
    expect(await second.audit.verify({ trustedKeys: [newKey.publicPem] })).toMatchObject({ ok: false });
  });
});

describe('whoever signs', () => {
  it('may be several, each verified on its own', async () => {
    const other = generateKeyPair();
    const keys = [{ pem: key.privatePem }, { pem: other.privatePem }];
    const { audit, custody } = await boot(aFile(), { ...BY_HAND, keys });
    await record(audit);
    const [checkpoint] = await custody.checkpoint();
    for (const publicPems of [[key.publicPem], [other.publicPem]]) {
      expect(readNote(checkpoint?.note ?? '', publicPems)).toMatchObject({ verified: 1, signatures: 2 });
    }
  });

  it('may be a key service that takes its time, fails, and comes back', async () => {
    const signer = signerFromPem(key.privatePem);
    let answer: 'down' | 'hanging' | 'well' = 'down';
    const sign = async (message: Uint8Array): Promise<Uint8Array> => {
      if (answer === 'down') {
        throw new Error('AccessDenied for Bearer abcdefghijklmnopqrstuvwxyz');
      }
      return answer === 'hanging' ? new Promise<Uint8Array>(() => undefined) : signer.sign(message);
    };
    const keys = { publicKey: key.publicPem, sign };
    const times = { intervalMs: 100, signTimeoutMs: 50 };
    const { audit, custody, log } = await boot(aFile(), { ...BY_HAND, ...times, keys });
    const failures = (): number => audit.failures().checkpoint ?? 0;
    await eventually(() => expect(failures()).toBeGreaterThan(1));
    answer = 'hanging';
    const before = failures();
    await eventually(() => expect(failures()).toBeGreaterThan(before + 1));
    expect(audit.status().checkpoints).toEqual({ made: 0, problem: 'AUDIT_SIGNING_FAILED' });
    expect(log.ofAudit('error')).toEqual([expect.stringMatching(/A checkpoint could not be made/)]);
    expect(log.ofAudit('error').join()).not.toContain('abcdefghijkl');
    answer = 'well';
    await eventually(async () => expect(await custody.checkpoints()).not.toHaveLength(0));
    await eventually(() => {
      expect(log.ofAudit('log').join()).toMatch(/works again after \d+ failure\(s\) of kind "checkpoint"/);
    });
  });

  it('does not hold up the end of the application when the key service hangs', async () => {
    const keys = { publicKey: key.publicKey, sign: () => new Promise<Uint8Array>(() => undefined) };
    const file = aFile();
    const limits = { shutdownTimeoutMs: 2000 };
    const { audit, end, log } = await boot(file, { ...BY_HAND, keys }, { limits });
    await record(audit);
    const startedAt = performance.now();
    await end();
    expect(performance.now() - startedAt).toBeLessThan(limits.shutdownTimeoutMs + 2500);
    expect(log.ofAudit('error')).toEqual([expect.stringMatching(/The last checkpoint was not signed/)]);
    const { reader, close } = await openCustody({ database: file });
    expect((await recordsOf(reader)).at(-1)?.event.type).toBe('audit.stopped');
    await close();
  });

  it('may be nobody: a line at boot says how to sign', async () => {
    const { log, audit, custody } = await boot(aFile(), {});
    expect(log.ofAudit('log').filter((line) => line.includes('Checkpoints are off'))).toHaveLength(1);
    await record(audit);
    expect([custody.signs, await custody.checkpoint(), audit.status().checkpoints]).toEqual([false, [], undefined]);
    expect(await custody.verify()).toMatchObject({ state: 'intact' });
  });

  it.each<[string, CheckpointsOptions, RegExp]>([
    [
      'a file that is not there',
      { origin: ORIGIN, keys: { file: join(folder, 'no.pem') } },
      /keys\.file" cannot be read.*ENOENT/,
    ],
    [
      'a variable that is not set',
      { origin: ORIGIN, keys: { env: 'AUDITED_NO_SUCH_KEY' } },
      /"AUDITED_NO_SUCH_KEY", which is not set/,
    ],
    ['a public key', { origin: ORIGIN, keys: { pem: key.publicPem } }, /it is a public key/],
    ['no name of the log', { keys: { pem: key.privatePem } }, /"checkpoints\.origin" is missing/],
    [
      'a file for notes that is a folder',
      { ...BY_HAND, file: folder },
      /"checkpoints\.file" cannot be written.*EISDIR/,
    ],
  ])('is refused at boot with %s', async (_what, checkpoints, message) => {
    await expect(boot(aFile(), checkpoints)).rejects.toThrow(message);
  });
});

describe('a log that was tampered with', () => {
  it('is not signed any more when its history was made anew, and the operator is told', async () => {
    const file = aFile();
    const first = await boot(file, BY_HAND);
    await record(first.audit, 10);
    await first.end();
    // Every record from the third on gets another hash, as a chain that was made anew has.
    tamper(file, (database) => {
      database.exec(
        'UPDATE audit_records SET hash = substr(hash, 9) || substr(hash, 1, 8) WHERE position > 2 AND position < 13',
      );
    });
    const { custody, audit, log, reader } = await boot(file, { ...BY_HAND, intervalMs: 100 });
    await eventually(() => expect(audit.status().checkpoints?.problem).toBe('AUDIT_HISTORY_CHANGED'));
    expect(log.ofAudit('error')).toEqual([expect.stringMatching(/CRITICAL: the audit log was changed/)]);
    expect(await custody.checkpoints()).toHaveLength(1);
    const refusals = (await recordsOf(reader)).filter(({ event }) => event.outcome === 'failure');
    expect(refusals.map(({ event }) => [event.type, event.severity])).toEqual([['audit.checkpoint', 'critical']]);
  });

  it('is not signed any more when its end was cut off together with its checkpoints, as the file knows', async () => {
    const file = aFile();
    const notes = `${file}.notes.jsonl`;
    const first = await boot(file, { ...BY_HAND, file: notes });
    await record(first.audit, 10);
    await first.end();
    expect(notesIn(readFileSync(notes, 'utf8')).map((note) => readNote(note, [key.publicPem]).size)).toEqual([12]);
    tamper(file, (database) => {
      database.exec(
        'DELETE FROM audit_checkpoints; DELETE FROM audit_tiles; DELETE FROM audit_records WHERE position > 5',
      );
      database.exec('UPDATE audit_heads SET position = 5, hash = (SELECT hash FROM audit_records WHERE position = 5)');
    });
    const blind = await boot(file, BY_HAND);
    expect(await blind.custody.checkpoint()).toHaveLength(1);
    const knowing = await boot(file, { ...BY_HAND, file: notes });
    await expect(knowing.custody.checkpoint()).rejects.toThrow(/no longer extends what was signed/);
    const report = await knowing.audit.verify({ checkpoints: notesIn(readFileSync(notes, 'utf8')) });
    expect(report.ok).toBe(false);
  });
});

describe('a key file', () => {
  it('is read once, at boot', async () => {
    const pem = join(folder, 'key.pem');
    writeFileSync(pem, key.privatePem, { mode: 0o600 });
    const { audit, custody } = await boot(aFile(), { ...BY_HAND, keys: { file: pem } });
    rmSync(pem);
    await record(audit);
    expect(await custody.checkpoint()).toHaveLength(1);
  });
});
