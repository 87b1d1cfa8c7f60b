import type { AuditEvent } from '../../../event/audit-event.js';
import type { ChainId, PersonalPart } from '../../../event/audit-record.js';
import type { SqlStatement } from '../../custody/custody-database.js';

/** A record, as a projection takes it in. */
export interface ProjectedRecord {
  readonly chain: ChainId;
  readonly position: number;
  /** Number of its row. */
  readonly sequence: number;
  /** As it was sealed: personal facts are not in it. */
  readonly event: AuditEvent;
  /** Absent where the event has none, or the person was erased. */
  readonly personal: PersonalPart | undefined;
}

/**
 * Tables that are made of the log alone and could be made again: how far each has come stands in `audit_projections`, chain
 * by chain. Statements only; in which transaction they run is their caller's affair.
 *
 * What a record contributes depends on that record alone. One for which a method throws is taken for damaged, and contributes
 * nothing.
 */
export interface LogProjection {
  readonly name: 'search' | 'statistics' | 'names';
  /**
   * Taking a record away twice changes nothing, and one that is about to be pruned may miss its rows already: then a large part
   * of the log is taken away in many transactions before it is dropped. Absent: all of it in the one that drops.
   */
  readonly mayGoBefore?: true;
  /** Adds what the records contribute. */
  add(records: readonly ProjectedRecord[]): readonly SqlStatement[];
  /** Takes away what they contributed, because they are pruned. */
  remove(records: readonly ProjectedRecord[]): readonly SqlStatement[];
  /** Takes away what came of their personal parts, because the persons are erased. */
  erase(records: readonly ProjectedRecord[]): readonly SqlStatement[];
}

/** What a projection does with records. */
export type ProjectionChange = 'add' | 'remove' | 'erase';

/**
 * The statements of a projection for all records that it can read. One that somebody damaged must not keep the others out, and
 * is left out the same way whenever it is met.
 */
export function statementsOf(
  projection: LogProjection,
  change: ProjectionChange,
  records: readonly ProjectedRecord[],
): readonly SqlStatement[] {
  try {
    return records.length === 0 ? [] : projection[change](records);
  } catch {
    // One of them is damaged, which is for verify() to tell.
    return records.length === 1 ? [] : records.flatMap((record) => statementsOf(projection, change, [record]));
  }
}
