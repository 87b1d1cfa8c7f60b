import { diskVerdict } from './disk-verdict.js';

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: it failed, write`), { code });
}

describe('diskVerdict', () => {
  it.each(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'EFBIG'])(
    'holds %s, with a cure',
    (code) => {
      expect(diskVerdict(failure(code))).toEqual({
        status: 'hold',
        reason: `${code}: it failed, write`,
        cure: expect.stringMatching(/\.$/),
      });
    },
  );

  it.each(['ENOSPC', 'EDQUOT', 'ENOENT', 'EMFILE', 'ENFILE', 'EIO'])('retries %s, with a cure', (code) => {
    expect(diskVerdict(failure(code))).toEqual({
      status: 'retry',
      reason: `${code}: it failed, write`,
      cure: expect.stringMatching(/\.$/),
    });
  });

  it('retries what it does not know', () => {
    expect(diskVerdict(failure('ESOMETHING'))).toEqual({ status: 'retry', reason: 'ESOMETHING: it failed, write' });
    expect(diskVerdict(new Error('the disk takes no bytes'))).toEqual({
      status: 'retry',
      reason: 'the disk takes no bytes',
    });
  });

  it('tells a slow disk from one that nobody waits for', () => {
    expect(diskVerdict(new DOMException('no answer in time', 'TimeoutError'))).toMatchObject({
      reason: 'no answer in time',
      cure: expect.stringContaining('disk'),
    });
    expect(diskVerdict(new DOMException('given up', 'AbortError'))).toEqual({ status: 'retry', reason: 'given up' });
  });

  it('is one line, whatever the folder is called', () => {
    expect(diskVerdict(new Error('open "a\nb"'))).toMatchObject({ reason: 'open "a b"' });
  });
});
