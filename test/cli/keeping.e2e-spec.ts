import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ErasureReport } from 'nestjs-audited';
import { CommandLine } from '../support/command-line.js';
import { LOG_NAME, SignedLog } from '../support/signed-log.js';

const SIGNING = ['-d', 'audit.sqlite', '--origin', LOG_NAME, '--key', 'key.pem'];
const ACT = ['--by', 'ops', '--reason', 'as decided'];
const VERIFY = ['verify', '-d', 'audit.sqlite', '--trust', 'key.pub.pem'];

describe('keeping a log on the command line', () => {
  let log: SignedLog;
  let shell: CommandLine;
  let restore: () => void;

  beforeAll(async () => {
    log = await SignedLog.write();
    writeFileSync(log.path('key.pem'), log.keys.privatePem, { mode: 0o600 });
    writeFileSync(log.path('key.pub.pem'), log.keys.publicPem);
    restore = log.snapshot();
    shell = new CommandLine(dirname(log.file));
  });

  afterEach(() => restore());

  afterAll(() => log.dispose());

  it('places a hold, lists it, keeps what it selects, and lifts it', () => {
    expect(shell.run('hold', 'list', '-d', 'audit.sqlite').out).toBe('No legal hold is in force.\n');
    const placed = shell.run('hold', 'place', 'case 1', ...SIGNING, '--actor', 'u-3', '--from', '2019-01-01', ...ACT);
    expect([placed.status, placed.out]).toEqual([0, expect.stringContaining('"case 1" keeps actorId=u-3')]);
    expect(shell.run('hold', 'place', 'case 1', ...SIGNING, ...ACT).errors).toContain('in force already');
    expect(shell.json('hold', 'list', '-d', 'audit.sqlite')).toMatchObject([{ name: 'case 1', placedBy: 'ops' }]);

    const plan = shell.run('prune', '--dry-run', '-d', 'audit.sqlite', '--keep', '400 days');
    expect([plan.status, plan.out]).toEqual([
      0,
      expect.stringContaining('chain main: positions 1 to 2 may go; then the legal hold "case 1" keeps position 3'),
    ]);
    expect(shell.run('erase', ...SIGNING, '--actor', 'u-3', ...ACT).out).toContain('kept by legal hold: case 1');
    expect(shell.run('hold', 'lift', 'case 1', ...SIGNING, ...ACT).status).toBe(0);
    expect(shell.run('hold', 'lift', 'case 1', ...SIGNING, ...ACT).status).toBe(2);
  });

  it('prunes what a policy lets go, archives it first, and the log and the archive verify', () => {
    writeFileSync(
      log.path('policy.json'),
      '{"default": "forever", "classes": {"short": "30 days"}, "typeClasses": {"deploy.completed": "short"}}',
    );
    const { status, out, errors } = shell.run(
      'prune',
      ...SIGNING,
      '--policy=policy.json',
      '--archive=archive',
      '--chain=main',
      ...ACT,
    );
    expect([status, out]).toEqual([0, expect.stringMatching(/^chain main: 10 record\(s\) through position 10 went, /)]);
    expect(errors).toContain('chain main: archiving');
    const [archive = ''] = readdirSync(log.path('archive'));
    expect(shell.run('verify-bundle', `archive/${archive}`, '--trust', 'key.pub.pem').status).toBe(0);
    expect(shell.run(...VERIFY)).toMatchObject({ status: 0, out: expect.stringContaining('pruned through') as string });
  });

  it('refuses to prune a broken chain with 1, and an explained one with 4', () => {
    log.tamper((database) => database.exec("DELETE FROM audit_records WHERE chain = 'main' AND position = 3"));
    const prune = ['prune', ...SIGNING, '--keep', '30 days', ...ACT];
    expect(shell.run(...prune)).toMatchObject({ status: 1, errors: expect.stringContaining('it is broken') as string });
    const explained = shell.run('reanchor', ...SIGNING, '--cause', 'restore', ...ACT);
    expect([explained.status, explained.out]).toEqual([
      0,
      expect.stringMatching(/^Explained at .+\n {2}deleted at 3\n$/),
    ]);
    expect(shell.run(...prune)).toMatchObject({ status: 4 });
    expect(shell.run(...VERIFY).status).toBe(4);
    expect(shell.run('reanchor', ...SIGNING, '--cause', 'restore', ...ACT).status).toBe(2);
  });

  it('erases a person everywhere that is named, and the log verifies', () => {
    expect(shell.run('bundle', 'evidence', ...SIGNING).status).toBe(0);
    const report = shell.json<ErasureReport>(
      'erase',
      ...SIGNING,
      '--email=person-4@example.com',
      '--archive=evidence',
      ...ACT,
      '--ticket=GDPR-1',
    );
    // One in each chain.
    expect(report).toMatchObject({ records: 3, isScrubbed: true });
    expect(report.places).toMatchObject([{ events: 3 }]);
    expect(shell.run(...VERIFY)).toMatchObject({ status: 0, out: expect.stringContaining('erased') as string });
    expect(shell.run('verify-bundle', 'evidence', '--trust', 'key.pub.pem').status).toBe(0);
  });

  it('does nothing without a person, a reason, or one selection', () => {
    for (const words of [
      ['erase', ...SIGNING, '--actor', 'u-1', '--by', 'ops'],
      ['erase', ...SIGNING, '--actor', 'u-1', '--reason', 'x'],
      ['erase', ...SIGNING, '--actor', 'u-1', '--by', ' ', '--reason', 'x'],
      ['erase', ...SIGNING, ...ACT],
      ['erase', ...SIGNING, '--actor', 'u-1', '--email', 'a@example.com', ...ACT],
      ['erase', ...SIGNING, '--actor', 'u-1', '--tenant', 't-1', ...ACT],
      ['erase', ...SIGNING, '--actor', 'u-1', '--journal', 'nowhere', ...ACT],
      ['erase', ...SIGNING, '--actor', 'u-1', '--spool', 'nowhere', ...ACT],
      ['hold', 'place', 'case', ...SIGNING],
      ['hold', 'place', '-bad', ...SIGNING, ...ACT],
      ['prune', ...SIGNING, ...ACT],
      ['prune', ...SIGNING, '--keep', '1 day', '--preset', 'hipaa', ...ACT],
      ['prune', ...SIGNING, '--keep', 'a while', ...ACT],
      ['prune', ...SIGNING, '--policy', 'key.pem', ...ACT],
      ['reanchor', ...SIGNING, ...ACT],
      ['reanchor', ...SIGNING, '--cause', 'boredom', ...ACT],
    ]) {
      expect([words.join(' '), shell.run(...words).status]).toEqual([words.join(' '), 2]);
    }
    expect(shell.run(...VERIFY).out).toContain('chain main: 20 record(s)');
  });

  it('seals what it writes as the records before it, or writes nothing', async () => {
    const secret = Buffer.alloc(32, 'k1 is a secret').toString('base64');
    const keyed = await SignedLog.write({ seal: { current: 'k1', keys: [{ id: 'k1', secret }] } });
    try {
      writeFileSync(keyed.path('k1'), `${secret}\n`);
      writeFileSync(keyed.path('key.pem'), keyed.keys.privatePem);
      const inside = new CommandLine(dirname(keyed.file));
      const refused = inside.run('checkpoint', ...SIGNING);
      expect([refused.status, refused.errors]).toEqual([2, expect.stringContaining('--seal-key k1=<file>')]);
      expect(inside.run('checkpoint', ...SIGNING, '--seal-key', 'k1=k1').status).toBe(0);
      expect(inside.with({ AUDITED_SEAL_KEY: 'k1=k1' }).run('verify', '-d', 'audit.sqlite')).toMatchObject({
        status: 0,
        out: expect.stringMatching(/keyed seals: \d+ checked, 0 not checked/) as string,
      });
    } finally {
      keyed.dispose();
    }
    // A key for a log without keyed seals changes nothing in it.
    mkdirSync(log.path('secrets'));
    writeFileSync(log.path('secrets/k1'), secret);
    expect(shell.run('checkpoint', ...SIGNING, '--seal-key', 'k1=secrets/k1').status).toBe(0);
    expect(shell.run(...VERIFY).out).not.toContain('keyed seals');
  });
});
