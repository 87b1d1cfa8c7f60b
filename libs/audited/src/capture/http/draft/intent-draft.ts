import type { AuditDraft } from '../../../event/audit-draft.js';
import type { AuditActor } from '../../../event/audit-event.js';
import type { AuditEventType } from '../../../catalogue/event-type.js';
import type { HttpAction } from '../http-action.js';
import { addEnrichment, beginDraft, readFields } from './draft-fields.js';

/** The draft of an action that is about to begin: what is known of it before its handler runs. */
export function intentDraft(action: HttpAction, actor: AuditActor): AuditDraft {
  const { options, type } = action.route.policy;
  const draft = beginDraft(action, type as AuditEventType, 'pending', actor, undefined);
  draft.stage = 'intent';
  // An option that needs the result fails here; if it fails for another reason, the outcome tells.
  readFields(draft, action, action.factsNow(), undefined);
  // What guards and interceptors added; the state of the resource belongs to the outcome.
  const { before: _before, after: _after, changes: _changes, ...known } = action.enriched() ?? {};
  addEnrichment(draft, known);
  if (options.types?.started !== undefined) {
    draft.type = options.types.started;
  }
  return draft;
}
