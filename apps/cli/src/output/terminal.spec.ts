import { Terminal, type Write } from './terminal.js';

/** Takes at most so many bytes at once, as a pipe may. */
function aPipe(most = Infinity): { readonly write: Write; readonly texts: Record<number, string> } {
  const texts: Record<number, string> = { 1: '', 2: '' };
  return {
    texts,
    write: (descriptor, bytes, from) => {
      const part = bytes.subarray(from, Math.min(bytes.length, from + most));
      texts[descriptor] += Buffer.from(part).toString('latin1');
      return part.length;
    },
  };
}

function refusing(code: string): Terminal {
  return new Terminal(false, false, () => {
    throw Object.assign(new Error(code), { code });
  });
}

describe('what a command writes', () => {
  it('goes to people or to programs', () => {
    const forPeople = aPipe();
    const people = new Terminal(false, false, forPeople.write);
    people.say('a result');
    people.json({ result: 1 });
    people.note('a hint');
    expect(forPeople.texts).toEqual({ 1: 'a result\n', 2: 'a hint\n' });
    const forPrograms = aPipe();
    const programs = new Terminal(true, true, forPrograms.write);
    programs.say('a result');
    programs.json({ result: 1 });
    programs.note('a hint');
    programs.fail('a failure');
    expect(forPrograms.texts).toEqual({ 1: '{\n  "result": 1\n}\n', 2: 'a failure\n' });
  });

  it('arrives whole through a pipe that takes a few bytes at once', () => {
    const pipe = aPipe(3);
    new Terminal(false, false, pipe.write).say('a longer line');
    expect(pipe.texts[1]).toBe('a longer line\n');
  });

  it('waits for a pipe that is full', () => {
    let calls = 0;
    const terminal = new Terminal(false, false, (_descriptor, bytes, from) => {
      if (++calls < 3) {
        throw Object.assign(new Error('full'), { code: 'EAGAIN' });
      }
      return bytes.length - from;
    });
    terminal.say('a line');
    expect(calls).toBe(3);
  });

  it.each(['EPIPE', 'EBADF'])('is nothing to anybody who has gone: %s', (code) => {
    expect(() => refusing(code).say('a line')).not.toThrow();
  });

  it('is never lost silently', () => {
    const terminal = refusing('ENOSPC');
    expect(() => terminal.say('a line')).toThrow('could not be written to standard output (ENOSPC)');
    // Told once; the failure itself must not fail for the same reason.
    expect(() => terminal.json({})).not.toThrow();
    expect(() => refusing('ENOSPC').fail('a line')).not.toThrow();
  });

  it('holds no control character and no change of direction', () => {
    const pipe = aPipe();
    new Terminal(false, false, pipe.write).say('\u001b[31m\u009b\u202eeno\u200f\r\u2028\ttwo');
    expect(pipe.texts[1]).toBe('\\u001b[31m\\u009b\\u202eeno\\u200f\\u000d\\u2028\ttwo\n');
  });
});
