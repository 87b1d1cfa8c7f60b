import { Terminal } from '../output/terminal.js';
import { SkippedRecords } from './skipped-records.js';

function aTerminal(isQuiet = false): { readonly terminal: Terminal; readonly said: () => string } {
  const said: Uint8Array[] = [];
  const terminal = new Terminal(
    false,
    isQuiet,
    (_descriptor, bytes, from) => said.push(bytes.subarray(from)) && bytes.length,
  );
  return { terminal, said: () => Buffer.concat(said).toString('utf8') };
}

describe('what cannot be read', () => {
  it('ends the work, and says how to go on', () => {
    const { terminal, said } = aTerminal();
    const skipped = new SkippedRecords(terminal, false);
    expect(() => skipped.badLine('x, line 7: it is no JSON')).toThrow(
      expect.objectContaining({
        code: 'AUDIT_CUSTODY_INPUT',
        message: 'x, line 7: it is no JSON. Nothing behind it was converted; --skip-bad leaves out such lines.',
      }),
    );
    expect(() => skipped.damaged(new Error('Position 3 is damaged.'))).toThrow(
      expect.objectContaining({ code: 'AUDIT_RECORD_DAMAGED' }),
    );
    skipped.report();
    expect(said()).toBe('');
  });

  it('is counted, and named as long as anybody reads that', () => {
    const { terminal, said } = aTerminal();
    const skipped = new SkippedRecords(terminal, true);
    for (let line = 1; line <= 30; line++) {
      skipped.badLine(`x, line ${line}: it is no JSON`);
    }
    skipped.damaged(new Error('Position 3 is damaged.'));
    skipped.report();
    expect(skipped.count).toBe(31);
    expect(said().split('\n')).toHaveLength(13);
    expect(said()).toContain(
      'left out: x, line 10: it is no JSON\nleft out: ... more, which are only counted\n31 could',
    );
  });

  it('is counted aloud even where somebody wants it quiet', () => {
    const { terminal, said } = aTerminal(true);
    const skipped = new SkippedRecords(terminal, true);
    skipped.badLine('x');
    skipped.report();
    expect(said()).toBe('1 could not be read and was left out\n');
  });
});
