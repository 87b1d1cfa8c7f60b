import { createHash } from 'node:crypto';
import type { AuditEvent } from '../../event/audit-event.js';
import type { ChainId, PersonalPart } from '../../event/audit-record.js';
import { RECORD_COLUMNS, type ColumnValue } from '../record-columns.js';
import type { FilterName } from './audit-filters.js';
import { timeFacets } from './time-facets.js';

/** A fact that the index of facets knows the records of, because no index of `audit_records` does. */
export interface Facet {
  /** Its number in the table; never changes its meaning. */
  readonly facet: number;
  readonly filter: FilterName;
  /** Column of `audit_records` that holds the whole value; `undefined` where only the body does. */
  readonly column: string | undefined;
  /** Values that so many records have that no row is kept for them: a scan finds them as fast. */
  readonly common: ReadonlySet<string>;
  /** Goes when the person is erased. */
  readonly isPersonal: boolean;
}

/** What facets are made of. */
export interface FacetedRecord {
  readonly chain: ChainId;
  /** As it was sealed. */
  readonly event: AuditEvent;
  readonly personal: PersonalPart | undefined;
}

const LONGEST_VALUE = 128;
const KEPT_BEGINNING = 96;
const KEPT_DIGITS = 32;

const facet = (
  number: number,
  filter: FilterName,
  column: string | undefined,
  common: readonly string[] = [],
  isPersonal = false,
): Facet => ({ facet: number, filter, column, common: new Set(common), isPersonal });

/** Every facet. Those that tell most apart come first: the first one that a query asks for is looked up. */
export const FACETS: readonly Facet[] = [
  facet(1, 'sessionId', 'session_id'),
  facet(9, 'traceId', 'trace_id'),
  facet(4, 'actorEmail', 'actor_email', [], true),
  facet(3, 'ip', 'actor_ip', [], true),
  facet(19, 'resourceId', 'resource_id'),
  facet(5, 'changedField', undefined),
  facet(16, 'status', 'status', ['200', '201', '204', '2xx']),
  facet(6, 'route', 'route'),
  facet(18, 'resourceType', 'resource_type'),
  facet(2, 'tenantId', 'tenant_id'),
  facet(10, 'outcome', 'outcome', ['success']),
  facet(11, 'severity', 'severity', ['info', 'debug']),
  facet(12, 'risk', 'risk', ['low']),
  facet(13, 'stage', 'stage', ['outcome']),
  facet(14, 'transport', 'transport', ['http']),
  facet(15, 'actorKind', 'actor_kind', ['user']),
  facet(7, 'component', 'component'),
  facet(8, 'environment', 'environment'),
  facet(17, 'chain', 'chain', ['main']),
];

/**
 * A value as the table of facets holds it: at most 128 characters, long ones cut and told apart by a hash. Databases that
 * do not keep every text get it through their `columnText`, like a column.
 */
export function facetValue(text: string): string {
  if (text.length <= LONGEST_VALUE) {
    return text;
  }
  const digits = createHash('sha256').update(text).digest('hex').slice(0, KEPT_DIGITS);
  // Half a surrogate pair is no text that a database takes.
  return `${text.slice(0, KEPT_BEGINNING).toWellFormed()}${digits}`;
}

/** The facets that a record is found by, each value as {@link facetValue} gives it, none twice. */
export function facetsOf(record: FacetedRecord): readonly (readonly [facet: number, value: string])[] {
  const values = FACETS.flatMap(({ facet: number, filter, common }) =>
    [...new Set(valuesOf(filter, record))]
      .filter((value) => !common.has(value))
      .map((value) => [number, facetValue(value)] as const),
  );
  return [...values, ...timeFacets(record.event.occurredAt)];
}

/** All statuses of a class share a value beside their own: `4xx`. */
export function statusClass(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}

type ColumnReader = (event: AuditEvent, personal: PersonalPart | undefined) => ColumnValue;
const READERS: Readonly<Record<string, ColumnReader>> = RECORD_COLUMNS;
const COLUMN_OF = new Map(FACETS.map(({ filter, column }) => [filter, column]));

function valuesOf(filter: FilterName, { chain, event, personal }: FacetedRecord): readonly string[] {
  if (filter === 'chain') {
    return [chain];
  }
  if (filter === 'changedField') {
    return event.changes?.map(({ field }) => field) ?? [];
  }
  const value = READERS[COLUMN_OF.get(filter) ?? '']?.(event, personal) ?? null;
  if (value === null) {
    return [];
  }
  return typeof value === 'number' ? [String(value), statusClass(value)] : [value];
}
