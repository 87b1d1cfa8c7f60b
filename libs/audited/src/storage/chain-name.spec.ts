import { checkChainName } from './chain-name.js';

describe('checkChainName', () => {
  it.each(['main', 'tenant:42', 'A.b_C-9', 'x', 'y'.repeat(64)])('accepts %s', (chain) => {
    expect(() => checkChainName(chain)).not.toThrow();
  });

  it.each(['', ' ', 'a b', 'ä', 'a/b', 'a"b', 'a\n', 'y'.repeat(65), undefined, null, 7, ['main']])(
    'refuses %j',
    (chain) => {
      expect(() => checkChainName(chain)).toThrow(expect.objectContaining({ code: 'AUDIT_CHAIN_INVALID' }));
    },
  );
});
