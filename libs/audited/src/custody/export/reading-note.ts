import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditActor } from '../../event/audit-event.js';
import { queryFacts } from '../../storage/reading/query-facts.js';
import { personalOfQuery } from './personal-query.js';

/** What the log says of somebody who looked into it. */
export interface ReadingNote {
  /** In a few words: `Audit trail searched on the command line`. */
  readonly action: string;
  /** What was asked for: the query. */
  readonly query: object;
  /** The id of the event, where one was looked at. */
  readonly eventId?: string;
  /** Who reads. @default the system */
  readonly by?: AuditActor;
  readonly reason?: string;
}

/** The record of it, as the reading API writes it. */
export function readingDraft({ action, query, eventId, by, reason }: ReadingNote): AuditDraft {
  return {
    type: 'audit.read',
    outcome: 'success',
    actor: by ?? { kind: 'system' },
    action,
    resource: eventId === undefined ? { type: 'audit-trail' } : { type: 'audit-record', id: eventId },
    ...(reason === undefined ? {} : { reason }),
    details: { query: queryFacts(query) },
    personal: personalOfQuery('query'),
  };
}
