import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { MysqlAuditStore } from 'nestjs-audited/typeorm';
import { CommandLine } from '../support/command-line.js';
import { MysqlServer } from '../support/mysql-server.js';

const found = await MysqlServer.find();
if (typeof found === 'string') {
  console.log(`skipped: ${found}`);
}
const LONG_AGO = '2019-05-05T12:00:00.000Z';
const ACT = ['--by', 'ops', '--reason', 'as decided'];

(typeof found === 'string' ? describe.skip : describe)('the command line on MariaDB and MySQL', () => {
  const server = found as MysqlServer;
  const folder = mkdtempSync(join(tmpdir(), 'audited-cli-'));
  const shell = new CommandLine(folder);
  let url: string;
  let database: string;
  let signing: readonly string[];

  beforeAll(async () => {
    url = await server.newDatabase();
    database = new URL(url).pathname.slice(1);
    const store = new MysqlAuditStore({ url });
    await store.open();
    for (let index = 1; index <= 20; index++) {
      const facts = { actor: { kind: 'user', id: `u-${index}` }, occurredAt: LONG_AGO, recordedAt: LONG_AGO } as const;
      await store.append('main', [anAppendableEvent(facts, { '/actor/email': `person-${index}@example.com` })]);
    }
    await store.close();
    expect(shell.run('keys', 'generate', 'key').status).toBe(0);
    signing = ['-d', url, '--origin', 'audit.example.com/orders', '--key', 'key.pem'];
  });

  afterAll(async () => {
    await server.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('bundles, holds, prunes and erases, and the log verifies', () => {
    expect(shell.run('bundle', 'evidence', ...signing).status).toBe(0);
    expect(shell.run('verify-bundle', 'evidence', '--trust', 'key.pub.pem').status).toBe(0);
    expect(shell.run('hold', 'place', 'case', ...signing, '--actor', 'u-15', ...ACT).status).toBe(0);
    expect(shell.run('erase', ...signing, '--email', 'person-18@example.com', ...ACT).out).toMatch(/^1 record/);
    expect(shell.run('prune', ...signing, '--keep', '30 days', '--archive', 'archive', ...ACT).out).toContain(
      '14 record(s) through position 14 went',
    );
    const { status, out } = shell.run('verify', '-d', url, '--trust', 'key.pub.pem', '--threads', '2');
    expect([status, out]).toEqual([0, expect.stringMatching(/pruned through position 14 .+; 1 erased/)]);
  });

  it('looks with an account that may only SELECT, as either kind of URL', async () => {
    const account = await server.newAccount(`SELECT ON ${database}.*`);
    const reader = server.urlOf(database, account);
    for (const words of [
      ['verify'],
      ['checkpoint', '--list'],
      ['hold', 'list'],
      ['prune', '--dry-run', '--keep', '1 day'],
    ]) {
      for (const address of [reader, reader.replace(/^mysql:/, 'mariadb:')]) {
        const { status, errors } = shell.run(...words, '-d', address);
        expect([words[0], status, errors]).toEqual([words[0], 0, '']);
      }
    }
    const refused = shell.run('hold', 'place', 'x', '-d', reader, ...ACT);
    expect([refused.status, refused.errors]).toEqual([2, expect.stringContaining('GRANT')]);
    expect(refused.errors).not.toContain('pass%');
  });

  it('tells an account without rights what it needs, makes no log where there is none, and shows no password', async () => {
    const account = await server.newAccount();
    const nothing = shell.run('verify', '-d', server.urlOf(database, account));
    expect([nothing.status, nothing.errors]).toEqual([2, expect.stringContaining('GRANT')]);
    const empty = await server.newDatabase();
    const none = shell.run('verify', '-d', empty);
    expect([none.status, none.errors]).toEqual([2, expect.stringContaining('holds no audit log')]);
    const wrong = shell.run('verify', '-d', server.urlOf(database, { ...account, password: 's3cr3t' }));
    expect(wrong.status).toBe(2);
    expect(`${nothing.errors}${wrong.errors}`).not.toMatch(/s3cr3t|pass%/);
  });
});
