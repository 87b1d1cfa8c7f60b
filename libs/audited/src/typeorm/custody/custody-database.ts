import type { ScrubOptions } from '../../storage/custody-store.js';
import type { RunQuery } from '../server/server-database.js';
import type { ServerDialect, SqlValue } from '../server/server-dialect.js';

/** One statement that writes, with the values that go beside it. */
export interface SqlStatement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** What differs between databases in the statements of custody. */
export interface CustodyDialect extends ServerDialect {
  /** A placeholder in a place where the database cannot tell that a whole number is meant. */
  wholeNumber(placeholder: string): string;
  /** Adds up the texts of `hash` in the order of `position`; absent where that has a limit. */
  readonly joinedHashes?: string;
  /** Inserts a tile, given as the placeholders of its four columns, or replaces one that is not wider. */
  tileUpsert(placeholders: readonly [chain: string, level: string, tile: string, hashes: string]): string;
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
  readonly read: RunQuery;
  /** Runs the statements in one transaction, in their order; durable when it resolves. Gives the rows that each changed. */
  write(statements: readonly SqlStatement[]): Promise<readonly number[]>;
  /** Told which records lost their personal part, where the database has to look for their pages later. */
  readonly noteErased?: (chain: string, positions: readonly number[]) => Promise<void>;
  scrub(options: ScrubOptions): Promise<readonly string[]>;
  readonly dropper?: PartDropper;
}

/** A database that custody can work on while it is open. */
export interface InCustody {
  readonly custody: CustodyDatabase;
}
