import { resolveIndexOptions, type IndexOptions } from './log-index.options.js';

describe('resolveIndexOptions', () => {
  it('fills in what is not given', () => {
    expect(resolveIndexOptions()).toEqual({ enabled: true, batchSize: 250, restMs: 200 });
    expect(resolveIndexOptions({ restMs: 50 })).toEqual({ enabled: true, batchSize: 250, restMs: 50 });
  });

  it.each([
    ['index.enabled', { enabled: 'no' }],
    ['index.batchSize', { batchSize: 0 }],
    ['index.batchSize', { batchSize: 1001 }],
    ['index.restMs', { restMs: 0.5 }],
    ['index.rest', { rest: 5 }],
  ])('refuses a wrong %s', (option, given) => {
    expect(() => resolveIndexOptions(given as Partial<IndexOptions>)).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringContaining(option) as string }),
    );
  });
});
