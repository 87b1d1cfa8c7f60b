import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AuditEvent, AuditPage, AuditRecord } from 'nestjs-audited';
import { openCustody } from 'nestjs-audited/custody';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { CommandLine, PROGRAM } from '../support/command-line.js';
import { SignedLog } from '../support/signed-log.js';
import { withRawDatabase } from '../support/raw-database.js';

const DATABASE = ['-d', 'audit.sqlite'];
/** Without a record of it, so that every test finds the same log. */
const LOOK = [...DATABASE, '--unrecorded'];
/** How long something may take on a busy machine. */
const PATIENCE_MS = 20_000;

describe('reading on the command line', () => {
  let log: SignedLog;
  let shell: CommandLine;

  beforeAll(async () => {
    log = new SignedLog({ signs: false });
    await log.withStore(async (store) => {
      for (let index = 0; index < 30; index++) {
        const isFailure = index % 3 === 0;
        const facts = {
          type: isFailure ? 'deploy.failed' : 'deploy.completed',
          outcome: isFailure ? 'failure' : 'success',
          action: `Deploy number ${index} \u001b[31mred`,
          actor: { kind: 'user', id: `u-${index % 4}`, tenantId: `t-${index % 2}` },
          resource: { type: 'deployment', id: `d-${index}` },
        } as const;
        const chain = index % 5 === 0 ? 'tenant:b' : 'main';
        await store.append(chain, [anAppendableEvent(facts, { '/actor/email': `p${index}@example.com` })]);
      }
    });
    shell = new CommandLine(dirname(log.file));
  });

  afterAll(() => log.dispose());

  /** The records that reading left, oldest first. */
  async function told(type: string): Promise<readonly AuditEvent[]> {
    const { reader, custody, close } = await openCustody({ database: log.file, access: 'read' });
    const { records } = await reader.find({ type });
    expect(await custody.verify()).toMatchObject({ state: 'intact' });
    await close();
    return records.map(({ event }) => event).reverse();
  }

  describe('query', () => {
    it('shows a page of what matches, harmless for terminals, and says how to read on', () => {
      const filters = ['--type', 'deploy.*', '--not-outcome', 'failure', '--tenant', 't-0,t-9'];
      const first = shell.run('query', ...LOOK, ...filters, '--limit', '4', '--total');
      const lines = linesOf(first.out);
      expect([first.status, lines.length]).toEqual([0, 4]);
      expect(lines[0]?.split(/ {2,}/).slice(1)).toEqual([
        'info',
        'success',
        'deploy.completed',
        'u-0 (p28@example.com)',
        'deployment/d-28',
        String.raw`Deploy number 28 \u001b[31mred`,
      ]);
      expect(first.errors).toMatch(/^10 record\(s\) match\nmore: --cursor \S+\n$/);
      const cursor = /--cursor (\S+)/.exec(first.errors)?.[1] ?? '';
      const rest = shell.json<AuditPage>('query', ...LOOK, ...filters, '--limit', '100', '--cursor', cursor);
      expect(rest.records.map(({ event }) => event.resource?.id)).toEqual([
        'd-16',
        'd-14',
        'd-10',
        'd-8',
        'd-4',
        'd-2',
      ]);
    });

    it('finds words, persons and the oldest, and leaves a record that can be erased', async () => {
      const undo = log.backup();
      const words = ['--text', '"number 7"', '--email', 'p7@example.com', '--order', 'oldest'];
      const { records } = shell.json<AuditPage>(
        'query',
        ...DATABASE,
        ...words,
        '--by',
        'ada',
        '--reason',
        'incident 7',
      );
      expect(records.map(({ event }) => event.resource?.id)).toEqual(['d-7']);
      expect(await told('audit.read')).toMatchObject([
        {
          actor: { kind: 'user', id: 'ada' },
          reason: 'incident 7',
          action: 'Audit trail searched on the command line',
          details: { query: { text: '"number 7"', actorEmail: 'p7@example.com', order: 'oldest', limit: 20 } },
        },
      ]);
      const body = withRawDatabase(log.file, (database) =>
        String(database.prepare("SELECT body FROM audit_records WHERE type = 'audit.read'").pluck().get()),
      );
      expect(body).not.toMatch(/number 7|p7@/);
      undo();
    });

    it('shows one event, in a format as well', async () => {
      const [record] = shell.json<AuditPage>('query', ...LOOK, '--resource', 'd-3').records;
      const id = record?.event.id ?? '';
      expect(shell.json<AuditRecord>('query', ...LOOK, '--id', id.toUpperCase())).toEqual(record);
      const shown = shell.run('query', ...LOOK, '--id', id).out;
      expect(shown).toMatch(/^2026-.* deploy\.failed .*\n\{\n {2}"event": /);
      expect(shell.run('query', ...LOOK, '--id', id, '--to', 'cef').out).toMatch(/^CEF:0\|.*\n$/);
    });

    it.each([
      [['--limit', '5000'], '--limit must be a whole number from 1 to 1000'],
      [['--cursor', 'abc'], '--cursor is not one that a page'],
      [['--outcome', 'good'], 'Allowed choices are success'],
      [['--since', '2026-11-02', '--until', '2026-11-01'], '--until is not after --since'],
      [['--id', '019aa4d2-6cd8-7f6e-b9b1-5c1f4e0f7a11'], 'there is no event 019aa4d2'],
      [['--id', 'x', '--type', 'y'], 'leave out the filters'],
      [['--to', 'xml'], 'there is no format "xml"'],
    ])('refuses %j', (words, message) => {
      const { status, out, errors } = shell.run('query', ...LOOK, ...words);
      expect([status, out, errors]).toEqual([2, '', expect.stringContaining(message)]);
    });
  });

  it('tells the log in numbers', () => {
    const words = ['--type', 'deploy.*', '--not-tenant', 't-1', '--histogram', 'day', '--top', '1'];
    const { status, out } = shell.run('statistics', ...LOOK, ...words);
    expect([status, out]).toEqual([
      0,
      expect.stringMatching(
        /^15 record\(s\), from 2026-.*\n[^]*by outcome\n {2}10 {2}success\n {3}5 {2}failure\n[^]*#{40}\n$/,
      ),
    ]);
    const numbers = shell.json('statistics', ...LOOK, ...words);
    expect(numbers).toMatchObject({ total: 15, byOutcome: { success: 10, failure: 5 } });
    const refused = shell.run('statistics', ...LOOK, '--time-zone', 'Mars/Olympus', '--histogram', 'day');
    expect([refused.status, refused.errors]).toEqual([2, expect.stringContaining('--time-zone')]);
  });

  describe('export', () => {
    it('writes everything that matches, packed, whole, and recorded before and after', async () => {
      const undo = log.backup();
      const words = ['--to', 'record', '--type', 'deploy.*', '--out', 'all.jsonl.gz', '--by', 'dpo@example.com'];
      expect(shell.json('export', ...DATABASE, ...words)).toEqual({
        file: 'all.jsonl.gz',
        format: 'record',
        records: 30,
      });
      const records = linesOf(gunzipSync(readFileSync(log.path('all.jsonl.gz'))).toString()).map(
        (line) => JSON.parse(line) as AuditRecord,
      );
      expect(records.map(({ event }) => event.resource?.id)).toEqual(Array.from({ length: 30 }, (_, at) => `d-${at}`));
      expect(await told('audit.export')).toMatchObject([
        {
          stage: 'intent',
          actor: { email: 'dpo@example.com' },
          details: { format: 'record', selection: { type: 'deploy.*' } },
        },
        { stage: 'outcome', outcome: 'success', details: { records: 30, complete: true } },
      ]);
      undo();
    });

    it('goes the other way, ends where it should, and leaves nothing behind when it fails', () => {
      const newest = shell.run('export', ...LOOK, '--to', 'flat', '--order', 'newest', '--limit', '3');
      expect([newest.status, newest.errors]).toEqual([0, '3 record(s) as flat\n']);
      expect(linesOf(newest.out).map((line) => (JSON.parse(line) as { resource: string }).resource)).toEqual([
        'deployment/d-29',
        'deployment/d-28',
        'deployment/d-27',
      ]);
      const refused = shell.run('export', ...LOOK, '--to', 'csv', '--out', 'never.csv', '--text', '""');
      expect([refused.status, refused.errors]).toEqual([2, expect.stringContaining('--text')]);
      expect([existsSync(log.path('never.csv')), existsSync(log.path('never.csv.partial'))]).toEqual([false, false]);
    });
  });

  describe('tail', () => {
    it('shows the last records, then new ones once, until Ctrl-C', async () => {
      const undo = log.backup();
      const child = follow('tail', ...DATABASE, '-n', '2', '--interval', '0.1', '--type', 'deploy.*', '--to', 'record');
      await child.until((ids) => ids.length === 2);
      await log.append(2);
      await log.withStore((store) =>
        store.append('main', [
          anAppendableEvent({ type: 'deploy.late', resource: { type: 'deployment', id: 'd-99' } }),
        ]),
      );
      await child.until((ids) => ids.includes('d-99'));
      child.end();
      expect(await child.ended).toEqual(0);
      expect(child.ids().slice(0, 2)).toEqual(['d-28', 'd-29']);
      expect([child.ids().length, child.ids().filter((id) => id === 'd-99')]).toEqual([5, ['d-99']]);
      expect(await told('audit.read')).toMatchObject([{ action: 'Audit trail watched on the command line' }]);
      undo();
    });

    it('goes on behind an event, and ends with the first record that nobody reads any more', async () => {
      const undo = log.backup();
      const [last] = shell.json<AuditPage>('query', ...LOOK, '--resource', 'd-26').records;
      const running = piped(
        `audited tail ${LOOK.join(' ')} --after ${last?.event.id} --interval 0.1 --to record | head -n 2`,
      );
      let hasEnded = false;
      void running.finally(() => (hasEnded = true));
      for (const deadline = Date.now() + PATIENCE_MS; !hasEnded && Date.now() < deadline;) {
        await log.append(1);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      const { status, lines } = await running;
      expect(status).toBe(0);
      expect(lines.map((line) => (JSON.parse(line) as AuditRecord).event.resource?.id)).toEqual(['d-27', 'd-28']);
      undo();
    });

    it.each([
      [['--json'], '--json is one document'],
      [['--to', 'json'], 'is one document'],
      [['--after', 'x', '--last', '3'], 'or with the last so many'],
      [['--after', '019aa4d2-6cd8-7f6e-b9b1-5c1f4e0f7a11'], 'names no record'],
      [['--interval', '0'], '0.1 or more'],
    ])('refuses %j', (words, message) => {
      const { status, out, errors } = shell.run('tail', ...LOOK, ...words);
      expect([status, `${out}${errors}`]).toEqual([2, expect.stringContaining(message)]);
    });

    /** A tail that runs, and the resources of what it showed. */
    function follow(...words: readonly string[]) {
      const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: dirname(log.file) });
      let out = '';
      child.stdout.on('data', (chunk) => (out += chunk));
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      const ids = (): readonly (string | undefined)[] =>
        linesOf(out).map((line) => (JSON.parse(line) as AuditRecord).event.resource?.id);
      const until = async (isSo: (ids: readonly (string | undefined)[]) => boolean): Promise<void> => {
        const deadline = Date.now() + PATIENCE_MS;
        while (!isSo(ids())) {
          if (Date.now() > deadline) {
            child.kill('SIGKILL');
            throw new Error(`It was not shown in time: ${ids().join(', ')}`);
          }
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      };
      return { ids, until, ended, end: () => child.kill('SIGINT') };
    }
  });

  /** Runs it in a shell proper, with pipes. */
  function piped(command: string): Promise<{ status: number | null; lines: readonly string[] }> {
    const audited = `"${process.execPath}" "${PROGRAM}"`;
    const child = spawn('bash', ['-o', 'pipefail', '-c', command.replaceAll('audited', audited)], {
      cwd: dirname(log.file),
    });
    let out = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    return new Promise((resolve) => child.on('close', (status) => resolve({ status, lines: linesOf(out) })));
  }
});

function linesOf(out: string): readonly string[] {
  return out.split('\n').slice(0, -1);
}
