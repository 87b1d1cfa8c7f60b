import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoredCheckpoint } from 'nestjs-audited';
import type { BundleReport, EventProof } from 'nestjs-audited/custody';
import { CommandLine } from '../support/command-line.js';
import { withRawDatabase } from '../support/raw-database.js';
import { LOG_NAME, SignedLog } from '../support/signed-log.js';

const SIGNING = ['-d', 'audit.sqlite', '--origin', LOG_NAME, '--key', 'key.pem'];
const TRUST = ['--trust', 'key.pub.pem'];

describe('evidence on the command line', () => {
  let log: SignedLog;
  let shell: CommandLine;

  beforeAll(async () => {
    log = await SignedLog.write();
    writeFileSync(log.path('key.pem'), log.keys.privatePem, { mode: 0o600 });
    writeFileSync(log.path('key.pub.pem'), log.keys.publicPem);
    shell = new CommandLine(dirname(log.file));
  });

  afterAll(() => log.dispose());

  it('makes a key pair once, and shows what verifies it', () => {
    expect(shell.run('keys', 'generate', 'new').status).toBe(0);
    expect(statSync(log.path('new.pem')).mode & 0o777).toBe(0o600);
    const pair = [readFileSync(log.path('new.pem'), 'utf8'), readFileSync(log.path('new.pub.pem'), 'utf8')];
    const again = shell.run('keys', 'generate', 'new');
    expect([again.status, again.errors.includes('exists already')]).toEqual([2, true]);
    // Half of a pair is worse than none.
    rmSync(log.path('new.pub.pem'));
    expect(shell.run('keys', 'generate', 'new').status).toBe(2);
    expect(() => statSync(log.path('new.pub.pem'))).toThrow('ENOENT');
    writeFileSync(log.path('new.pub.pem'), pair[1] ?? '');

    const ofPrivate = shell.run('keys', 'show', 'new.pem', '--origin', LOG_NAME);
    const ofPublic = shell.run('keys', 'show', 'new.pub.pem', '--origin', LOG_NAME);
    expect(ofPrivate).toEqual(ofPublic);
    expect(ofPrivate.out).toMatch(
      /^public key \(hex\): [0-9a-f]{64}\nverifier key: audit\.example\.com\/orders\/main\+[0-9a-f]{8}\+A/,
    );
    expect(ofPrivate.out).not.toContain(pair[0]?.split('\n')[1]);
  });

  it('signs a checkpoint of every chain, prints nothing but the notes, and lists them', () => {
    const { status, out, errors } = shell.run('checkpoint', ...SIGNING);
    expect(status).toBe(0);
    expect(out.match(/^audit\.example\.com\/orders\/(?:main|tenant:b)$/gm)).toHaveLength(2);
    expect(errors).toMatch(/^chain main: 2\d record\(s\), root [0-9a-f]{64}, signed /);
    const listed = shell.json<readonly StoredCheckpoint[]>('checkpoint', '--list', '-d', 'audit.sqlite', '-c', 'main');
    expect(out).toContain(listed[0]?.note);
    expect(shell.run('checkpoint', '--list', '-d', 'audit.sqlite', '--limit', '1').out.split('\n')).toHaveLength(2);
  });

  it('does not sign a log under another name, and no chain that is not there', () => {
    const renamed = shell.run('checkpoint', '-d', 'audit.sqlite', '--origin', 'other.example.com', '--key', 'key.pem');
    expect([renamed.status, renamed.errors]).toEqual([2, expect.stringContaining(`name it "${LOG_NAME}"`)]);
    expect(shell.run('checkpoint', ...SIGNING, '--chain', 'none').status).toBe(2);
  });

  it('proves an event to somebody who has the public key only', () => {
    const id = idAt(log, 5);
    const printed = shell.run('proof', id, '-d', 'audit.sqlite');
    expect((JSON.parse(printed.out) as EventProof).personal).toBeUndefined();
    expect(shell.run('proof', id, '-d', 'audit.sqlite', '--out', 'proof.json', '--with-personal').status).toBe(0);
    expect(readFileSync(log.path('proof.json'), 'utf8')).toContain('person-5@example.com');
    expect(shell.run('proof', id, '-d', 'audit.sqlite', '--out', 'proof.json').errors).toContain('not overwritten');

    const proved = shell.run('verify-proof', 'proof.json', ...TRUST);
    expect([proved.status, proved.out]).toEqual([0, expect.stringMatching(/^PROVED: event .+ at position 5 of /)]);
    const anybody = shell.run('verify-proof', 'proof.json');
    expect([anybody.status, anybody.out]).toEqual([0, expect.stringContaining('CONSISTENT, but nobody you trust')]);
    writeFileSync(log.path('forged.json'), readFileSync(log.path('proof.json'), 'utf8').replace('u-5', 'u-6'));
    const forged = shell.run('verify-proof', 'forged.json', ...TRUST);
    expect([forged.status, forged.out.endsWith('NOT PROVED\n')]).toEqual([1, true]);
    expect(shell.run('verify-proof', 'key.pem').status).toBe(1);
  });

  it('proves nothing of a record that was changed', () => {
    const undo = log.backup();
    log.tamper((database) =>
      database.exec(
        "UPDATE audit_records SET body = replace(body, 'u-3', 'u-9') WHERE chain = 'main' AND position = 3",
      ),
    );
    const { status, out, errors } = shell.run('proof', idAt(log, 3), '-d', 'audit.sqlite');
    expect([status, out, errors.includes('audited verify')]).toEqual([1, '', true]);
    undo();
  });

  it('writes a bundle that anybody verifies, and a tenant gets nothing of others', () => {
    expect(shell.run('bundle', 'all', '-d', 'audit.sqlite').errors).toContain('--key is missing');
    expect(shell.run('bundle', 'all', ...SIGNING).status).toBe(0);
    expect(shell.run('bundle', 'all', ...SIGNING).status).toBe(2);
    expect(shell.run('verify-bundle', 'all', ...TRUST)).toMatchObject({
      status: 0,
      out: expect.stringMatching(/INTACT: \d+ record/) as string,
    });
    expect(shell.run('verify-bundle', 'all').out).toContain('CONSISTENT, but nobody you trust');
    expect(shell.run('bundle', 'one', ...SIGNING, '--tenant', 't-1', '--by', 'ops', '--reason', 'asked').status).toBe(
      0,
    );
    const report = shell.json<BundleReport>('verify-bundle', 'one', ...TRUST);
    expect(report).toMatchObject({ ok: true, isTrusted: true, records: 12 });
    expect(shell.run('bundle', 'bare', '-d', 'audit.sqlite', '--unsigned').status).toBe(0);
    expect(shell.run('verify-bundle', 'bare', ...TRUST).status).toBe(1);
  });

  it('tells of a damaged bundle what is wrong with it', () => {
    shell.run('bundle', 'whole', ...SIGNING);
    const damages: readonly (readonly [string, (path: string) => void, RegExp])[] = [
      ['records.jsonl.gz', (path) => truncateSync(path, 100), /^GZIP records\.jsonl\.gz /m],
      ['records.jsonl.gz', (path) => writeFileSync(path, 'no gzip'), /^GZIP records\.jsonl\.gz /m],
      ['manifest.json', (path) => rmSync(path), /^FILE manifest\.json /m],
      ['manifest.json', (path) => writeFileSync(path, '{'), /^MANIFEST manifest\.json /m],
      ['manifest.note', (path) => writeFileSync(path, 'no note'), /^SIGNATURE manifest\.note /m],
      ['stranger', (path) => writeFileSync(path, ''), /^FILE stranger /m],
    ];
    for (const [file, damage, expected] of damages) {
      cpSync(log.path('whole'), log.path('damaged'), { recursive: true });
      damage(log.path(`damaged/${file}`));
      const { status, out } = shell.run('verify-bundle', 'damaged', ...TRUST, '--max-faults', '3');
      expect([file, status, out]).toEqual([file, 1, expect.stringMatching(expected)]);
      rmSync(log.path('damaged'), { recursive: true });
    }
    expect(shell.run('verify-bundle', 'nowhere').status).toBe(2);
    expect(shell.run('verify-bundle', 'key.pem').status).toBe(2);
  });
});

function idAt(log: SignedLog, position: number): string {
  return withRawDatabase(log.file, (database) =>
    String(
      database.prepare("SELECT id FROM audit_records WHERE chain = 'main' AND position = ?").pluck().get(position),
    ),
  );
}
