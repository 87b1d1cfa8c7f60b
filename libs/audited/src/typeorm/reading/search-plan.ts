import type { CheckedQuery } from '../../storage/audit-query.js';
import { FACETS, facetValue } from '../../storage/reading/facets.js';
import { rangeFacets } from '../../storage/reading/time-facets.js';
import type { CheckedFilter, FilterValue } from '../../storage/reading/checked-filters.js';
import type { CustodyDialect } from '../custody/custody-database.js';
import { isStorable } from './record-conditions.js';
import type { IndexedColumn, RecordSource } from './reading-dialect.js';

/** More values than this are not looked up one by one. */
export const MOST_SOURCES = 20;

/** A way to find the records of a query: all of them are in one of its sources. */
export interface SearchPath {
  readonly sources: readonly RecordSource[];
  /** Only up to where the index has come; what lies behind is read directly. */
  readonly isIndexed: boolean;
  /** It is all that was asked for: hardly a record that it finds does not match. */
  readonly isWhole: boolean;
  /** Asking how many it finds costs no more than finding so many. */
  readonly isCountable: boolean;
  /** A type that is only known by its beginning: to be replaced by the types that there are. */
  readonly types?: readonly FilterValue[];
}

/** When the events that are asked for occurred. */
export type TimeRange = Pick<CheckedQuery, 'from' | 'to'>;

/** The whole log, record by record. */
export const WHOLE_LOG: readonly RecordSource[] = [{ kind: 'log' }];

/**
 * Ways to find the records of a query, those first that tell most apart in most logs; empty: only by reading the log.
 *
 * @param range the time range of the query, with an end that it leaves open filled in where that is known
 */
export function searchPaths(
  query: CheckedQuery,
  dialect: CustodyDialect,
  range: TimeRange = query,
): readonly SearchPath[] {
  const wanted = new Map(query.filters.filter(({ isNegated }) => !isNegated).map((filter) => [filter.name, filter]));
  const conditions = conditionCount(query);
  const paths: (SearchPath | undefined)[] = [
    columnPath(['correlation_id'], [wanted.get('correlationId')], conditions, dialect),
    columnPath(
      ['resource_type', 'resource_id'],
      [wanted.get('resourceType'), wanted.get('resourceId')],
      conditions,
      dialect,
    ),
    columnPath(['actor_id'], [wanted.get('actorId')], conditions, dialect),
    ...FACETS.map((facet) => {
      const scope = facet.filter === 'tenantId' && !wanted.has('tenantId') ? tenantScope(query) : undefined;
      const filter = wanted.get(facet.filter) ?? scope;
      return filter === undefined ? undefined : facetPath(facet, filter, conditions, dialect);
    }),
    columnPath(['type'], [wanted.get('type')], conditions, dialect),
    timePath(range),
    documentPath(query, conditions, dialect),
  ];
  return paths.filter((path) => path !== undefined);
}

/** How many conditions a record has to meet. */
export function conditionCount({ filters, from, to, tenants, terms }: CheckedQuery): number {
  return filters.length + [from, to, tenants].filter((one) => one !== undefined).length + terms.length;
}

function tenantScope({ tenants }: CheckedQuery): CheckedFilter | undefined {
  return tenants === undefined
    ? undefined
    : {
        name: 'tenantId',
        column: 'tenant_id',
        values: tenants.map((tenant) => ({ exact: tenant })),
        isNegated: false,
      };
}

function columnPath(
  columns: readonly IndexedColumn[],
  filters: readonly (CheckedFilter | undefined)[],
  conditions: number,
  dialect: CustodyDialect,
): SearchPath | undefined {
  if (filters.some((filter) => filter === undefined)) {
    return undefined;
  }
  const lists = filters.map((filter) => (filter?.values ?? []).filter(isStorable));
  const types = lists.flat().some((value) => 'prefix' in value) ? lists[0] : undefined;
  const combinations = lists.reduce<readonly (readonly string[])[]>(
    (before, values) =>
      before.flatMap((texts) =>
        values.flatMap((value) => ('exact' in value ? [[...texts, dialect.columnText(String(value.exact))]] : [])),
      ),
    [[]],
  );
  if (combinations.length > MOST_SOURCES) {
    return undefined;
  }
  return {
    sources: combinations.map((values) => ({ kind: 'column', columns, values })),
    isIndexed: false,
    isWhole: conditions === columns.length,
    isCountable: true,
    ...(types === undefined ? {} : { types }),
  };
}

function facetPath(
  { facet, common }: (typeof FACETS)[number],
  { values }: CheckedFilter,
  conditions: number,
  dialect: CustodyDialect,
): SearchPath | undefined {
  const texts = values
    .filter(isStorable)
    .map((value) => ('exact' in value ? String(value.exact) : 'statusClass' in value ? value.statusClass : ''));
  if (texts.length > MOST_SOURCES || texts.some((text) => common.has(text))) {
    return undefined;
  }
  return {
    sources: texts.map((text) => ({ kind: 'facet', facet, value: dialect.columnText(facetValue(text)) })),
    isIndexed: true,
    isWhole: conditions === 1,
    isCountable: true,
  };
}

/** A time range of long ago, without reading through what came after. */
function timePath({ from, to }: TimeRange): SearchPath | undefined {
  const found = from === undefined || to === undefined ? undefined : rangeFacets(from, to, MOST_SOURCES);
  return found === undefined
    ? undefined
    : {
        sources: found.values.map((value) => ({ kind: 'facet', facet: found.facet, value })),
        isIndexed: true,
        isWhole: false,
        isCountable: true,
      };
}

function documentPath({ terms }: CheckedQuery, conditions: number, dialect: CustodyDialect): SearchPath | undefined {
  const searchable = terms.filter((term) => dialect.reading.isSearchable(term));
  return searchable.length === 0
    ? undefined
    : {
        sources: [{ kind: 'documents', terms: searchable }],
        isIndexed: true,
        isWhole: dialect.reading.hasDocumentIndex && searchable.length === conditions,
        isCountable: dialect.reading.hasDocumentIndex,
      };
}
