import { PassThrough } from 'node:stream';
import { Progress, type ProgressStream } from './progress.js';
import { Terminal } from './terminal.js';

/** What somebody who watches a terminal is shown. */
function aScreen(isTTY: boolean): { readonly stream: ProgressStream; readonly shown: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    stream: Object.assign(stream, { isTTY, columns: 120 }),
    shown: () => Buffer.concat(chunks).toString('utf8'),
  };
}

const LOUD = new Terminal(false, false);

describe('the progress of long work', () => {
  it('shows how far it is, and how long it will take', () => {
    const { stream, shown } = aScreen(true);
    const progress = new Progress(LOUD, 'records', stream);
    progress.update(0, 200);
    progress.update(50, 200);
    progress.update(250, 200);
    progress.stop();
    expect(shown()).toContain('0 of 200 records');
    expect(shown()).toContain('left');
    // The end moved; the line is cleared, so that the result stands alone.
    expect(shown()).not.toContain('250 of 200');
    expect(shown().endsWith('\u001b[2K') || shown().includes('\u001b[0K')).toBe(true);
  });

  it('shows nothing where nobody watches, and where somebody does not want to', () => {
    for (const [terminal, isTTY] of [
      [LOUD, false],
      [new Terminal(false, true), true],
    ] as const) {
      const { stream, shown } = aScreen(isTTY);
      const progress = new Progress(terminal, 'records', stream);
      progress.update(1, 2);
      progress.stop();
      expect(shown()).toBe('');
    }
  });

  it('can be stopped before it began, and twice', () => {
    const { stream, shown } = aScreen(true);
    const progress = new Progress(LOUD, 'records', stream);
    progress.stop();
    progress.stop();
    progress.update(1, 2);
    expect(shown()).toBe('');
  });
});
