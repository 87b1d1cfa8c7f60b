import fc from 'fast-check';
import { addDays, byDayAndIndex, compressedName, logFileName, parseLogFileName } from './log-file-name.js';

const NAMING = { prefix: 'audit', extension: 'jsonl' };

describe('names of files', () => {
  it('are those of the journal', () => {
    expect(logFileName(NAMING, '2026-11-30', 0)).toBe('audit-2026-11-30.jsonl');
    expect(logFileName(NAMING, '2026-11-30', 1)).toBe('audit-2026-11-30.001.jsonl');
    expect(compressedName(logFileName(NAMING, '2026-11-30', 12_345))).toBe('audit-2026-11-30.12345.jsonl.gz');
  });

  it('are read back as they were made', () => {
    const day = fc.integer({ min: 0, max: 40_000 }).map((days) => addDays('1990-01-01', days));
    const naming = fc.record({
      prefix: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/),
      extension: fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/).filter((text) => text !== 'gz'),
    });
    fc.assert(
      fc.property(naming, day, fc.integer({ min: 0, max: 999_999 }), fc.boolean(), (given, on, index, isCompressed) => {
        const plain = logFileName(given, on, index);
        const name = isCompressed ? compressedName(plain) : plain;
        expect(parseLogFileName(given, name)).toEqual({ name, day: on, index, isCompressed });
      }),
    );
  });

  it.each([
    'audit.jsonl',
    'audit-2026-11-30.json',
    'audit-2026-11-30.jsonl.bak',
    'audit-2026-11-30.jsonl.gz.gz',
    'audit-2026-11-30',

    'audit-2026-02-30.jsonl',
    'audit-2026-11-30.1.jsonl',
    'audit-2026-11-30.000.jsonl',
    'audit-2026-11-30.0001.jsonl',

    'audit-2026-11-30.1000000.jsonl',
    'other-2026-11-30.jsonl',
    'audit-x-2026-11-30.jsonl',
    'AUDIT-2026-11-30.jsonl',

    '.audit-2026-11-30.jsonl',
    'audit-2026-11-30.jsonl ',
    'audit-2026-11-30.jsonl.gz.0123456789abcdef.compressing',
    '',
  ])('are not strangers: %j', (name) => {
    expect(parseLogFileName(NAMING, name)).toBeUndefined();
  });

  it('sort by day, then in the order of a day', () => {
    const names = [
      'audit-2026-12-01.jsonl',
      'audit-2026-11-30.1000.jsonl',
      'audit-2026-11-30.jsonl.gz',
      'audit-2026-11-30.002.jsonl',
    ];
    const sorted = names.flatMap((name) => parseLogFileName(NAMING, name) ?? []).toSorted(byDayAndIndex);
    expect(sorted.map(({ name }) => name)).toEqual([
      'audit-2026-11-30.jsonl.gz',
      'audit-2026-11-30.002.jsonl',
      'audit-2026-11-30.1000.jsonl',
      'audit-2026-12-01.jsonl',
    ]);
  });
});
