import type { ChainHead, ChainId, StoredRecord } from '../event/audit-record.js';

/** Which part of a chain. Positions are included. */
export interface PositionRange {
  /** @default the first one that is left */
  readonly from?: number;
  /** @default the last one */
  readonly through?: number;
}

/**
 * The log, record by record, exactly as it is stored: for proofs, archives and bundles. One per application; the class
 * is its own DI token.
 *
 * Contract
 * - Records come in the order of their positions, a bounded number at a time; memory stays flat.
 * - Nothing is judged: a damaged record comes as it is.
 * - Records that are appended while a stream runs may or may not be in it.
 */
export abstract class RecordStream {
  /** The ends of all chains, as the heads say, in the order of their names. */
  abstract heads(): Promise<readonly ChainHead[]>;

  abstract records(chain: ChainId, range?: PositionRange): AsyncIterable<readonly StoredRecord[]>;

  /** Positions of the records of a type (exactly this one), ascending. For the few records that custody looks up. */
  abstract positionsOfType(chain: ChainId, type: string): Promise<readonly number[]>;
}
