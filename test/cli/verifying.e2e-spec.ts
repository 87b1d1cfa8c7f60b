import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { IntegrityReport } from 'nestjs-audited';
import { generateKeyPair } from 'nestjs-audited/custody';
import { CommandLine } from '../support/command-line.js';
import { ACT, LAST, SignedLog, TENANT_CHAIN } from '../support/signed-log.js';

describe('audited verify', () => {
  let log: SignedLog;
  let shell: CommandLine;
  let restore: () => void;

  beforeAll(async () => {
    log = await SignedLog.write();
    writeFileSync(log.path('key.pub.pem'), log.keys.publicPem);
    writeFileSync(log.path('other.pub.pem'), generateKeyPair().publicPem);
    restore = log.snapshot();
    shell = new CommandLine(dirname(log.file));
  });

  afterEach(() => restore());

  afterAll(() => log.dispose());

  const trust = ['--trust', 'key.pub.pem'] as const;
  const verify = ['verify', '-d', 'audit.sqlite'] as const;

  it('says of an intact log what was proved, and by whom', () => {
    const { status, out, errors } = shell.run(...verify, ...trust);
    expect([status, errors]).toEqual([0, '']);
    expect(out).toContain(`chain main: ${LAST} record(s)`);
    expect(out).toContain('2 checkpoint(s) agree, through position 16 (signed by a key that you trust)');
    expect(out).toMatch(/^INTACT: \d+ record\(s\) in \d+\.\d s, 0 fault\(s\)\n$/m);
  });

  it('says that signatures were not checked when nobody is trusted', () => {
    const { status, out } = shell.run(...verify);
    expect([status, out.includes('signatures not checked: no --trust was given')]).toEqual([0, true]);
  });

  it('writes nothing, and makes no file', () => {
    const before = contentOf(log.file);
    expect(shell.run(...verify, ...trust, '--threads', '2').status).toBe(0);
    expect(contentOf(log.file)).toEqual(before);
  });

  it('verifies one chain, with several threads, and quietly', () => {
    const { status, out } = shell.run('-q', ...verify, '--chain', TENANT_CHAIN, '--threads', '2');
    expect([status, out.includes('main')]).toEqual([0, false]);
  });

  it('finds every fault, names as many as it shall, and ends with 1', () => {
    log.tamper((database) => {
      database.exec(
        "UPDATE audit_records SET body = replace(body, 'u-3', 'u-9') WHERE chain = 'main' AND position = 3",
      );
      database.exec("DELETE FROM audit_records WHERE chain = 'main' AND position = 7");
    });
    const all = shell.run(...verify, ...trust);
    expect(all.status).toBe(1);
    expect(all.out).toMatch(/^EDITED main:3 .+\nDELETED main:7 /);
    expect(all.out).toContain('BROKEN');
    const one = shell.run(...verify, ...trust, '--max-faults', '1');
    expect([one.status, one.out.includes('... and 1 more fault(s)')]).toEqual([1, true]);
    expect(shell.json<IntegrityReport>(...verify)).toMatchObject({ ok: false, state: 'broken', faultCount: 2 });
  });

  it('does not believe a key that nobody named', () => {
    const { status, out } = shell.run(...verify, '--trust', 'other.pub.pem');
    expect([status, /^SIGNATURE /m.test(out)]).toEqual([1, true]);
  });

  it('finds a log that was cut off with its checkpoints by a checkpoint that was kept, in each form that one may have', () => {
    const signing = ['--origin', 'audit.example.com/orders', '--key', writeKey(log)];
    const { out: printed } = shell.run('checkpoint', '-q', '-d', 'audit.sqlite', ...signing);
    writeFileSync(log.path('one.note'), printed.slice(0, printed.indexOf('audit.example.com/orders/tenant:b')));
    writeFileSync(log.path('several.note'), printed);
    restore();
    log.tamper((database) => {
      database.exec("DELETE FROM audit_records WHERE chain = 'main' AND position > 9");
      database.exec("DELETE FROM audit_checkpoints WHERE chain = 'main' AND size > 9");
      database.exec("DELETE FROM audit_tiles WHERE chain = 'main'");
      database.exec(
        "UPDATE audit_heads SET position = 9, hash = (SELECT hash FROM audit_records WHERE chain = 'main' AND position = 9) WHERE chain = 'main'",
      );
    });
    expect(shell.run(...verify, ...trust).status).toBe(0);
    for (const file of ['one.note', 'several.note', log.witness]) {
      const { status, out } = shell.run(...verify, ...trust, '--checkpoint', file);
      expect([file, status, /^TRUNCATED main:10 /m.test(out)]).toEqual([file, 1, true]);
    }
  });

  it('calls a log that was pruned and erased intact, and says so', async () => {
    await log.withCustody(
      async (custody) => {
        await custody.prune(ACT, { chain: 'main' });
        await custody.erase({ actorId: 'u-2' }, ACT);
      },
      { retention: { default: '30 days' } },
    );
    const { status, out } = shell.run(...verify, ...trust);
    expect(status).toBe(0);
    expect(out).toMatch(/chain main: .+pruned through position \d+ on \d{4}-.+ by u-keeper \(stated at \d+\)/);
    expect(out).toMatch(/chain tenant:b: .+; 1 erased/);
  });

  it('ends with 4 when somebody explained every fault, and goes on to name them', async () => {
    log.tamper((database) => database.exec("DELETE FROM audit_records WHERE chain = 'main' AND position = 7"));
    await log.withCustody((custody) => custody.reanchor({ chain: 'main', cause: 'restore' }, ACT));
    const { status, out } = shell.run(...verify, ...trust);
    expect(status).toBe(4);
    expect(out).toMatch(/^DELETED main:7 .+ \[explained at position \d+, .+: restore\]$/m);
    expect(out).toContain('EXPLAINED');
  });

  it('lets no control character of a record reach the terminal', () => {
    log.tamper((database) =>
      database.exec("UPDATE audit_records SET scheme = char(27) || '[31mfine' WHERE position = 3"),
    );
    const { status, out } = shell.run(...verify);
    expect([status, out.includes('\u001b')]).toEqual([1, false]);
  });
});

function writeKey(log: SignedLog): string {
  writeFileSync(log.path('key.pem'), log.keys.privatePem, { mode: 0o600 });
  return 'key.pem';
}

/** The file, and what stands beside it. */
function contentOf(file: string): readonly string[] {
  return [createHash('sha256').update(readFileSync(file)).digest('hex'), ...readdirSync(dirname(file)).sort()];
}
