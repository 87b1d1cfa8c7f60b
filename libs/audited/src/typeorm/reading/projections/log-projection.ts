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
 */
export interface LogProjection {
  readonly name: 'search' | 'statistics' | 'names';
  /** Adds what the records contribute. */
  add(records: readonly ProjectedRecord[]): readonly SqlStatement[];
  /** Takes away what they contributed, because they are pruned. */
  remove(records: readonly ProjectedRecord[]): readonly SqlStatement[];
  /** Takes away what came of their personal parts, because the persons are erased. */
  erase(records: readonly ProjectedRecord[]): readonly SqlStatement[];
}
