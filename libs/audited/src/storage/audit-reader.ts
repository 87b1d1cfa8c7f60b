import type { AuditRecord } from '../event/audit-record.js';
import type { IntegrityReport } from '../integrity/integrity-fault.js';
import type { AuditPage, AuditQuery } from './audit-query.js';
import type { ReadOptions } from './reading/read-options.js';

/** How to verify. */
export interface VerifyOptions {
  /** Only this chain; all chains when absent. */
  readonly chain?: string;
  /** How many faults are named in the report; all are counted. @default 1000 */
  readonly maxFaults?: number;
  /**
   * How many threads may verify at the same time, 1 to 64; more than there are cores help nobody. Helps with a SQLite file;
   * on a server, and in memory, one thread does it all. A log in which something is wrong is read once more by one thread,
   * so that the report is the same. @default 1
   */
  readonly threads?: number;
  /**
   * Public keys that may sign checkpoints and statements: PEM, or C2SP verifier keys (`name+id+key`), one or several in
   * a text. Without any, signatures are not checked, and the report says so.
   */
  readonly trustedKeys?: readonly string[];
  /**
   * Name of the log: what was signed in the name of another counts for nothing, also where both have the same key.
   * @default the one that the stored checkpoints name
   */
  readonly logName?: string;
  /** Signed notes that were kept outside (a file, a SIEM): what they cover must be there, unchanged. */
  readonly checkpoints?: readonly string[];
  /** Called from time to time with what was done so far. */
  readonly onProgress?: (progress: VerifyProgress) => void;
}

/** How far a verification is. */
export interface VerifyProgress {
  readonly records: number;
  /** As many as the heads say; the end may come a little later. */
  readonly total: number;
}

/**
 * The log, to read. Reads never wait for writes and never block the event loop.
 * One per application; the class is its own DI token.
 */
export abstract class AuditReader {
  /**
   * One page of the records that match.
   *
   * @throws QueryInvalidError when a parameter is unknown or malformed, ReadForbiddenError for a filter by what is masked,
   * QueryTooSlowError when the time is over, StoreUnavailableError, OptionsInvalidError for options that are wrong
   */
  abstract find(query?: AuditQuery, options?: ReadOptions): Promise<AuditPage>;

  /** The record with this event id, or `undefined` when there is none that whoever reads may see. */
  abstract get(id: string, options?: ReadOptions): Promise<AuditRecord | undefined>;

  /**
   * Reads every record of the chains and names every fault. Streams: memory stays flat.
   *
   * @throws OptionsInvalidError, KeyInvalidError for options that are wrong; what `onProgress` throws
   */
  abstract verify(options?: VerifyOptions): Promise<IntegrityReport>;
}
