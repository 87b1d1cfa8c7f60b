import type { AuditRecord } from '../event/audit-record.js';
import type { IntegrityReport } from '../integrity/integrity-fault.js';
import type { AuditPage, AuditQuery } from './audit-query.js';

/** How to verify. */
export interface VerifyOptions {
  /** Only this chain; all chains when absent. */
  readonly chain?: string;
  /** How many faults are named in the report; all are counted. @default 1000 */
  readonly maxFaults?: number;
}

/**
 * The log, to read. Reads never wait for writes and never block the event loop.
 * One per application; the class is its own DI token.
 */
export abstract class AuditReader {
  /** @throws QueryInvalidError when a parameter is unknown or malformed */
  abstract find(query?: AuditQuery): Promise<AuditPage>;

  /** The record with this event id, or `undefined` when there is none. */
  abstract get(id: string): Promise<AuditRecord | undefined>;

  /** Reads every record of the chains and names every fault. Streams: memory stays flat. */
  abstract verify(options?: VerifyOptions): Promise<IntegrityReport>;
}
