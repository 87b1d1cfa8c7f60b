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
  close(): Promise<void>;
}

/** What one drain holds in memory at most, unless a single event is larger. */
const MAX_DRAIN_BYTES = 16 * 2 ** 20;

/** How many of the rows that wait, whose sizes these are, are taken at once. */
export function rowsAtOnce(sizes: readonly { readonly bytes: number | string }[]): number {
  let bytes = 0;
  const end = sizes.findIndex((row) => (bytes += Number(row.bytes)) > MAX_DRAIN_BYTES);
  return end === -1 ? sizes.length : Math.max(1, end);
}
