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
