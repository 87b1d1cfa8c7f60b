import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { AddressInfo } from 'node:net';
import { CommandLine, PROGRAM } from '../support/command-line.js';
import { withRawDatabase } from '../support/raw-database.js';
import { LOG_NAME, SignedLog } from '../support/signed-log.js';

const SECRET = 's3cr3t-of-the-database';

describe('what the command line is given', () => {
  let log: SignedLog;
  let shell: CommandLine;

  beforeAll(async () => {
    log = await SignedLog.write();
    shell = new CommandLine(dirname(log.file));
    mkdirSync(log.path('folder'));
    writeFileSync(log.path('text.sqlite'), 'This is a text.\n'.repeat(100));
    writeFileSync(log.path('empty.sqlite'), '');
    withRawDatabase(log.path('application.sqlite'), (database) => database.exec('CREATE TABLE orders (id)'));
    writeFileSync(log.path('newer.sqlite'), readFileSync(log.file));
    withRawDatabase(log.path('newer.sqlite'), (database) =>
      database.exec("INSERT INTO audit_migrations (timestamp, name) VALUES (9999, 'FromTheFuture9999')"),
    );
    writeFileSync(log.path('key.pem'), log.keys.privatePem);
    writeFileSync(log.path('key.pub.pem'), log.keys.publicPem);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(log.path('rsa.pem'), rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(log.path('rsa.pub.pem'), rsa.publicKey.export({ type: 'spki', format: 'pem' }));
    const encrypted = generateKeyPairSync('ed25519').privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: SECRET,
    });
    writeFileSync(log.path('encrypted.pem'), encrypted);
  });

  afterAll(() => log.dispose());

  it.each([
    ['nowhere.sqlite', 'neither a file that exists nor an address'],
    ['folder', 'is a folder'],
    ['text.sqlite', 'file is not a database'],
    ['empty.sqlite', 'holds no audit log'],
    ['application.sqlite', 'holds no audit log'],
    ['newer.sqlite', 'FromTheFuture9999'],
    ['', 'neither a file that exists nor an address'],
    ['oracle://u:s3cr3t-of-the-database@h/x', 'URL of an unknown kind'],
    ['postgres:/u:s3cr3t-of-the-database@h/x', 'neither a file that exists nor an address'],
    ['postgres://u:s3cr3t-of-the-database%zz@h/x', 'percent-encoded'],
    ['mysql://u:s3cr3t-of-the-database%zz@h/x', 'percent-encoded'],
  ])('is no log: "%s"', (database, problem) => {
    for (const words of [
      ['verify', '-d', database],
      ['checkpoint', '-d', database, '--origin', LOG_NAME, '--key', 'key.pem'],
    ]) {
      const { status, out, errors } = shell.run(...words);
      expect([status, out, errors]).toEqual([2, '', expect.stringContaining(problem)]);
      expect(errors).not.toContain(SECRET);
    }
    expect(existsSync(log.path('nowhere.sqlite'))).toBe(false);
    expect(statSync(log.path('empty.sqlite')).size).toBe(0);
  });

  it('made no table in a database that is none of ours', () => {
    const tables = withRawDatabase(log.path('application.sqlite'), (database) =>
      database.prepare('SELECT name FROM sqlite_master').pluck().all(),
    );
    expect(tables).toEqual(['orders']);
  });

  it.each([
    ['key.pub.pem', 'it is a public key'],
    ['rsa.pem', 'type rsa'],
    ['encrypted.pem', 'encrypted with a passphrase'],
    ['text.sqlite', 'it is no PEM'],
    ['nowhere.pem', 'does not exist'],
    ['folder', 'is a folder'],
  ])('does not sign: %s', (file, problem) => {
    const { status, errors } = shell.run('checkpoint', '-d', 'audit.sqlite', '--origin', LOG_NAME, '--key', file);
    expect([status, errors]).toEqual([2, expect.stringMatching(`^audited: --key: "${file}".*${problem}`)]);
  });

  it.each([
    ['key.pem', 'private key, which nobody but the log may have'],
    ['rsa.pub.pem', 'type rsa'],
    ['empty.sqlite', 'it holds no key'],
    ['nowhere.pem', 'does not exist'],
  ])('cannot be trusted: %s', (file, problem) => {
    const { status, errors } = shell.run('verify', '-d', 'audit.sqlite', '--trust', file);
    expect([status, errors]).toEqual([2, expect.stringMatching(`^audited: --trust: "${file}".*${problem}`)]);
  });

  it.each(['text.sqlite', 'empty.sqlite', 'key.pub.pem'])('is no checkpoint: %s', (file) => {
    const { status, errors } = shell.run('verify', '-d', 'audit.sqlite', '--checkpoint', file);
    expect([status, errors]).toEqual([2, expect.stringMatching(`^audited: --checkpoint: "${file}" cannot be used`)]);
  });

  it.each([
    [['verify'], '--database'],
    [['verify', '-d', 'audit.sqlite', '--threads', '0'], 'whole number'],
    [['verify', '-d', 'audit.sqlite', '--threads', '999'], '--threads is 999'],
    [['verify', '-d', 'audit.sqlite', '--chain', 'none'], 'no chain "none"'],
    [['verify', '-d', 'audit.sqlite', '--bogus'], "unknown option '--bogus'"],
    [['verify', '-d', 'audit.sqlite', 'more'], 'too many arguments'],
    [['verify', '-d', 'audit.sqlite', '--seal-key', 'k1'], '<id>=<file>'],
    [['verify', '-d', 'audit.sqlite', '--seal-key', 'k1=text.sqlite'], '--seal-key is no base64'],
    [['verfy'], 'Did you mean verify?'],
    [['hold', 'plac'], 'Did you mean place?'],
    [['help', 'hold', 'nothing'], 'no command "hold nothing"'],
    [['checkpoint', '-d', 'audit.sqlite', '--key', 'key.pem'], '--origin is missing'],
    [['checkpoint', '-d', 'audit.sqlite', '--origin', 'a b', '--key', 'key.pem'], '--origin is "a b"'],
    [['bundle', 'x', '-d', 'audit.sqlite', '--unsigned', '--from', '2026-02-31'], 'ISO 8601'],
    [['proof', 'none', '-d', 'audit.sqlite'], 'there is no record of it'],
    [['keys', 'show', 'nowhere.pem'], 'does not exist'],
    [['keys', 'generate', 'nowhere/key'], 'cannot be written'],
    [['hold'], 'Usage: audited hold'],
    [[], 'Usage: audited'],
  ])('is not understood: %j', (words, problem) => {
    const { status, out, errors } = shell.run(...words);
    expect([status, out, errors]).toEqual([2, '', expect.stringContaining(problem)]);
  });

  it.each([
    [['verify', '-d', 'audit.sqlite', '--bogus'], 'USAGE', "unknown option '--bogus'"],
    [['hold'], 'USAGE', 'A command is missing.'],
    [['verify', '-d', 'folder'], 'AUDIT_DATABASE_UNUSABLE', 'The audit database "folder" is a folder.'],
    [['verify', '-d', 'audit.sqlite', '--chain', 'none'], 'AUDIT_CUSTODY_INPUT', '--chain: there is no chain "none".'],
  ])('is told to programs as JSON: %j', (words, code, message) => {
    expect(shell.json(...words)).toEqual({ error: { code, message: expect.stringContaining(message) as string } });
  });

  it.each(['postgres', 'mysql'])(
    'names a server that nobody answers at, or that says nothing: %s',
    async (scheme) => {
      const silent = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => silent.once('listening', resolve));
      const { port } = silent.address() as AddressInfo;
      for (const place of ['127.0.0.1:1', `127.0.0.1:${port}`]) {
        const { status, out, errors } = shell.run('verify', '-d', `${scheme}://u:${SECRET}@${place}/audit`);
        expect([status, out, errors]).toEqual([3, '', expect.stringContaining(place)]);
        expect(errors).not.toContain(SECRET);
      }
      silent.close();
    },
    60_000,
  );

  it('takes from the environment what a shell should not show', () => {
    const { status, out } = shell
      .with({ AUDITED_DATABASE: 'audit.sqlite', AUDITED_TRUST: 'key.pub.pem' })
      .run('verify');
    expect([status, out.includes('signed by a key that you trust')]).toEqual([0, true]);
    const signing = { AUDITED_DATABASE: 'audit.sqlite', AUDITED_ORIGIN: LOG_NAME, AUDITED_KEY: 'key.pem' };
    const placed = shell.with({ ...signing, AUDITED_BY: 'counsel' }).run('hold', 'place', 'from env', '--reason', 'x');
    expect([placed.status, placed.out.includes('by counsel')]).toEqual([0, true]);
  });

  it('ends as it should when nobody reads what it says, and with 3 when it cannot be written', () => {
    const head = spawnSync('sh', ['-c', '"$0" "$1" verify -d audit.sqlite --json | true', process.execPath, PROGRAM], {
      cwd: dirname(log.file),
      encoding: 'utf8',
    });
    expect([head.status, head.stderr]).toEqual([0, '']);
    if (existsSync('/dev/full')) {
      const full = spawnSync('sh', ['-c', '"$0" "$1" verify -d audit.sqlite > /dev/full', process.execPath, PROGRAM], {
        cwd: dirname(log.file),
        encoding: 'utf8',
      });
      expect([full.status, full.stderr.includes('ENOSPC')]).toEqual([3, true]);
    }
  });
});
