import type { ContractCase } from './contract-case.js';
import { erasureCases } from './custody-erasure.cases.js';
import { recordCases } from './custody-record.cases.js';
import { retentionCases } from './custody-retention.cases.js';
import { treeCases } from './custody-tree.cases.js';
import type { CustodyCase, CustodyUnderTest } from './custody-under-test.js';

/**
 * The promises of `RecordStream`, `TreeStore`, `CheckpointReader`, `ErasureStore` and `RetentionStore`. Every store
 * passes the same battery.
 *
 * @param make a new, empty, not yet opened store for each case
 */
export function custodyStoreContract(
  make: () => CustodyUnderTest | Promise<CustodyUnderTest>,
): readonly ContractCase[] {
  const cases: readonly CustodyCase[] = [...recordCases, ...treeCases, ...erasureCases, ...retentionCases];
  return cases.map(([promise, run]) => ({
    promise,
    run: async () => {
      const underTest = await make();
      await underTest.store.open();
      try {
        await run(underTest);
      } finally {
        await underTest.store.close();
      }
    },
  }));
}
