import type { AuditDraft } from '../../../event/audit-draft.js';
import { withDetail } from '../draft/draft-fields.js';
import type { TransactionState } from './joined-transaction.js';

/** A record that the response gate has to write besides what the transaction carries. */
export interface RecordApart {
  readonly draft: AuditDraft;
  readonly id: string;
}

/**
 * What is left to be recorded of a transactional action when its answer is decided.
 *
 * @param draft how the action ended on the wire
 * @param state how the transaction ended that was to carry its event
 * @param eventId id of that event; the client is told it
 * @param newId makes an id for an event that tells more than that one
 * @returns `undefined` when the event that the transaction carries says it all
 */
export function recordApart(
  draft: AuditDraft,
  state: TransactionState,
  eventId: string,
  newId: () => string,
): RecordApart | undefined {
  const endedWell = draft.outcome === 'success' || draft.outcome === 'pending';
  if (state === 'committed') {
    // The business change is there and recorded; only a bad end of the answer is news.
    return endedWell ? undefined : { draft: { ...draft, causationId: eventId }, id: newId() };
  }
  if (state === 'open' || state === 'unknown') {
    // The event may or may not come; a second one under its id could take its place.
    return { draft: { ...withTransaction(draft, 'unknown'), causationId: eventId }, id: newId() };
  }
  return { draft: state === 'rolled-back' && endedWell ? withTransaction(draft, 'rolled_back') : draft, id: eventId };
}

function withTransaction(draft: AuditDraft, word: string): AuditDraft {
  return { ...draft, details: withDetail(draft.details, 'transaction', word) };
}
