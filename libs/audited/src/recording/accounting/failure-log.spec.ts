import { FailureLog, type FailureLogger } from './failure-log.js';

function aLog(): { log: FailureLog; errors: string[]; stacks: (string | undefined)[]; notes: string[] } {
  const errors: string[] = [];
  const stacks: (string | undefined)[] = [];
  const notes: string[] = [];
  const logger: FailureLogger = {
    error: (message, stack) => {
      errors.push(message);
      stacks.push(stack);
    },
    log: (message) => notes.push(message),
  };
  const oneLine = (text: string): string => text.replaceAll('\n', '\\n').replaceAll('hunter2', '[redacted]');
  return { log: new FailureLog(logger, oneLine), errors, stacks, notes };
}

describe('FailureLog', () => {
  it('counts every failure by cause and tells the operator of each cause once', () => {
    const { log, errors } = aLog();
    for (let count = 0; count < 1000; count++) {
      log.report('store', 'An event is lost', new Error('disk full'));
    }
    log.report('actor', 'No actor', new Error('no session'));
    expect(log.snapshot()).toEqual({ store: 1000, actor: 1 });
    expect(errors).toEqual([
      'An event is lost: disk full (told once; further failures of this kind are counted)',
      'No actor: no session (told once; further failures of this kind are counted)',
    ]);
  });

  it('says how many failures there were when it works again, and tells of the next one again', () => {
    const { log, errors, notes } = aLog();
    log.report('store', 'Lost', new Error('one'));
    log.report('store', 'Lost', new Error('two'));
    log.recovered('store');
    log.recovered('store');
    expect(notes).toEqual(['The audit trail works again after 2 failure(s) of kind "store"']);
    log.report('store', 'Lost', new Error('three'));
    expect(errors).toHaveLength(2);
    log.recovered('store');
    expect(notes[1]).toContain('after 1 failure(s)');
    expect(log.snapshot()).toEqual({ store: 3 });
  });

  it('has nothing to say about a recovery from nothing', () => {
    const { log, notes } = aLog();
    log.recovered('store');
    expect(notes).toEqual([]);
    expect(log.snapshot()).toEqual({});
  });

  it('passes on the frames of a stack, but not the message that opens it', () => {
    const { log, errors, stacks } = aLog();
    log.report('selector', 'Option failed', new Error('password hunter2\n    forged line'));
    expect(errors[0]).toContain('password [redacted]\\n    forged line');
    expect(stacks[0]).toMatch(/^ +at /);
    expect(stacks[0]).not.toContain('hunter2');
    expect(stacks[0]).not.toContain('forged');
  });

  it('tells another failure of the same cause when it is told to, and counts both', () => {
    const { log, errors, notes } = aLog();
    log.report('store', 'Not open', new Error('refused'));
    log.reportAnother('store', 'Not open', new Error('no rights'));
    log.report('store', 'Not open', new Error('no rights'));
    expect(errors.map((line) => line.split(' (')[0])).toEqual(['Not open: refused', 'Not open: no rights']);
    log.recovered('store');
    expect(notes).toEqual(['The audit trail works again after 3 failure(s) of kind "store"']);
  });

  it('survives a logger that throws, counts that, and tells when it works again', () => {
    const lines: string[] = [];
    let isBroken = true;
    const write = (line: string): void => {
      if (isBroken) {
        throw new Error('the transport is closed');
      }
      lines.push(line);
    };
    const log = new FailureLog({ error: write, log: write }, (text) => text);
    log.report('store', 'Lost', new Error('one'));
    isBroken = false;
    log.report('store', 'Lost', new Error('two'));
    isBroken = true;
    log.recovered('store');
    expect(lines).toEqual(['Lost: two (told once; further failures of this kind are counted)']);
    expect(log.snapshot()).toEqual({ store: 2, logger: 2 });
  });

  it('survives whatever was thrown', () => {
    const { log } = aLog();
    const unreadable = Object.defineProperty(new Error('x'), 'message', {
      get: () => {
        throw new Error('gotcha');
      },
    });
    for (const thrown of [undefined, null, 'text', 7, Symbol('s'), Object.create(null), unreadable]) {
      expect(() => log.report('capture', 'Lost', thrown)).not.toThrow();
    }
    expect(log.snapshot()).toEqual({ capture: 7 });
  });
});
