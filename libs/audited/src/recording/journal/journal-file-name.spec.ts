import fc from 'fast-check';
import { byDayAndIndex, journalFileName, MAX_FILE_INDEX, parseJournalFileName } from './journal-file-name.js';
import { utcDayOf } from './utc-day.js';

describe('names of journal files', () => {
  it('hold prefix, UTC day, and a number from the second file of a day on', () => {
    expect(journalFileName('audit', '2026-11-21', 0)).toBe('audit-2026-11-21.jsonl');
    expect(journalFileName('audit', '2026-11-21', 1)).toBe('audit-2026-11-21.001.jsonl');
    expect(journalFileName('audit', '2026-11-21', 1000)).toBe('audit-2026-11-21.1000.jsonl');
  });

  it('are read back as they were made, and by no other prefix', () => {
    const day = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, fc.nat({ max: MAX_FILE_INDEX }), (time, index) => {
        const fact = { day: utcDayOf(time.getTime()), index };
        const name = journalFileName('audit', fact.day, index);
        expect(parseJournalFileName('audit', name)).toEqual({ ...fact, name });
        expect(parseJournalFileName('audi', name)).toBeUndefined();
        expect(parseJournalFileName('audit-2026', name)).toBeUndefined();
      }),
    );
  });

  it('sort by day, then by number, not by text', () => {
    const names = [
      'audit-2026-11-21.1000.jsonl',
      'audit-2026-11-22.jsonl',
      'audit-2026-11-21.999.jsonl',
      'audit-2026-11-21.jsonl',
    ];
    const sorted = names.map((name) => parseJournalFileName('audit', name)!).toSorted(byDayAndIndex);
    expect(sorted.map(({ name }) => name)).toEqual([names[3], names[2], names[0], names[1]]);
  });
});
