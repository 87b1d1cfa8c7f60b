/** For tests of this package and of those who extend it. */
export { anAppendableEvent, anEvent } from './audit-event.fixture.js';
export { auditExporterContract, type ExporterUnderTest, type ReceiverTrouble } from './audit-exporter.contract.js';
export { deliveryLedgerContract } from './delivery-ledger.contract.js';
export type { LedgerUnderTest } from './delivery/ledger-under-test.js';
export { MemoryDeliveryLedger, type MemoryLedgerParts } from './memory.delivery-ledger.js';
export { aDeliveryBatch, type BatchFixture } from './delivery-batch.fixture.js';
export {
  auditInboxContract,
  type InboxContractAids,
  type InboxUnderTest,
  type TransactionUnderTest,
} from './audit-inbox.contract.js';
export { auditStoreContract, type StoreContractAids, type StoreUnderTest } from './audit-store.contract.js';
export type { ContractCase } from './contract-case.js';
export { custodyStoreContract } from './custody-store.contract.js';
export type { CustodyPorts, CustodyUnderTest } from './custody-under-test.js';
export { logIndexContract } from './log-index.contract.js';
export type { LogIndexUnderTest } from './log-index-under-test.js';
export { recordsToDeliver } from './records-to-deliver.fixture.js';
export { headOf, sealedRecords } from './sealed-records.fixture.js';
export { FixedClock } from './fixed.clock.js';
