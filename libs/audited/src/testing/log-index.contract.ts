import type { ContractCase } from './contract-case.js';
import { indexCases } from './log-index.cases.js';
import type { LogIndexUnderTest } from './log-index-under-test.js';

/**
 * The promises of `LogIndex`, and of those who erase and prune beside it. Every database passes the same battery.
 *
 * @param make a new, empty, not yet opened store for each case
 */
export function logIndexContract(make: () => LogIndexUnderTest | Promise<LogIndexUnderTest>): readonly ContractCase[] {
  return indexCases.map(([promise, run]) => ({
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
