import type { ChainId } from '../../event/audit-record.js';
import type { IntegrityFaultKind } from '../integrity-fault.js';

/** What an act of custody did to the log, in facts that a verifier checks. The reason stands in the event itself. */
export type CustodyStatement = PruneStatement | ErasureStatement | ReanchorStatement;

interface StatementBase {
  /** Origin of the log's checkpoints for this chain; absent in a log that signs none. */
  readonly origin?: string;
  readonly chain: ChainId;
  /** ISO 8601, UTC. */
  readonly at: string;
  /**
   * The end of the chain when the statement was made: it speaks about nothing behind that, and counts in no other history,
   * so that a copy of it cannot hide what is done later. Absent: it was made by somebody who did not say.
   */
  readonly after?: { readonly position: number; readonly hash: string };
}

/** The records up to a position were removed by retention. */
export interface PruneStatement extends StatementBase {
  readonly kind: 'prune';
  /** The first position that this prune removes. */
  readonly from: number;
  /** The last position that it removes. */
  readonly through: number;
  /** Hash of the record at `through`: what the first record that is left continues. */
  readonly hash: string;
  /** Where the removed records were archived: name of the archive and SHA-256 of its manifest. */
  readonly archive?: { readonly name: string; readonly sha256: string };
}

/** Personal parts were removed. */
export interface ErasureStatement extends StatementBase {
  readonly kind: 'erasure';
  /** Positions, ascending, as ranges: `1-5,9,12-40`; empty when none. */
  readonly positions: string;
  /** Ids of events that had no position yet (spool, inbox) when they lost their personal part. */
  readonly events?: readonly string[];
}

/** An operator explains a break that is not tampering: a restore from a backup, say. */
export interface ReanchorStatement extends StatementBase {
  readonly kind: 'reanchor';
  /** One of the operator's: `restore`, `disaster`, `migration`, `other`. The reason stands in the event. */
  readonly cause: string;
  /** Which faults it explains: those that were found when it was made, as kinds and positions (both included). At most 1000. */
  readonly faults: readonly { readonly kind: IntegrityFaultKind; readonly from: number; readonly through: number }[];
}

/** Event types whose records carry a statement, with the kind that each carries. */
export const STATEMENT_TYPES: Readonly<Record<string, CustodyStatement['kind']>> = {
  'audit.prune': 'prune',
  'audit.erasure': 'erasure',
  'audit.reanchor': 'reanchor',
};

/**
 * The `details` of a record that carries a statement. The signed note is
 * `<origin>\naudited/<kind>/v1\n<canonical JSON of the statement>\n` with `signatures`, each a signature line of the
 * C2SP signed note; they are left out when nobody signed.
 */
export interface StatementDetails {
  readonly statement: CustodyStatement;
  readonly signatures?: readonly string[];
}
