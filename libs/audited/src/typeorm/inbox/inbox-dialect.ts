import type { InboxEntry } from '../../storage/audit-inbox.js';

/** The table's name; where it stands is asked of the database when the inbox is opened. */
export const INBOX_TABLE = 'audit_inbox';

/** A statement and the values it is sent with. */
export interface InboxStatement {
  readonly sql: string;
  readonly parameters: unknown[];
}

/** A row that waits in the inbox. Ids are texts: a bigint does not fit into a number. */
export interface InboxRow {
  readonly row_id: string;
  readonly chain: string;
  readonly body: string;
  readonly personal: string | null;
  readonly salt: string | null;
}

/** What differs from database to database when events are written into the inbox. */
export interface InboxDialect {
  /** The statement that makes the table, to be run once. */
  createTable(schema: string | undefined): string;
  /** Finds the table: one row with its full name as `place`, or none. */
  locate(schema: string | undefined): InboxStatement;
  /** One set-based insert. Ids follow the order of the entries. */
  insert(place: string, entries: readonly InboxEntry[]): InboxStatement;
  /** Whether a driver's error says that there is no such table. */
  isTableMissing(driverError: object): boolean;
}

/** Columns that the table must have, whoever made it. */
export const INBOX_COLUMNS = ['id', 'chain', 'body', 'personal', 'salt'] as const;

/** An event as it goes to its chain. */
export function entryOf({ chain, body, personal, salt }: InboxRow): InboxEntry {
  return { chain, event: personal === null || salt === null ? { body } : { body, personal, salt } };
}
