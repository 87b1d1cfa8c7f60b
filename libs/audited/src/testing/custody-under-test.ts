import type { AuditStore } from '../storage/audit-store.js';
import type { ErasureStore, RetentionStore } from '../storage/custody-store.js';
import type { RecordStream } from '../storage/record-stream.js';
import type { CheckpointReader, TreeStore } from '../storage/tree-store.js';

/** What proof and custody need of a store, in one object. */
export type CustodyPorts = RecordStream & TreeStore & CheckpointReader & ErasureStore & RetentionStore;

/** A store under test, and the ports of custody on the same log; the battery opens and closes the store. */
export interface CustodyUnderTest {
  readonly store: AuditStore;
  readonly custody: CustodyPorts;
}

/** A promise, and how it is tried on an open, empty store. */
export type CustodyCase = readonly [promise: string, run: (underTest: CustodyUnderTest) => Promise<void>];
