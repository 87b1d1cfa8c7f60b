import type { ContractCase } from './contract-case.js';
import { deadLetterCases } from './delivery/dead-letter.cases.js';
import { destinationCases } from './delivery/destination.cases.js';
import { leaseCases } from './delivery/lease.cases.js';
import type { LedgerCase, LedgerUnderTest } from './delivery/ledger-under-test.js';
import { settlementCases } from './delivery/settlement.cases.js';

/**
 * The promises of `DestinationBook`, `LeaseBook` and `DeadLetterBook`. Every ledger passes the same battery.
 *
 * @param make a new, empty, not yet opened store with its ledger for each case
 */
export function deliveryLedgerContract(
  make: () => LedgerUnderTest | Promise<LedgerUnderTest>,
): readonly ContractCase[] {
  const cases: readonly LedgerCase[] = [...destinationCases, ...leaseCases, ...settlementCases, ...deadLetterCases];
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
