import type { AuditErrorCode } from '../../event/audit.error.js';
import type { SealKeys } from '../../integrity/seal-keys.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import type { ScrubOptions } from '../../storage/custody-store.js';
import type { VerifyOptions, VerifyProgress } from '../../storage/audit-reader.js';
import type { SqlStatement, WriteDurability } from '../custody/custody-database.js';
import type { StatisticsRequest } from '../reading/statistics/log-statistics.js';

/** What a thread is started with. */
export interface SqliteThreadOptions {
  readonly file: string;
  /** The writer owns the schema and appends; the reader can only read; the sifter reads to verify, and nothing else. */
  readonly role: 'writer' | 'reader' | 'sifter';
  /** Go along when the thread starts, and never in a message. */
  readonly seal: SealKeys | undefined;
}

/** What a thread can be asked to do. */
export type SqliteCall =
  | { readonly operation: 'open' }
  | { readonly operation: 'append'; readonly chain: string; readonly events: readonly AppendableEvent[] }
  | { readonly operation: 'appendMissing'; readonly chain: string; readonly events: readonly AppendableEvent[] }
  /** A function cannot cross threads: progress is told by messages. */
  | { readonly operation: 'verify'; readonly options: Omit<VerifyOptions, 'onProgress'> }
  /** Looks at the records of a chain between two positions, both included. */
  | { readonly operation: 'sift'; readonly chain: Uint8Array; readonly from: number; readonly through: number }
  | { readonly operation: 'query'; readonly statement: SqlStatement }
  | {
      readonly operation: 'transact';
      readonly statements: readonly SqlStatement[];
      readonly durability: WriteDurability;
    }
  /** `ended` is shared: not 0 when nobody waits for the answer any more. */
  | { readonly operation: 'statistics'; readonly request: StatisticsRequest; readonly ended: Int32Array }
  | { readonly operation: 'scrub'; readonly options: ScrubOptions }
  | { readonly operation: 'close' };

export type SqliteRequest = SqliteCall & { readonly callId: number };

/** An error that crosses threads: class identity does not, the code does. */
export interface SqliteFailure {
  readonly code: AuditErrorCode;
  readonly message: string;
}

export type SqliteResponse =
  | { readonly callId: number; readonly result: unknown }
  | { readonly callId: number; readonly failure: SqliteFailure }
  /** The call goes on. */
  | { readonly callId: number; readonly progress: VerifyProgress };
