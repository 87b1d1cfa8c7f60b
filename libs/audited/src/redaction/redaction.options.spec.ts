import { OptionsInvalidError } from '../event/audit.error.js';
import { DEFAULT_REDACTION_LIMITS, resolveLimits, type RedactionOptions } from './redaction.options.js';
import { Redactor } from './redactor.js';

const wrongOptions = (options: unknown) => (): Redactor => new Redactor(options as RedactionOptions);

describe('redaction options', () => {
  it('are all optional', () => {
    expect(new Redactor().value('x', '/details', { truncated: [], redacted: [] })).toBe('x');
    expect(resolveLimits()).toEqual(DEFAULT_REDACTION_LIMITS);
  });

  it('override single limits', () => {
    expect(resolveLimits({ maxDepth: 3 })).toEqual({ ...DEFAULT_REDACTION_LIMITS, maxDepth: 3 });
  });

  it.each([
    [{ path: ['a'] }, 'redaction.path', 'Use one of: paths, keep, limits, fingerprintKey.'],
    [{ limits: { maxDeep: 1 } }, 'redaction.limits.maxDeep', 'Use one of: maxStringBytes'],
    [{ limits: { maxDepth: 0 } }, 'redaction.limits.maxDepth', 'Give a whole number from 1 to 128.'],
    [{ limits: { maxDepth: 129 } }, 'redaction.limits.maxDepth', 'Give a whole number from 1 to 128.'],
    [{ limits: { maxKeys: 1.5 } }, 'redaction.limits.maxKeys', 'is 1.5'],
    [{ limits: { maxItems: '9' } }, 'redaction.limits.maxItems', 'Give a whole number'],
    [{ limits: 5 }, 'redaction.limits', 'is not an object'],
    [{ paths: 'password' }, 'redaction.paths', 'is not a list'],
    [{ paths: ['password', 'a..b'] }, 'redaction.paths[1]', 'Put exactly one dot between two names.'],
    [{ keep: ['**'] }, 'redaction.keep[0]', 'Name at least one key.'],
    [{ fingerprintKey: 'short' }, 'redaction.fingerprintKey', 'at least 16 bytes'],
    [{ fingerprintKey: 5 }, 'redaction.fingerprintKey', 'neither text nor bytes'],
    [7, 'redaction', 'is not an object'],
  ])('%j is refused with the option %s and a cure', (options, option, words) => {
    expect(wrongOptions(options)).toThrow(OptionsInvalidError);
    expect(wrongOptions(options)).toThrow(`"${option}"`);
    expect(wrongOptions(options)).toThrow(words);
  });

  it('never repeat the fingerprint key in a message', () => {
    expect(wrongOptions({ fingerprintKey: 'hunter2' })).not.toThrow('hunter2');
  });
});

describe('a fingerprint', () => {
  const key = 'k'.repeat(32);

  it('is keyed, stable and short', () => {
    const fingerprint = new Redactor({ fingerprintKey: key }).fingerprint('demo-key');
    expect(fingerprint).toBe('fp:4cb4b098da849014dddf5ff14d836f55');
    expect(new Redactor({ fingerprintKey: Buffer.from(key) }).fingerprint('demo-key')).toBe(fingerprint);
    expect(new Redactor({ fingerprintKey: 'x'.repeat(32) }).fingerprint('demo-key')).not.toBe(fingerprint);
  });

  it('has a random key for each redactor when none is configured', () => {
    const redactor = new Redactor();
    expect(redactor.fingerprint('a')).toMatch(/^fp:[0-9a-f]{32}$/);
    expect(redactor.fingerprint('a')).toBe(redactor.fingerprint('a'));
    expect(new Redactor().fingerprint('a')).not.toBe(redactor.fingerprint('a'));
  });

  it('does not follow a key that its owner overwrites later', () => {
    const bytes = new Uint8Array(32).fill(1);
    const redactor = new Redactor({ fingerprintKey: bytes });
    const before = redactor.fingerprint('a');
    bytes.fill(2);
    expect(redactor.fingerprint('a')).toBe(before);
  });
});
