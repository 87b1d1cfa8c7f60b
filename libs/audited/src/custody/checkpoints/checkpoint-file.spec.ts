import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckpointFileError } from '../../event/custody.error.js';
import { CheckpointFile, notesIn } from './checkpoint-file.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-notes-'));
let files = 0;
const aPath = (): string => join(folder, 'made', `${++files}.jsonl`);
const aCheckpoint = (size: number) => ({
  chain: 'main',
  size,
  root: 'ab'.repeat(32),
  signedAt: '2026-11-22T00:00:00.000Z',
  note: `log/main\n${size}\nroot\n\n— log/main AAAA\n`,
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the checkpoint file', () => {
  it('keeps every note, one a line, and gives them back', async () => {
    const path = aPath();
    const file = new CheckpointFile(path);
    expect(await file.open()).toEqual([]);
    await file.append(aCheckpoint(1));
    await file.append(aCheckpoint(2));
    const text = readFileSync(path, 'utf8');
    expect(
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    ).toEqual([aCheckpoint(1), aCheckpoint(2)]);
    expect(await new CheckpointFile(path).open()).toEqual(notesIn(text));
    expect(notesIn(text)).toEqual([aCheckpoint(1).note, aCheckpoint(2).note]);
  });

  it('goes on after a line that a crash left unfinished', async () => {
    const path = aPath();
    const file = new CheckpointFile(path);
    await file.open();
    await file.append(aCheckpoint(1));
    appendFileSync(path, '{"chain":"main","no');
    await file.append(aCheckpoint(2));
    expect(await file.open()).toEqual([aCheckpoint(1).note, aCheckpoint(2).note]);
  });

  it('says at boot that it cannot be written, and later too', async () => {
    const file = new CheckpointFile(folder);
    await expect(file.open()).rejects.toThrow(/"checkpoints\.file" cannot be written: .*EISDIR/);
    await expect(file.append(aCheckpoint(1))).rejects.toThrow(CheckpointFileError);
  });
});
