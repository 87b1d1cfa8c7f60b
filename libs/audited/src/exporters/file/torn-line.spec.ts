import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cutTornLine } from './torn-line.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audited-torn-'));
  path = join(folder, 'log');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('cutTornLine', () => {
  it.each([
    ['whole lines', '{"a":1}\n{"b":2}\n', '{"a":1}\n{"b":2}\n'],
    ['half a line behind whole ones', '{"a":1}\n{"b":2}\n{"c', '{"a":1}\n{"b":2}\n'],
    ['nothing but half a line', '{"a', ''],
    ['nothing', '', ''],
    ['a line end alone', '\n', '\n'],
    ['a half line that is long', `${'x'.repeat(100_000)}\n${'y'.repeat(300_000)}`, `${'x'.repeat(100_000)}\n`],
    ['a half line of exactly one step', `a\n${'y'.repeat(65_536)}`, 'a\n'],
    ['half a character', Buffer.from('a\n\u{1f680}').subarray(0, 4), 'a\n'],
  ])('leaves of %s the whole lines', async (_what, before, after) => {
    writeFileSync(path, before);
    expect(await cutTornLine(path)).toBe(Buffer.byteLength(before) - Buffer.byteLength(after));
    expect(readFileSync(path, 'utf8')).toBe(after);
  });

  it('cuts nothing behind a link', async () => {
    writeFileSync(join(folder, 'target'), 'half');
    symlinkSync(join(folder, 'target'), path);
    await expect(cutTornLine(path)).rejects.toMatchObject({ code: 'ELOOP' });
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('half');
  });
});
