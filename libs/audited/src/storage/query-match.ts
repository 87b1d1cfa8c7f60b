import type { AuditEvent } from '../event/audit-event.js';
import type { ChainId, PersonalPart } from '../event/audit-record.js';
import { checkRecordFilters, type CheckedConditions, type RecordFilters } from './audit-query.js';
import type { CheckedFilter, FilterValue } from './reading/checked-filters.js';
import { statusClass } from './reading/facets.js';
import { searchDocument } from './reading/search-document.js';
import { RECORD_COLUMNS, type ColumnValue } from './record-columns.js';
import type { RecordFacts } from './stored-record.js';

export type { RecordFilters } from './audit-query.js';

type ColumnReader = (event: AuditEvent, personal: PersonalPart | undefined) => ColumnValue;

const READERS: Readonly<Record<string, ColumnReader>> = RECORD_COLUMNS;

/** Says of a record what every database says of it. */
export function factsMatcher(conditions: CheckedConditions): (facts: RecordFacts) => boolean {
  const { filters, from, to, terms, tenants } = conditions;
  const permitted = tenants === undefined ? undefined : new Set(tenants);
  return (facts) => {
    const { event } = facts;
    return (
      (permitted === undefined || permitted.has(event.actor.tenantId ?? '')) &&
      (from === undefined || event.occurredAt >= from) &&
      (to === undefined || event.occurredAt < to) &&
      filters.every((filter) => passes(filter, facts)) &&
      (terms.length === 0 || holdsAll(searchDocument(event), terms))
    );
  };
}

/**
 * Says of an event that no database looks at what a query says of a record.
 *
 * @throws QueryInvalidError when a filter is unknown or malformed
 */
export function queryMatcher(query: RecordFilters): (chain: ChainId | undefined, event: AuditEvent) => boolean {
  const matches = factsMatcher(checkRecordFilters(query));
  return (chain, event) => matches({ chain, event, personal: personalOf(event) });
}

/** Of an event whose personal values are in their places. */
function personalOf({ personal, actor: { email, ip } }: AuditEvent): PersonalPart | undefined {
  return personal === undefined
    ? undefined
    : {
        ...(email === undefined ? {} : { '/actor/email': email }),
        ...(ip === undefined ? {} : { '/actor/ip': ip }),
      };
}

function passes({ name, column, values, isNegated }: CheckedFilter, { chain, event, personal }: RecordFacts): boolean {
  if (name === 'chain' && chain === undefined) {
    return true;
  }
  if (name === 'changedField') {
    return (event.changes ?? []).some(({ field }) => values.some((value) => isMet(value, field))) !== isNegated;
  }
  const fact = name === 'chain' ? (chain ?? null) : (READERS[column ?? '']?.(event, personal) ?? null);
  return values.some((value) => isMet(value, fact)) !== isNegated;
}

function isMet(value: FilterValue, fact: ColumnValue): boolean {
  if ('exact' in value) {
    return fact === value.exact;
  }
  if ('prefix' in value) {
    return typeof fact === 'string' && fact.startsWith(value.prefix);
  }
  return typeof fact === 'number' && statusClass(fact) === value.statusClass;
}

function holdsAll(document: string, terms: readonly string[]): boolean {
  return terms.every((term) => document.includes(term));
}
