import { custodyStoreContract } from './custody-store.contract.js';
import { MemoryCustody } from './memory.custody-store.js';

describe('MemoryCustody', () => {
  const cases = custodyStoreContract(() => {
    const custody = new MemoryCustody();
    return { store: custody, custody };
  });

  it.each(cases.map(({ promise, run }) => [promise, run] as const))('%s', (_promise, run) => run());
});
