import { PERSONAL_FILTERS } from '../../storage/reading/checked-filters.js';

/**
 * Where a query, repeated in the details of a record, may name a person: what was searched for stays known as long as that
 * person is not erased.
 *
 * @param member where in the details the query stands
 * @returns JSON Pointers into the event
 */
export function personalOfQuery(member: 'query' | 'selection'): readonly string[] {
  const filters = [...PERSONAL_FILTERS].flatMap((name) => [name, `not/${name}`]);
  return ['text', ...filters].map((name) => `/details/${member}/${name}`);
}
