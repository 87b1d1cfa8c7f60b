import type { InboxRow } from './inbox-dialect.js';

/** Stores rows; answers with the ids of those that the store will never take. */
export type MoveRows = (rows: readonly InboxRow[]) => Promise<ReadonlySet<string>>;

/** Takes rows out of one kind of database. One call at a time. */
export interface InboxDrain {
  /**
   * @param place full name of the table
   * @param heldBack ids of rows to leave where they are
   * @returns how many rows were moved and removed; 0 when there are none, or when others are busy with them
   */
  drain(place: string, maxRows: number, heldBack: ReadonlySet<string>, move: MoveRows): Promise<number>;
  /** Rows that have a personal part, with ids above `afterId`, in the order of their ids; at most {@link ERASURE_ROWS}. */
  personalRows(place: string, afterId: string): Promise<readonly InboxRow[]>;
  /**
   * Removes personal part and salt of rows, while no other process drains.
   *
   * @returns how many rows lost theirs
   */
  strip(place: string, rowIds: readonly string[]): Promise<number>;
  /**
   * Sees to it that removed bytes are in none of the table's pages.
   *
   * @param rewriteAll also what stops the application for a while: rewriting the table, or all of a SQLite file
   * @returns what it could not reach
   */
  scrub(place: string, rewriteAll: boolean): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Rows that an erasure looks at, or changes, at once. */
export const ERASURE_ROWS = 200;

/** Where a table was not rewritten. @param statement that does it */
export function notRewritten(place: string, statement: string): string {
  return (
    `Pages of the table ${place} may still hold events that moved into the log or were erased, until they are used ` +
    `again. Rewrite it at a quiet time: ${statement}.`
  );
}

/** What one drain holds in memory at most, unless a single event is larger. */
const MAX_DRAIN_BYTES = 16 * 2 ** 20;

/** How many of the rows that wait, whose sizes these are, are taken at once. */
export function rowsAtOnce(sizes: readonly { readonly bytes: number | string }[]): number {
  let bytes = 0;
  const end = sizes.findIndex((row) => (bytes += Number(row.bytes)) > MAX_DRAIN_BYTES);
  return end === -1 ? sizes.length : Math.max(1, end);
}
