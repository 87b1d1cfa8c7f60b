import { fileSettings, type FileOptions } from './file.options.js';

describe('fileSettings', () => {
  it('needs a folder, and has a default for everything else', () => {
    expect(fileSettings({ directory: '/var/log/audit' })).toMatchObject({
      directory: '/var/log/audit',
      prefix: 'audit',
      extension: 'jsonl',
      maxFileBytes: 268_435_456,
      gzip: false,
      retentionDays: 400,
      maxFiles: 0,
      maxTotalBytes: 0,
      fileMode: 0o600,
      directoryMode: 0o700,
      timeoutMs: 30_000,
    });
  });

  it('knows where the folder is, wherever the process goes', () => {
    expect(fileSettings({ directory: 'audit' }).directory).toBe(`${process.cwd()}/audit`);
  });

  it('takes undefined for the default', () => {
    expect(fileSettings({ directory: 'x', gzip: undefined } as never).gzip).toBe(false);
  });

  it.each<[object, string]>([
    [{ directory: undefined }, 'directory'],
    [{ directory: ' ' }, 'directory'],
    [{ path: '/x' }, 'path'],
    [{ prefix: '' }, 'prefix'],
    [{ prefix: '../x' }, 'prefix'],
    [{ prefix: 'a.b' }, 'prefix'],
    [{ extension: '.log' }, 'extension'],
    [{ extension: 'gz' }, 'extension'],
    [{ extension: 'LOG' }, 'extension'],
    [{ maxFileBytes: 1 }, 'maxFileBytes'],
    [{ gzip: 'yes' }, 'gzip'],
    [{ retentionDays: -1 }, 'retentionDays'],
    [{ maxFiles: 1.5 }, 'maxFiles'],
    [{ maxTotalBytes: 10 }, 'maxTotalBytes'],
    [{ fileMode: 0o400 }, 'fileMode'],
    [{ fileMode: 0o666 }, 'fileMode'],
    [{ fileMode: '600' }, 'fileMode'],
    [{ directoryMode: 0o600 }, 'directoryMode'],
    [{ directoryMode: 0o777 }, 'directoryMode'],
    [{ maxEvents: 0 }, 'maxEvents'],
    [{ maxBytes: 1 }, 'maxBytes'],
    [{ timeoutMs: 0 }, 'timeoutMs'],
  ])('refuses %j', (change, option) => {
    expect(() => fileSettings({ directory: '/x', ...change } as FileOptions)).toThrow(
      expect.objectContaining({ option }),
    );
  });
});
