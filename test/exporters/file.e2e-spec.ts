import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import type { AuditRecord } from 'nestjs-audited';
import { file, type AuditExporter, type DeliveryVerdict, type FileOptions } from 'nestjs-audited/exporters';
import { createFormatter, type FormatName } from 'nestjs-audited/formats';
import { aDeliveryBatch, auditExporterContract, FixedClock } from 'nestjs-audited/testing';
import { idsOf, ODD_RECORDS, oddRecords } from '../support/delivered-records.js';
import { eventually } from '../support/eventually.js';

const NOON = Date.parse('2026-11-30T12:00:00.000Z');
const DAY_MS = 86_400_000;
const exporters: AuditExporter[] = [];
let root: string;
let directory: string;
let clock: FixedClock;
let problems: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'audited-file-'));
  directory = join(root, 'logs');
  clock = new FixedClock(NOON);
  problems = [];
});

afterEach(async () => {
  for (const exporter of exporters.splice(0)) await exporter.close?.();
  await rm(root, { recursive: true, force: true });
});

function exporterOf(options: Partial<FileOptions> = {}): AuditExporter {
  const exporter = file({ directory, clock, onTidyProblem: (problem) => problems.push(problem), ...options });
  exporters.push(exporter);
  return exporter;
}

function deliver(
  exporter: AuditExporter,
  records: readonly AuditRecord[] = oddRecords(1),
  format?: FormatName,
): Promise<DeliveryVerdict> {
  const batch = format === undefined ? {} : { format: createFormatter(format) };
  return exporter.deliver(aDeliveryBatch(exporter, records, batch), new AbortController().signal);
}

function names(): readonly string[] {
  return readdirSync(directory).toSorted();
}

function textOf(name: string): string {
  const bytes = readFileSync(join(directory, name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Ids in all files, in the order of the files; fails for what is no whole line. */
function idsIn(files: readonly string[] = names()): readonly string[] {
  return files.flatMap((name) => {
    const text = textOf(name);
    expect(text === '' || text.endsWith('\n')).toBe(true);
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as AuditRecord).event.id);
  });
}

describe('file', () => {
  const battery = auditExporterContract(async () => {
    const place = await mkdtemp(join(tmpdir(), 'audited-file-'));
    const folder = join(place, 'logs');
    return {
      exporter: file({ directory: folder, onTidyProblem: () => undefined }),
      // A list of this realm: what Node itself makes is of another, and strictly not equal.
      received: () =>
        [...readdirSync(folder)].flatMap((name) =>
          readFileSync(join(folder, name), 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => (JSON.parse(line) as AuditRecord).event.id),
        ),
      trouble: () => false,
      stop: () => {
        rmSync(place, { recursive: true, force: true });
        writeFileSync(place, 'no folder');
        stoppedPlaces.push(place);
      },
    };
  });
  const stoppedPlaces: string[] = [];
  afterAll(() => stoppedPlaces.forEach((place) => rmSync(place, { force: true })));
  it.each(battery)('$promise', ({ run }) => run());

  it('writes every record as it is, one a line, into the file of the day of writing', async () => {
    expect(await deliver(exporterOf(), ODD_RECORDS)).toEqual({ status: 'delivered' });
    expect(names()).toEqual(['audit-2026-11-30.jsonl']);
    expect(textOf('audit-2026-11-30.jsonl')).toBe(readFileSync('test/golden/formats/record.golden.jsonl', 'utf8'));
  });

  it.each([
    'asim',
    'cef',
    'ecs',
    'flat',
    'jsonl',
    'leef',
    'ocsf',
    'otlp',
    'record',
    'sentinel-audit',
    'syslog',
    'syslog-bsd',
  ] as const)('writes the format %s, a line for each record', async (format) => {
    const exporter = exporterOf({ extension: 'log', prefix: 'siem' });
    expect(exporter.formats).toContain(format);
    expect(await deliver(exporter, ODD_RECORDS, format)).toEqual({ status: 'delivered' });
    expect(textOf('siem-2026-11-30.log').split('\n')).toHaveLength(ODD_RECORDS.length + 1);
  });

  it('lets nobody else read what it makes, whatever the umask is', async () => {
    await deliver(exporterOf());
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'audit-2026-11-30.jsonl')).mode & 0o777).toBe(0o600);
    await deliver(exporterOf({ directory: join(root, 'open'), fileMode: 0o640, directoryMode: 0o750 }));
    expect(statSync(join(root, 'open')).mode & 0o777).toBe(0o750);
    expect(statSync(join(root, 'open', 'audit-2026-11-30.jsonl')).mode & 0o777).toBe(0o640);
  });

  it('leaves the permissions of a folder that was there', async () => {
    mkdirSync(directory);
    chmodSync(directory, 0o755);
    await deliver(exporterOf());
    expect(statSync(directory).mode & 0o777).toBe(0o755);
  });

  it('begins a new file when the day ends, not before, and not again when the clock is set back', async () => {
    const exporter = exporterOf();
    for (const step of [0, DAY_MS / 2 - 1, 1, -1000, 1000]) {
      clock.advance(step);
      await deliver(exporter);
    }
    expect(names()).toEqual(['audit-2026-11-30.jsonl', 'audit-2026-12-01.jsonl']);
    expect(names().map((name) => idsIn([name]).length)).toEqual([2, 3]);
  });

  it('begins a new file before one becomes too large, and splits no batch', async () => {
    const exporter = exporterOf({ maxFileBytes: 4096 });
    const records = oddRecords(12);
    for (let at = 0; at < records.length; at += 2) {
      await deliver(exporter, records.slice(at, at + 2));
    }
    await deliver(exporter, oddRecords(16));
    expect(names()[0]).toBe('audit-2026-11-30.001.jsonl');
    const inOrder = ['audit-2026-11-30.jsonl', ...names().slice(0, -1)];
    expect(idsIn(inOrder).slice(0, 12)).toEqual(idsOf(records));
    const sizes = inOrder.map((name) => statSync(join(directory, name)).size);
    // The last batch is larger than any file may be: it has one of its own.
    expect(sizes.slice(0, -1).every((size) => size <= 4096)).toBe(true);
    expect(idsIn(inOrder.slice(-1))).toHaveLength(16);
  });

  it('makes its folder again when that is removed, and its file when that is moved away', async () => {
    const exporter = exporterOf();
    await deliver(exporter);
    rmSync(directory, { recursive: true });
    expect(await deliver(exporter)).toEqual({ status: 'delivered' });
    // A name that was used is not used again: whoever follows it would take it for the old one.
    expect(names()).toEqual(['audit-2026-11-30.001.jsonl']);
    rmSync(join(directory, 'audit-2026-11-30.001.jsonl'));
    expect(await deliver(exporter)).toEqual({ status: 'delivered' });
    expect(names()).toEqual(['audit-2026-11-30.002.jsonl']);
  });

  it('holds while something else stands where the folder should be, and delivers afterwards', async () => {
    writeFileSync(directory, 'a file');
    const exporter = exporterOf();
    expect(await deliver(exporter)).toMatchObject({ status: 'hold', cure: expect.stringContaining('directory') });
    expect(await exporter.probe?.(new AbortController().signal)).toMatchObject({ status: 'hold' });
    rmSync(directory);
    expect(await exporter.probe?.(new AbortController().signal)).toEqual({ status: 'ok' });
    expect(names()).toEqual([]);
    expect(await deliver(exporter)).toEqual({ status: 'delivered' });
  });

  it('writes through no link that stands in place of its file', async () => {
    mkdirSync(directory);
    const victim = join(root, 'victim');
    writeFileSync(victim, 'half a line');
    symlinkSync(victim, join(directory, 'audit-2026-11-30.jsonl'));
    symlinkSync(join(root, 'nowhere'), join(directory, 'audit-2026-11-30.001.jsonl'));
    expect(await deliver(exporterOf())).toEqual({ status: 'delivered' });
    expect(readFileSync(victim, 'utf8')).toBe('half a line');
    expect(readdirSync(root).toSorted()).toEqual(['logs', 'victim']);
    expect(names()).toContain('audit-2026-11-30.002.jsonl');
  });

  it('takes away half lines that were left, before it writes, and nothing of others', async () => {
    mkdirSync(directory);
    const left = {
      'audit-2026-11-29.jsonl': 'one\ntwo\nthr',
      'audit-2026-11-30.jsonl': 'whole\n',
      'other-2026-11-29.jsonl': 'half',
    };
    Object.entries(left).forEach(([name, text]) => writeFileSync(join(directory, name), text));
    await deliver(exporterOf());
    expect(textOf('audit-2026-11-29.jsonl')).toBe('one\ntwo\n');
    expect(textOf('audit-2026-11-30.jsonl')).toBe('whole\n');
    expect(textOf('other-2026-11-29.jsonl')).toBe('half');
    expect(names()).toContain('audit-2026-11-30.001.jsonl');
  });

  it('shares a folder for a while with another process that lost its lease, and mixes no lines', async () => {
    const [one, other] = [exporterOf(), exporterOf()];
    const batches = Array.from({ length: 20 }, () => oddRecords(16));
    const answers = await Promise.all(
      [one, other].map(async (exporter, which) => {
        for (const batch of batches.filter((_, index) => index % 2 === which)) {
          expect(await deliver(exporter, batch)).toEqual({ status: 'delivered' });
        }
        return exporter;
      }),
    );
    expect(answers).toHaveLength(2);
    expect(names()).toEqual(['audit-2026-11-30.001.jsonl', 'audit-2026-11-30.jsonl']);
    expect(idsIn().toSorted()).toEqual(batches.flatMap(idsOf).toSorted());
  });
});

describe('file, tidying up', () => {
  it('compresses files that are closed, whole, and with the same permissions', async () => {
    const exporter = exporterOf({ gzip: true });
    const [today, tomorrow] = [oddRecords(50), oddRecords(1)];
    await deliver(exporter, today);
    clock.advance(DAY_MS);
    await deliver(exporter, tomorrow);
    await eventually(() => expect(names()).toEqual(['audit-2026-11-30.jsonl.gz', 'audit-2026-12-01.jsonl']));
    expect(idsIn()).toEqual([...idsOf(today), ...idsOf(tomorrow)]);
    expect(statSync(join(directory, 'audit-2026-11-30.jsonl.gz')).mode & 0o777).toBe(0o600);
    expect(problems).toEqual([]);
  });

  it('compresses files of another process only when it must be done with them', async () => {
    mkdirSync(directory);
    const days = ['2026-11-27', '2026-11-28', '2026-11-29', '2026-11-30'];
    days.forEach((day) => writeFileSync(join(directory, `audit-${day}.jsonl`), `${day}\n`));
    const exporter = exporterOf({ gzip: true });
    await deliver(exporter);
    await eventually(() => expect(names()).toHaveLength(5));
    await eventually(() => expect(names().filter((name) => name.endsWith('.gz'))).toHaveLength(2));
    expect(names()).toEqual([
      'audit-2026-11-27.jsonl.gz',
      'audit-2026-11-28.jsonl.gz',
      'audit-2026-11-29.jsonl',
      'audit-2026-11-30.001.jsonl',
      'audit-2026-11-30.jsonl',
    ]);
    expect(textOf('audit-2026-11-28.jsonl.gz')).toBe('2026-11-28\n');
  });

  it('ends what a kill left between compressing and removing, and takes away what was not finished', async () => {
    mkdirSync(directory);
    const unfinished = '.audit-2026-11-20.jsonl.gz.0123456789abcdef.compressing';
    const strange = '.other-2026-11-20.jsonl.gz.0123456789abcdef.compressing';
    const files = ['audit-2026-11-20.jsonl', 'audit-2026-11-20.jsonl.gz', unfinished, strange].map((name) =>
      join(directory, name),
    );
    files.forEach((path) => writeFileSync(path, 'line\n'));
    const anHourAgo = new Date(Date.now() - 3_600_000);
    files.forEach((path) => utimesSync(path, anHourAgo, anHourAgo));
    await deliver(exporterOf({ gzip: true }));
    await eventually(() => expect(names()).toEqual([strange, 'audit-2026-11-20.jsonl.gz', 'audit-2026-11-30.jsonl']));
    expect(textOf('audit-2026-11-20.jsonl.gz')).toBe('line\n');
  });

  it('removes what is too old, too many or too much, and never a stranger', async () => {
    mkdirSync(directory);
    const strangers = [
      'audit.jsonl',
      'audit-2020-01-01.log',
      'audit-2020-01-01.jsonl.bak',
      'other-2020-01-01.jsonl',
      'notes.txt',
    ];
    const old = [
      'audit-2026-10-01.jsonl',
      'audit-2026-10-31.jsonl.gz',
      'audit-2026-11-01.jsonl',
      'audit-2026-11-02.jsonl.gz',
    ];
    [...strangers, ...old].forEach((name) => writeFileSync(join(directory, name), 'x'.repeat(999) + '\n'));
    mkdirSync(join(directory, 'audit-2020-01-01.jsonl'));
    const kept = [...strangers, 'audit-2020-01-01.jsonl', 'audit-2026-11-30.jsonl'];
    await deliver(exporterOf({ retentionDays: 30 }));
    await eventually(() => expect(names()).toEqual([...kept, ...old.slice(1)].toSorted()));
    await deliver(exporterOf({ maxFiles: 4, retentionDays: 0 }));
    await eventually(() =>
      expect(names()).toEqual([...kept, 'audit-2026-11-30.001.jsonl', ...old.slice(2)].toSorted()),
    );
    await deliver(exporterOf({ maxTotalBytes: 1024, retentionDays: 0 }));
    await eventually(() => expect(names()).toEqual([...kept.slice(0, -1), 'audit-2026-11-30.002.jsonl'].toSorted()));
    expect(problems).toEqual([]);
  });

  it('tells what it could not do, and delivers all the same', async () => {
    mkdirSync(directory);
    // Where the compressed file should be there is a folder.
    mkdirSync(join(directory, 'audit-2026-11-01.jsonl.gz'));
    writeFileSync(join(directory, 'audit-2026-11-01.jsonl'), 'line\n');
    expect(await deliver(exporterOf({ gzip: true }))).toEqual({ status: 'delivered' });
    await eventually(() => expect(problems).toHaveLength(1));
    expect(problems[0]).toMatch(/audit-2026-11-01\.jsonl could not be compressed: Error: E/);
    expect(textOf('audit-2026-11-01.jsonl')).toBe('line\n');
    expect(names().filter((name) => name.endsWith('.compressing'))).toEqual([]);
  });

  it('warns the process when nobody listens', async () => {
    mkdirSync(join(directory, 'audit-2026-11-01.jsonl.gz'), { recursive: true });
    writeFileSync(join(directory, 'audit-2026-11-01.jsonl'), 'line\n');
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const exporter = file({ directory, clock, gzip: true });
    exporters.push(exporter);
    await deliver(exporter);
    await eventually(() => expect(warn).toHaveBeenCalledTimes(1));
    expect(warn.mock.calls[0]).toEqual([
      expect.stringMatching(/^The folder .*logs: audit-2026-11-01\.jsonl could not be compressed/),
      { type: 'AuditFileWarning' },
    ]);
    warn.mockRestore();
  });

  it('ends while it compresses, and leaves the file as it was', async () => {
    mkdirSync(directory);
    const large = `${randomUUID().repeat(1000)}\n`.repeat(500);
    writeFileSync(join(directory, 'audit-2026-11-01.jsonl'), large);
    const exporter = exporterOf({ gzip: true });
    await deliver(exporter);
    await exporter.close?.();
    const left = names();
    expect(left.filter((name) => name.endsWith('.compressing'))).toEqual([]);
    expect(textOf(left.find((name) => name.startsWith('audit-2026-11-01'))!)).toBe(large);
    expect(problems).toEqual([]);
  });
});
