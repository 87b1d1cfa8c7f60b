import { isAbsolute } from 'node:path';
import { resolveJournalOptions, type JournalOptions } from './journal.options.js';

describe('resolveJournalOptions', () => {
  it('fills in the defaults, and copies', () => {
    const options = resolveJournalOptions({
      directory: 'data/journal',
      prefix: undefined,
    } as unknown as JournalOptions);
    expect({ ...options, directory: '' }).toEqual({
      directory: '',
      prefix: 'audit',
      maxFileBytes: 268_435_456,
      retentionDays: 400,
      fsync: 'interval',
      fsyncIntervalMs: 1000,
      maxQueuedBytes: 16_777_216,
      fileMode: 0o600,
      directoryMode: 0o700,
    });
    expect(isAbsolute(options.directory)).toBe(true);
    expect(Object.isFrozen(options)).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['no object', 'data', '"journal" must be an object'],
    ['no directory', {}, '"journal.directory" is missing'],
    ['an unknown name', { directory: 'd', retention: 1 }, '"journal.retention" is unknown'],
    ['an empty directory', { directory: ' ' }, '"journal.directory" must be a text'],
    ['a prefix with a separator', { directory: 'd', prefix: '../audit' }, '"journal.prefix" is not the beginning'],
    ['a prefix with a dot', { directory: 'd', prefix: 'audit.1' }, '"journal.prefix" is not the beginning'],
    ['a size below the least', { directory: 'd', maxFileBytes: 10 }, '"journal.maxFileBytes" is 10'],
    ['a negative retention', { directory: 'd', retentionDays: -1 }, '"journal.retentionDays" is -1'],
    ['an unknown policy', { directory: 'd', fsync: 'sometimes' }, '"journal.fsync" is "sometimes"'],
    ['an interval of nothing', { directory: 'd', fsyncIntervalMs: 0 }, '"journal.fsyncIntervalMs" is 0'],
    ['a queue of nothing', { directory: 'd', maxQueuedBytes: 0 }, '"journal.maxQueuedBytes" is 0'],
    ['a file that others may write', { directory: 'd', fileMode: 0o666 }, '"journal.fileMode" is 0o666'],
    ['a file that its owner may not write', { directory: 'd', fileMode: 0o400 }, '"journal.fileMode" is 0o400'],
    ['a mode as text', { directory: 'd', fileMode: '0640' }, '"journal.fileMode" is no file mode'],
    ['a folder that cannot be entered', { directory: 'd', directoryMode: 0o600 }, '"journal.directoryMode" is 0o600'],
  ])('refuses %s', (_what, given, message) => {
    expect(() => resolveJournalOptions(given as JournalOptions)).toThrow(message);
  });

  it('accepts 0 for no limit by size and for no retention', () => {
    expect(resolveJournalOptions({ directory: 'd', maxFileBytes: 0, retentionDays: 0 })).toMatchObject({
      maxFileBytes: 0,
      retentionDays: 0,
    });
  });
});
