import type { AuditEvent } from '../event/audit-event.js';
import type { ChainId, PersonalPart } from '../event/audit-record.js';
import { checkSelection } from './checked-selection.js';
import type { ErasureSelection } from './custody-store.js';
import { holdsEmail } from './email-match.js';
import { factsMatcher } from './query-match.js';

/** What a selection is compared with. */
export interface ErasureCandidate {
  /** `undefined` where it is not known: a filter by chain then passes. */
  readonly chain: ChainId | undefined;
  readonly event: AuditEvent;
  /** JSON in which an e-mail address is looked for: the personal part. */
  readonly personal: string;
}

/**
 * Says, for an event that no database holds, what `ErasureStore.match` says of a record: the actor's id and the filters
 * are compared exactly, e-mail addresses whatever their case, with every value of the personal part.
 *
 * @throws QueryInvalidError when the query has an unknown or malformed filter
 */
export function erasureMatcher(selection: ErasureSelection): (candidate: ErasureCandidate) => boolean {
  if ('actorId' in selection) {
    return ({ event }) => event.actor.id === selection.actorId;
  }
  if ('email' in selection) {
    return ({ personal }) => holdsEmail(personal, selection.email);
  }
  const { query } = checkSelection(selection);
  const matches = factsMatcher({ ...query, terms: [] });
  return ({ chain, event, personal }) => matches({ chain, event, personal: partOf(personal) });
}

/** What cannot be read has no values that a filter could be compared with. */
function partOf(personal: string): PersonalPart | undefined {
  try {
    return JSON.parse(personal) as PersonalPart;
  } catch {
    return undefined;
  }
}
