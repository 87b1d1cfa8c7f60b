import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from 'nestjs-audited/custody';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { PostgresAuditStore } from 'nestjs-audited/typeorm';
import { CommandLine } from '../support/command-line.js';
import { PostgresServer } from '../support/postgres-server.js';

const READER = { name: `audited_reader_${process.pid}`, password: 'pa55/w@rd' };
const LONG_AGO = '2019-05-05T12:00:00.000Z';
const ACT = ['--by', 'ops', '--reason', 'as decided'];

describe('the command line on PostgreSQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audited-cli-'));
  const shell = new CommandLine(folder);
  let server: PostgresServer;
  let owner: string;
  let reader: string;
  let signing: readonly string[];

  beforeAll(async () => {
    server = await PostgresServer.start();
    owner = await server.newDatabase();
    const store = new PostgresAuditStore({ url: owner });
    await store.open();
    for (let index = 1; index <= 20; index++) {
      const facts = { actor: { kind: 'user', id: `u-${index}` }, occurredAt: LONG_AGO, recordedAt: LONG_AGO } as const;
      await store.append('main', [anAppendableEvent(facts, { '/actor/email': `person-${index}@example.com` })]);
    }
    await store.close();
    await server.administer(owner, `CREATE ROLE ${READER.name} LOGIN PASSWORD '${READER.password}'`);
    reader = server.urlOf(new URL(owner).pathname.slice(1), READER);
    const { privatePem, publicPem } = generateKeyPair();
    writeFileSync(join(folder, 'key.pem'), privatePem);
    writeFileSync(join(folder, 'key.pub.pem'), publicPem);
    signing = ['-d', owner, '--origin', 'audit.example.com/orders', '--key', 'key.pem'];
  }, 120_000);

  afterAll(async () => {
    await server?.administer(owner, `DROP OWNED BY ${READER.name}; DROP ROLE ${READER.name}`);
    await server?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells an account without rights which ones it needs to look, and not more', async () => {
    const refused = shell.run('verify', '-d', reader);
    expect([refused.status, refused.errors]).toEqual([2, expect.stringContaining('GRANT SELECT ON')]);
    expect(refused.errors).not.toMatch(/INSERT|UPDATE/);
    await server.administer(owner, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${READER.name}`);
    expect(shell.run('verify', '-d', reader).status).toBe(0);
  });

  it('looks with an account that may only SELECT', async () => {
    expect(shell.run('checkpoint', ...signing).status).toBe(0);
    const [third] = await server.administer<{ id: string }>(owner, 'SELECT id FROM audit_records WHERE position = 3');
    for (const words of [
      ['verify', '--trust', 'key.pub.pem', '--threads', '2'],
      ['checkpoint', '--list'],
      ['hold', 'list'],
      ['proof', third?.id ?? ''],
      ['prune', '--dry-run', '--keep', '400 days'],
    ]) {
      const { status, errors } = shell.run(...words, '-d', reader);
      expect([words[0], status, errors]).toEqual([words[0], 0, '']);
    }
    const refused = shell.run('hold', 'place', 'case', '-d', reader, ...ACT);
    expect([refused.status, refused.errors]).toEqual([2, expect.stringContaining('INSERT on audit_records')]);
  });

  it('makes no log where there is none', async () => {
    const empty = await server.newDatabase();
    for (const words of [['verify'], ['hold', 'place', 'case', ...ACT]]) {
      const { status, errors } = shell.run(...words, '-d', empty);
      expect([status, errors]).toEqual([2, expect.stringContaining('holds no audit log')]);
    }
    expect(await server.administer(empty, "SELECT 1 FROM pg_class WHERE relname LIKE 'audit%'")).toEqual([]);
  });

  it('bundles, holds, prunes and erases, and the log verifies', () => {
    expect(shell.run('bundle', 'evidence', ...signing).status).toBe(0);
    expect(shell.run('verify-bundle', 'evidence', '--trust', 'key.pub.pem').status).toBe(0);
    expect(shell.run('hold', 'place', 'case', ...signing, '--actor', 'u-15', ...ACT).status).toBe(0);
    expect(shell.run('erase', ...signing, '--email', 'person-18@example.com', ...ACT).out).toMatch(/^1 record/);
    expect(shell.run('prune', ...signing, '--keep', '30 days', '--archive', 'archive', ...ACT).out).toContain(
      '14 record(s) through position 14 went',
    );
    const { status, out } = shell.run('verify', '-d', reader, '--trust', 'key.pub.pem');
    expect([status, out]).toEqual([0, expect.stringMatching(/pruned through position 14 .+; 1 erased/)]);
  });

  it('shows nobody a password', () => {
    const wrong = new URL(reader);
    wrong.password = 's3cr3t';
    const missing = new URL(reader);
    missing.pathname = '/nowhere';
    for (const url of [wrong.href, missing.href, reader]) {
      const { out, errors } = shell.run('checkpoint', '-d', url, '--origin', 'a', '--key', 'key.pem');
      expect(`${out}${errors}`).not.toMatch(/s3cr3t|pa55|w@rd|w%40rd/);
    }
  });
});
