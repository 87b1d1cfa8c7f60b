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

/** What an account must be allowed, for work that not every application does. */
export interface NeededRights {
  /** What it can not do without them, as words after `to`: `erase or prune`. */
  readonly work: string;
  readonly grants: readonly (readonly [rights: string, table: AuditTable])[];
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
   * @returns how many records went; `undefined` when it cannot be done now
   */
  drop(chain: string, part: DroppablePart): Promise<number | undefined>;
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
   */
  write(statements: readonly SqlStatement[], rights?: NeededRights): Promise<readonly number[]>;
  /** Told which records lost their personal part, where the database has to look for their pages later. */
  readonly noteErased?: (chain: string, positions: readonly number[]) => Promise<void>;
  scrub(options: ScrubOptions): Promise<readonly string[]>;
  readonly dropper?: PartDropper;
}

/** A database that custody can work on while it is open. */
export interface InCustody {
  readonly custody: CustodyDatabase;
}
