import type { ScrubOptions } from '../../storage/custody-store.js';
import type { RawRow } from '../server/server-database.js';
import type { AuditTable, ServerDialect, SqlValue } from '../server/server-dialect.js';
import type { ReadingDialect } from '../reading/reading-dialect.js';

/** One statement that writes, with the values that go beside it. */
export interface SqlStatement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /**
   * True: when it changes no row, the transaction ends with it, and nothing of it stays; what it changes is locked until
   * the transaction ends.
   */
  readonly isCondition?: true;
}

/**
 * `durable`: a power cut takes nothing of it once it is written. `soon`: it may take the whole transaction, never a part, and
 * nothing that was durable; for what is made of the log and can be made again. Where a database knows no difference, durable.
 */
export type WriteDurability = 'durable' | 'soon';

/** What an account must be allowed, for work that not every application does. */
export interface NeededRights {
  /** What it can not do without them, as words after `to`: `erase or prune`. */
  readonly work: string;
  readonly grants: readonly (readonly [rights: string, table: AuditTable])[];
}

/** A column of a key, and what it holds. */
export interface KeyColumn {
  readonly name: string;
  readonly holds: 'number' | 'text';
}

/** What differs between databases in the statements of custody, and in those that search the log. */
export interface CustodyDialect extends ServerDialect {
  readonly reading: ReadingDialect;
  /** A placeholder in a place where the database cannot tell that a whole number is meant. */
  wholeNumber(placeholder: string): string;
  /** Adds up the texts of `hash` in the order of `position`; absent where that has a limit. */
  readonly joinedHashes?: string;
  /**
   * An INSERT into a table of counts that, where a row has the key already, adds its `count` to that of the row.
   *
   * @param table name without its schema
   */
  addingUpsert(insert: string, table: AuditTable, key: readonly string[]): string;
  /** A statement that gives the bytes of all tables of the log with their indexes, as `bytes`. */
  readonly storageSize: string;
  /** Inserts a tile, given as the placeholders of its four columns, or replaces one that is not wider. */
  tileUpsert(placeholders: readonly [chain: string, level: string, tile: string, hashes: string]): string;
  /** The database's own clock, as an expression: whole milliseconds since the epoch. */
  readonly now: string;
  /** An INSERT that, where a row has the key already, replaces these columns of it; with none, leaves it as it is. */
  upsert(insert: string, key: readonly string[], replaced: readonly string[]): string;
  /** The text that `columnText` made a column of. */
  textOf(column: string): string;
  /** A condition: the values of these columns are those of one of the rows, which are given as placeholders. */
  among(columns: readonly KeyColumn[], rows: readonly (readonly string[])[]): string;
  /** The column by which a row of `audit_documents` is addressed. */
  readonly documentKey: string;
  /** An INSERT of key and document of several rows, given as the text after VALUES; rows that are there already do no harm. */
  insertDocuments(rows: string): string;
}

/** Part of a chain that lies in one place which can be dropped as a whole. */
export interface DroppablePart {
  readonly name: string;
  /** The lowest position in it. */
  readonly from: number;
  /** The highest position in it. */
  readonly through: number;
}

/** Drops whole parts of a table instead of deleting their rows. */
export interface PartDropper {
  /** Parts that hold nothing but records of the chain up to the position, by their lowest position. */
  parts(chain: string, through: number): Promise<readonly DroppablePart[]>;
  /**
   * Drops the part, and deletes what else the chain has up to its end, in one transaction.
   *
   * @param alongside statements that go in the same transaction, before anybody has to wait for it; asked for anew with
   *   every attempt, and one whose condition is not met is such an attempt
   * @returns how many records went; `undefined` when it cannot be done now
   */
  drop(
    chain: string,
    part: DroppablePart,
    alongside: () => Promise<readonly SqlStatement[]>,
  ): Promise<number | undefined>;
}

/**
 * One database, as custody needs it. Rejects like the store's other calls: every wait has a limit, and missing rights
 * come with the statement that grants them.
 */
export interface CustodyDatabase {
  readonly dialect: CustodyDialect;
  /** Runs one statement that reads. @param rights told when they are missing */
  read(sql: string, values?: readonly SqlValue[], rights?: NeededRights): Promise<readonly RawRow[]>;
  /**
   * Runs the statements in one transaction, in their order; durable when it resolves. Gives the rows that each changed, those
   * that it found as they were included. The last one is 0 and stands for a condition when that was not met.
   *
   * @param rights told when they are missing; default: what erasing and pruning need
   * @param durability default: `durable`
   */
  write(
    statements: readonly SqlStatement[],
    rights?: NeededRights,
    durability?: WriteDurability,
  ): Promise<readonly number[]>;
  /** Told which records lost their personal part, where the database has to look for their pages later. */
  readonly noteErased?: (chain: string, positions: readonly number[]) => Promise<void>;
  scrub(options: ScrubOptions): Promise<readonly string[]>;
  readonly dropper?: PartDropper;
}

/** Whether a transaction was carried out: no condition of it was unmet. @param changed what `write` gave */
export function wasCarriedOut(statements: readonly SqlStatement[], changed: readonly number[]): boolean {
  return changed.length === statements.length && (changed.at(-1) !== 0 || statements.at(-1)?.isCondition !== true);
}

/** A database that custody can work on while it is open. */
export interface InCustody {
  readonly custody: CustodyDatabase;
}
