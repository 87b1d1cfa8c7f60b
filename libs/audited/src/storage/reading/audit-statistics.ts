import type { AuditOutcome, AuditRisk, AuditSeverity } from '../../event/audit-event.js';
import type { AuditFilters } from './audit-filters.js';
import type { ReadOptions } from './read-options.js';

/** Filters that statistics can be asked for: what is counted beforehand. */
export type StatisticsFilters = Pick<
  AuditFilters,
  'type' | 'severity' | 'outcome' | 'risk' | 'environment' | 'tenantId'
>;

export type HistogramInterval = 'minute' | 'hour' | 'day';

/** Which records are counted, and how. */
export interface StatisticsQuery extends StatisticsFilters {
  /** Records that any of these match are left out. */
  readonly not?: StatisticsFilters;
  /** Only events that occurred at or after this time. */
  readonly from?: Date;
  /** Only events that occurred before this time. */
  readonly to?: Date;
  /** How many actors and resources are named, 0 to 100. @default 10 */
  readonly top?: number;
  /** Counts over time; at most 2000 steps, so it needs a time range that fits. @default none */
  readonly histogram?: HistogramInterval;
  /** IANA name of the zone in which hours and days begin: `Europe/Berlin`. @default 'UTC' */
  readonly timeZone?: string;
}

/** How many records have each value; values that no record has are absent. */
export type Counts<Value extends string = string> = Readonly<Partial<Record<Value, number>>>;

export interface ActorCount {
  readonly id: string;
  readonly count: number;
}

export interface ResourceCount {
  readonly type: string;
  readonly id?: string;
  readonly count: number;
}

/** One step of a histogram. */
export interface HistogramStep {
  /** When it begins, with the offset that the zone has then: `2026-11-21T00:00:00+01:00`. */
  readonly start: string;
  readonly count: number;
}

/** The log in numbers: exactly those of the records that are there now. */
export interface AuditStatistics {
  readonly total: number;
  /** When the first of them occurred; absent when there is none. */
  readonly oldest?: string;
  readonly newest?: string;
  readonly byType: Counts;
  readonly bySeverity: Counts<AuditSeverity>;
  readonly byOutcome: Counts<AuditOutcome>;
  readonly byRisk: Counts<AuditRisk>;
  /** Records without an environment are under the empty text. */
  readonly byEnvironment: Counts;
  /** Those who acted most often, the most frequent first. */
  readonly topActors: readonly ActorCount[];
  /** What was acted on most often. */
  readonly topResources: readonly ResourceCount[];
  /** Every step between the first and the last one that has a record, or those of the time range; absent unless asked for. */
  readonly histogram?: readonly HistogramStep[];
  /** Bytes that the log takes in its database, indexes included; absent for whoever sees only some tenants. */
  readonly storageBytes?: number;
}

/** The log in numbers, without reading it. One per application; the class is its own DI token. */
export abstract class StatisticsReader {
  /** @throws QueryInvalidError naming the parameter, QueryTooSlowError, StoreUnavailableError */
  abstract statistics(query?: StatisticsQuery, options?: ReadOptions): Promise<AuditStatistics>;
}
