import type { AuditErrorCode } from '../../event/audit.error.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import type { CheckedQuery } from '../../storage/audit-query.js';
import type { VerifyOptions } from '../../storage/audit-reader.js';

/** What a thread is started with. */
export interface SqliteThreadOptions {
  readonly file: string;
  /** The writer owns the schema and appends; the reader can only read. */
  readonly role: 'writer' | 'reader';
}

/** What a thread can be asked to do. */
export type SqliteCall =
  | { readonly operation: 'open' }
  | { readonly operation: 'append'; readonly chain: string; readonly events: readonly AppendableEvent[] }
  | { readonly operation: 'appendMissing'; readonly chain: string; readonly events: readonly AppendableEvent[] }
  | { readonly operation: 'find'; readonly query: CheckedQuery }
  | { readonly operation: 'get'; readonly id: string }
  | { readonly operation: 'verify'; readonly options: VerifyOptions }
  | { readonly operation: 'close' };

export type SqliteRequest = SqliteCall & { readonly callId: number };

/** An error that crosses threads: class identity does not, the code does. */
export interface SqliteFailure {
  readonly code: AuditErrorCode;
  readonly message: string;
}

export type SqliteResponse =
  { readonly callId: number; readonly result: unknown } | { readonly callId: number; readonly failure: SqliteFailure };
