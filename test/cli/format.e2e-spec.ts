import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { canonicalJson, type AuditPage, type AuditRecord } from 'nestjs-audited';
import { openCustody } from 'nestjs-audited/custody';
import { createFormatter, FORMAT_NAMES, formattedDocument } from 'nestjs-audited/formats';
import { anEvent } from 'nestjs-audited/testing';
import { CommandLine, PROGRAM } from '../support/command-line.js';
import { withRawDatabase } from '../support/raw-database.js';
import { LAST, LOG_NAME, SignedLog, TENANT_CHAIN } from '../support/signed-log.js';

const DATABASE = ['-d', 'audit.sqlite'];
/** The records of {@link SignedLog.write}: those of `main`, and five of a tenant. */
const ALL = LAST + 5;
/** Without a record of the export, so that every test finds the same log. */
const LOOK = [...DATABASE, '--unrecorded'];

describe('formats on the command line', () => {
  let log: SignedLog;
  let shell: CommandLine;

  beforeAll(async () => {
    log = await SignedLog.write();
    writeFileSync(log.path('key.pem'), log.keys.privatePem, { mode: 0o600 });
    shell = new CommandLine(dirname(log.file));
    writeFileSync(log.path('all.jsonl'), shell.run('format', ...LOOK, '--to', 'record').out);
  });

  afterAll(() => log.dispose());

  const records = (out: string): readonly AuditRecord[] => linesOf(out).map((line) => JSON.parse(line) as AuditRecord);

  /** Runs it in a shell proper, with pipes. */
  function piped(command: string): Promise<{ status: number | null; out: string; errors: string }> {
    const audited = `"${process.execPath}" "${PROGRAM}"`;
    const child = spawn('bash', ['-o', 'pipefail', '-c', command.replaceAll('audited', audited)], {
      cwd: dirname(log.file),
    });
    let [out, errors] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (errors += chunk));
    return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, errors })));
  }

  it('names every format with what a receiver wants to know', () => {
    const { status, out } = shell.run('format', '--list');
    expect([status, linesOf(out).map((line) => line.split(' ')[0])]).toEqual([0, FORMAT_NAMES]);
    const listed = shell.json<readonly { readonly name: string }[]>('format', '--list');
    expect(listed.map(({ name }) => name)).toEqual(FORMAT_NAMES);
    expect(listed[0]).toMatchObject({ contentType: expect.any(String), specification: { url: expect.any(String) } });
  });

  // An array, a header and CRLF, tabs, plain lines: one of each way in which documents are made.
  it.each(['json', 'csv', 'leef', 'record'] as const)('writes %s from a database as the library does', async (name) => {
    const { status, out, errors } = shell.run('format', ...LOOK, '--to', name);
    expect([status, errors]).toEqual([0, `${ALL} record(s) as ${name}\n`]);
    const { custody, close } = await openCustody({ database: log.file, access: 'read' });
    let expected = '';
    for await (const piece of formattedDocument(createFormatter(name), custody.export({ recorded: false }))) {
      expected += piece;
    }
    await close();
    expect(out).toBe(expected);
  });

  it.each([
    [['--chain', TENANT_CHAIN], 5],
    [['--chain', 'main', '--after', '15'], 5],
    [['--tenant', 't-1'], 12],
    [['--actor', 'u-2', '--chain', 'main'], 3],
    [['--type', 'audit.checkpoint'], 3],
    [['--since', '2019-05-05', '--until', '2019-05-06', '--outcome', 'success'], 22],
    [['--resource-type', 'none'], 0],
  ])('takes the records of %j', (filters, count) => {
    const { status, out } = shell.run('format', ...LOOK, '--to', 'record', ...filters);
    expect([status, records(out).length]).toEqual([0, count]);
    // The same filters mean the same when records come from a file.
    expect(shell.run('format', 'all.jsonl', '--to', 'record', ...filters).out).toBe(out);
  });

  it('writes a file that is new, whole, and for its owner only', () => {
    const { status, out } = shell.run('format', ...LOOK, '--to', 'json', '--out', 'all.json');
    expect([status, out]).toEqual([0, `all.json: ${ALL} record(s) as json\n`]);
    expect(JSON.parse(readFileSync(log.path('all.json'), 'utf8'))).toHaveLength(ALL);
    expect(statSync(log.path('all.json')).mode & 0o777).toBe(0o600);
    const again = shell.run('format', ...LOOK, '--to', 'cef', '--out', 'all.json');
    expect([again.status, again.errors]).toEqual([2, expect.stringContaining('not overwritten')]);
    const forced = shell.json('format', ...LOOK, '--to', 'cef', '--out', 'all.json', '--force');
    expect(forced).toEqual({ file: 'all.json', format: 'cef', records: ALL, skipped: 0 });
    expect(readFileSync(log.path('all.json'), 'utf8')).toMatch(/^CEF:/);
  });

  it('reads what it wrote, what a bundle holds, and standard input, packed or not', async () => {
    const direct = shell.run('format', ...LOOK, '--to', 'flat', '--chain', 'main', '--type', 'deploy.completed').out;
    writeFileSync(log.path('records.gz'), gzipSync(readFileSync(log.path('all.jsonl'))));
    const filters = '--chain main --type deploy.completed --to flat';
    expect((await piped(`audited format records.gz ${filters}`)).out).toBe(direct);
    expect((await piped(`audited format - ${filters} < records.gz`)).out).toBe(direct);
    expect((await piped(`gunzip -c < records.gz | audited format - ${filters}`)).out).toBe(direct);

    const undo = log.snapshot();
    expect(shell.run('bundle', 'evidence', ...DATABASE, '--origin', LOG_NAME, '--key', 'key.pem').status).toBe(0);
    undo();
    const bundled = await piped(`audited format evidence ${filters}`);
    expect([bundled.status, bundled.out]).toEqual([0, direct]);
    expect(bundled.out).toContain('person-5@example.com');
    const unpersonal = await piped(`audited format - ${filters} < evidence/records.jsonl.gz`);
    expect(unpersonal.out.split('\n')).toHaveLength(direct.split('\n').length);
    expect(unpersonal.out).not.toMatch(/person-5|erased/);
  });

  it('takes events without seal only where that is said', () => {
    writeFileSync(log.path('audit-2026-11-21.jsonl'), `${canonicalJson(anEvent() as never)}\n`);
    const refused = shell.run('format', 'audit-2026-11-21.jsonl', '--to', 'record');
    expect([refused.status, refused.out]).toEqual([2, '']);
    expect(refused.errors).toMatch(/audit-2026-11-21\.jsonl, line 1: it is an event without seal.*--unsealed/);
    const { status, out } = shell.run('format', 'audit-2026-11-21.jsonl', '--to', 'record', '--unsealed');
    expect(status).toBe(0);
    expect(records(out)[0]?.seal).toMatchObject({ chain: 'unsealed', position: 1, scheme: 'none' });
  });

  it('ends with a bad line, named by file and number, or leaves it out and counts it', () => {
    const [first = '', second = ''] = linesOf(readFileSync(log.path('all.jsonl'), 'utf8'));
    writeFileSync(log.path('bad.jsonl'), `${first}\n{"event":{}}\nnonsense\n${second}\n`);
    const refused = shell.run('format', 'bad.jsonl', '--to', 'record', '--out', 'never');
    expect([refused.status, refused.errors]).toEqual([2, expect.stringContaining('bad.jsonl, line 2: ')]);
    expect(existsSync(log.path('never'))).toBe(false);
    expect(existsSync(log.path('never.partial'))).toBe(false);
    const { status, out, errors } = shell.run('format', 'bad.jsonl', '--to', 'record', '--skip-bad');
    expect([status, out]).toEqual([0, `${first}\n${second}\n`]);
    expect(errors).toMatch(/bad\.jsonl, line 3: it is no JSON\n[^]*2 could not be read and were left out/);
  });

  it('names a record that somebody damaged in the database, or leaves it out', () => {
    const undo = log.backup();
    log.tamper((database) =>
      database.exec(`UPDATE audit_records SET body = '{' WHERE chain = 'main' AND position = 3;
        UPDATE audit_records SET body = '{"id":7}' WHERE chain = 'main' AND position = 4`),
    );
    const refused = shell.run('format', ...LOOK, '--to', 'record');
    expect([refused.status, records(refused.out).length]).toEqual([1, 2]);
    expect(refused.errors).toContain('position 3 of chain "main" is damaged');
    const { status, out, errors } = shell.run('format', ...LOOK, '--to', 'record', '--skip-bad', '--chain', 'main');
    expect([status, records(out).length]).toEqual([0, LAST - 2]);
    expect(errors).toMatch(/position 3[^]*Position 4 of chain "main": [^]*2 could not be read/);
    undo();
  });

  it('leaves a record of the export, before and after', async () => {
    const undo = log.snapshot();
    const words = ['--to', 'cef', '--tenant', 't-1', '--by', 'ops', '--reason', 'asked by the auditor'];
    expect(shell.run('format', ...DATABASE, ...words).status).toBe(0);
    const { reader, custody, close } = await openCustody({ database: log.file });
    const page: AuditPage = await reader.find({ type: 'audit.export' });
    const [outcome, intent] = page.records.map(({ event }) => event);
    expect(intent).toMatchObject({
      stage: 'intent',
      outcome: 'pending',
      actor: { kind: 'user', id: 'ops' },
      reason: 'asked by the auditor',
      details: { format: 'cef', selection: { tenantId: 't-1' } },
    });
    expect(outcome).toMatchObject({
      stage: 'outcome',
      outcome: 'success',
      causationId: intent?.id,
      details: { records: 12, complete: true },
    });
    expect(await custody.verify()).toMatchObject({ state: 'intact' });
    await close();
    undo();
  });

  it('ends quietly when nobody reads any more, and the log says so', async () => {
    const undo = log.snapshot();
    await log.append(400);
    const { status, out, errors } = await piped('audited format -d audit.sqlite --to flat | head -n 2');
    expect([status, linesOf(out).length, errors]).toEqual([0, 2, '']);
    const last = withRawDatabase(log.file, (database) =>
      String(
        database
          .prepare("SELECT body FROM audit_records WHERE type = 'audit.export' ORDER BY sequence DESC")
          .pluck()
          .get(),
      ),
    );
    expect(JSON.parse(last)).toMatchObject({ stage: 'outcome', outcome: 'success' });
    undo();
  });

  it.each([
    [['format', ...LOOK], '--to is missing'],
    [['format', ...LOOK, '--to', 'xml'], 'there is no format "xml". Use one of: '],
    [['format', '--to', 'cef'], 'There is nothing to convert'],
    [['format', 'x.jsonl', ...DATABASE, '--to', 'cef'], 'from the one or from the other'],
    [['format', 'x.jsonl', '--to', 'cef'], '"x.jsonl" does not exist'],
    [['format', '.', '--to', 'cef'], 'none of a bundle'],
    [['format', ...LOOK, '--to', 'cef', '--option', 'colour=red'], '--option "colour" is unknown'],
    [['format', ...LOOK, '--to', 'cef', '--after', '3'], '--after needs --chain'],
    [['format', ...LOOK, '--to', 'cef', '--outcome', 'good'], 'Allowed choices are success'],
    [['format', ...LOOK, '--to', 'cef', '--since', 'yesterday'], 'ISO 8601'],
    [['format', ...LOOK, '--to', 'cef', '--chain', 'mian'], 'There are: main, tenant:b.'],
    [['format', ...LOOK, '--to', 'cef', '--out', 'none/out'], '--out: "none/out" cannot be written (ENOENT)'],
    [['format', '-d', 'none.sqlite', '--to', 'cef'], 'Nothing was created'],
  ])('refuses %j', (words, message) => {
    const { status, out, errors } = shell.run(...words);
    expect([status, out, errors]).toEqual([2, '', expect.stringContaining(message)]);
  });

  it('takes the database of the environment only where no file is named', () => {
    const settings = shell.with({ AUDITED_DATABASE: 'audit.sqlite' });
    writeFileSync(log.path('empty.jsonl'), '');
    expect(settings.run('format', 'empty.jsonl', '--to', 'json').out).toBe('[\n\n]\n');
    expect(records(settings.run('format', '--unrecorded', '--to', 'record').out)).toHaveLength(ALL);
  });
});

function linesOf(out: string): readonly string[] {
  return out.split('\n').slice(0, -1);
}
