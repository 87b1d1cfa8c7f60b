import { QueryInvalidError } from '../event/audit.error.js';
import { checkRecordFilters, type CheckedConditions } from './audit-query.js';
import type { ErasureSelection } from './custody-store.js';

/** Longer than any address may be (RFC 5321: 254 octets), with room for what people write into the field. */
const MOST_EMAIL_CHARACTERS = 1000;

/** A selection whose every field was checked. */
export interface CheckedSelection {
  readonly query: Pick<CheckedConditions, 'filters' | 'from' | 'to'>;
  /** To be found in the personal part, too. */
  readonly email?: string;
}

/**
 * Checks a selection; a wrong one never widens what is erased.
 *
 * @throws QueryInvalidError when it selects everything or is malformed
 */
export function checkSelection(selection: ErasureSelection): CheckedSelection {
  if ('actorId' in selection) {
    return { query: checkRecordFilters({ actorId: selection.actorId }) };
  }
  if ('email' in selection) {
    return { query: { filters: [] }, email: checkedEmail(selection.email) };
  }
  const query = checkRecordFilters(selection.query);
  if (query.terms.length > 0) {
    throw new QueryInvalidError(
      'text',
      'selects no records to erase',
      'Give filters that say exactly which are meant.',
    );
  }
  if (query.filters.length === 0 && query.from === undefined && query.to === undefined) {
    throw new QueryInvalidError('query', 'has no filter', 'Give one, so that nobody erases everything by mistake.');
  }
  return { query };
}

function checkedEmail(email: unknown): string {
  if (typeof email !== 'string' || email === '' || email.length > MOST_EMAIL_CHARACTERS) {
    throw new QueryInvalidError(
      'email',
      `must be a text of 1 to ${MOST_EMAIL_CHARACTERS} characters`,
      'Give the address as it was recorded; upper and lower case mean the same.',
    );
  }
  return email;
}
