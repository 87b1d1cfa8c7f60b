import type { LogIndex } from '../storage/reading/log-index.js';
import type { CustodyUnderTest } from './custody-under-test.js';

/** A store under test, its index, and a way to look at the tables from outside; the battery opens and closes the store. */
export interface LogIndexUnderTest extends CustodyUnderTest {
  readonly index: LogIndex;
  /** Runs one SELECT in the database. */
  readonly select: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The column by which a row of `audit_documents` is addressed. */
  readonly documentKey: 'rowid' | 'sequence';
  /** The text that a column stands for, where a database does not keep every text. @default as it is */
  readonly textOf?: (column: string) => string;
  /** The same log in another process; absent where there can be none. The battery opens and closes its store. */
  readonly another?: () => LogIndexUnderTest;
}

/** A promise, and how it is tried on an open, empty store. */
export type LogIndexCase = readonly [promise: string, run: (underTest: LogIndexUnderTest) => Promise<void>];
