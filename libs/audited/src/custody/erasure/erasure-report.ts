import type { ChainId } from '../../event/audit-record.js';

/** What an erasure did, and what it could not do. Nothing in it names the person, except the id that was given. */
export interface ErasureReport {
  /** Records of the log that lost their personal part. */
  readonly records: number;
  /** Where these records stand: positions as ranges, `1-5,9`, by chain. */
  readonly positions: Readonly<Record<ChainId, string>>;
  /** Every other place, and how many events lost their personal part there. */
  readonly places: readonly PlaceReport[];
  /** Records and waiting events that a legal hold keeps as they are. */
  readonly held: HeldReport;
  /** Where the log says what was erased; none when nothing was found. */
  readonly statements: readonly { readonly chain: ChainId; readonly position: number }[];
  /** Whether the pages of the database that held the removed bytes were overwritten. */
  readonly isScrubbed: boolean;
  /** Sentences on what still holds personal data, each with what to do. Empty: nothing that the kit knows of. */
  readonly leftovers: readonly string[];
  /** Sentences on what an operator wants to know beside that. */
  readonly remarks: readonly string[];
  readonly durationMs: number;
}

/** One place beside the records. */
export interface PlaceReport {
  readonly name: string;
  readonly events: number;
}

/** What was not erased because somebody has to keep it. */
export interface HeldReport {
  readonly events: number;
  /** Names of the holds that keep them. */
  readonly holds: readonly string[];
}

/** How far an erasure is. */
export interface ErasureProgress {
  /** `stated`: the log says what goes, and nothing of it went yet. The others: what was just worked on. */
  readonly phase: 'search' | 'stated' | 'waiting' | 'records' | 'copies' | 'scrub';
  /** Records that lost their personal part so far. */
  readonly records: number;
  /** How many are to; grows as long as the search goes on. */
  readonly total: number;
}

/** How to erase. */
export interface ErasureOptions {
  /**
   * Overwrite the database's pages that held the removed bytes. It may take long on a large log.
   *
   * @default what fits the database: true for SQLite, false for servers
   */
  readonly scrub?: boolean;
  /** Scrub also what is large or in use; see `ScrubOptions`. Only together with `scrub`. @default false */
  readonly rewriteAll?: boolean;
  /** No other process writes to the journal at the moment, so that all of its files may be replaced. @default false */
  readonly othersAreStopped?: boolean;
  readonly onProgress?: (progress: ErasureProgress) => void;
}
