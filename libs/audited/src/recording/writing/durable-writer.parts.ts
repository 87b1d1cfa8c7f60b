import type { AuditStore } from '../../storage/audit-store.js';
import type { FailureLog } from '../accounting/failure-log.js';
import type { LossLedger } from '../accounting/loss-ledger.js';
import type { Spool } from '../spool/spool.js';

/** What the durable write path is made of. */
export interface DurableWriterParts {
  readonly store: AuditStore;
  /** Takes over while the store is down; without one, what the store does not take is lost. */
  readonly spool: Spool | undefined;
  /** How long the store may take for one transaction, and the spool for one write. */
  readonly commitTimeoutMs: number;
  readonly failures: FailureLog;
  /** Counts the events of every write that rejects. */
  readonly losses: LossLedger;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}
