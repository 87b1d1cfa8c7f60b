import { queryFacts } from '../../storage/reading/query-facts.js';
import { checkSelection } from '../../storage/checked-selection.js';
import type { RecordFilters } from '../../storage/audit-query.js';
import { CustodyInputError } from '../../event/custody.error.js';
import type { JsonObject } from '../../event/json-value.js';
import type { ErasureSelection } from '../../storage/custody-store.js';

const KINDS = ['actorId', 'email', 'query'] as const;
/** RFC 5321: no address is longer than 254 octets; names with a quoted part may look longer. */
const MOST_CHARACTERS = 1000;

/**
 * Refuses a selection that is not exactly one of the three, or selects everything.
 *
 * @throws CustodyInputError naming the field and the cure; QueryInvalidError for a filter
 */
export function checkErasureSelection(selection: unknown): ErasureSelection {
  if (typeof selection !== 'object' || selection === null || Array.isArray(selection)) {
    throw new CustodyInputError('selection', 'is no object', `Give one of: ${KINDS.join(', ')}.`);
  }
  const given = Object.entries(selection).filter(([, value]) => value !== undefined);
  const [[kind, value] = [], ...others] = given;
  if (kind === undefined || others.length > 0 || !(KINDS as readonly string[]).includes(kind)) {
    const names = given.map(([name]) => name).join(', ');
    throw new CustodyInputError(
      'selection',
      `has ${names === '' ? 'nothing' : `the fields ${names}`}`,
      `Give exactly one of: ${KINDS.join(', ')}.`,
    );
  }
  if (kind === 'query') {
    return { query: checkedFilters(value) };
  }
  if (typeof value !== 'string' || value.trim() === '' || value.length > MOST_CHARACTERS) {
    throw new CustodyInputError(kind, 'is no text, empty or too long', `Give 1 to ${MOST_CHARACTERS} characters.`);
  }
  return kind === 'email' ? { email: value.trim() } : { actorId: value };
}

/**
 * What a sealed record may say about a selection: that an e-mail address was given, but not which.
 *
 * @returns members for the details of a record
 */
export function describedSelection(selection: ErasureSelection): JsonObject {
  if ('actorId' in selection) {
    return { kind: 'actorId', actorId: selection.actorId };
  }
  if ('email' in selection) {
    return { kind: 'email' };
  }
  return { kind: 'query', filters: queryFacts(selection.query) };
}

function checkedFilters(value: unknown): RecordFilters {
  const filters = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  const names = Object.entries(filters ?? {}).flatMap(([name, filter]) => (filter === undefined ? [] : [name]));
  if (filters === undefined || names.length === 0 || names.some((name) => name === 'limit' || name === 'cursor')) {
    throw new CustodyInputError(
      'query',
      filters === undefined ? 'is no object' : names.length === 0 ? 'has no filter' : 'has a limit or a cursor',
      'Give at least one filter, and no limit or cursor: everything that matches is erased.',
    );
  }
  checkSelection({ query: filters });
  return filters;
}
