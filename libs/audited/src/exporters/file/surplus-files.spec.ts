import fc from 'fast-check';
import { addDays } from './log-file-name.js';
import { surplusFiles, type SizedFile } from './surplus-files.js';

const TODAY = '2026-11-30';
const NONE = { retentionDays: 0, maxFiles: 0, maxTotalBytes: 0 };

/** One file a day, the last of today. */
function daily(sizes: readonly number[]): readonly SizedFile[] {
  return sizes.map((bytes, index) => {
    const day = addDays(TODAY, index - sizes.length + 1);
    return { name: day, day, index: 0, isCompressed: false, bytes };
  });
}

function surplus(files: readonly SizedFile[], limits: Partial<typeof NONE>, kept = TODAY): readonly string[] {
  return surplusFiles(files, { ...NONE, ...limits }, TODAY, ({ name }) => name === kept).map(({ name }) => name);
}

describe('surplusFiles', () => {
  it('is nothing without a limit', () => {
    expect(surplus(daily([1, 1, 1]), {})).toEqual([]);
  });

  it('is what lies further back than the days', () => {
    const files = daily([1, 1, 1, 1]);
    expect(surplus(files, { retentionDays: 3 })).toEqual([]);
    expect(surplus(files, { retentionDays: 2 })).toEqual(['2026-11-27']);
    expect(surplus(files, { retentionDays: 1 })).toEqual(['2026-11-27', '2026-11-28']);
  });

  it('is the oldest until few enough are left', () => {
    expect(surplus(daily([1, 1, 1, 1]), { maxFiles: 4 })).toEqual([]);
    expect(surplus(daily([1, 1, 1, 1]), { maxFiles: 3 })).toEqual(['2026-11-27']);
  });

  it('is the oldest until the rest is small enough', () => {
    expect(surplus(daily([50, 30, 20, 10]), { maxTotalBytes: 60 })).toEqual(['2026-11-27']);
    expect(surplus(daily([50, 30, 20, 10]), { maxTotalBytes: 59 })).toEqual(['2026-11-27', '2026-11-28']);
  });

  it('never is the file that is being written', () => {
    expect(surplus(daily([1, 1, 500]), { maxFiles: 1, maxTotalBytes: 10 })).toEqual(['2026-11-28', '2026-11-29']);
    expect(surplus(daily([500, 1, 1]), { maxTotalBytes: 10, retentionDays: 1 }, '2026-11-28')).toEqual([
      '2026-11-29',
      '2026-11-30',
    ]);
  });

  it('removes no more than it must, and what is older first', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, fc.nat(20), fc.nat(500), (bytes, maxFiles, maxTotalBytes) => {
        const files = daily(bytes);
        const gone = surplus(files, { maxFiles, maxTotalBytes }, 'none');
        const left = files.slice(gone.length);
        expect(gone).toEqual(files.slice(0, gone.length).map(({ name }) => name));
        const isWithin = (some: readonly SizedFile[]): boolean =>
          (maxFiles === 0 || some.length <= maxFiles) &&
          (maxTotalBytes === 0 || some.reduce((sum, file) => sum + file.bytes, 0) <= maxTotalBytes);
        expect(isWithin(left)).toBe(true);
        expect(gone.length === 0 || !isWithin(files.slice(gone.length - 1))).toBe(true);
      }),
    );
  });
});
