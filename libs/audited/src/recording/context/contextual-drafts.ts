import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditActor } from '../../event/audit-event.js';
import type { AuditContext } from './audit-context.js';
import type { AuditScope } from './audit-scope.js';
import { draftFields } from '../composing/readable-draft.js';
import type { FailureLog } from '../accounting/failure-log.js';

/** Who works when nobody asked: a scheduled task, a start-up step. */
const SYSTEM: AuditActor = { kind: 'system' };

/** Completes drafts of application code with what the running action knows. */
export class ContextualDrafts {
  constructor(
    private readonly context: AuditContext,
    private readonly failures: FailureLog,
  ) {}

  /** The draft with actor, correlation and trace. What it leaves out, or gives as `undefined`, is inherited. */
  async inContext(draft: AuditDraft): Promise<AuditDraft> {
    const scope = this.context.current();
    const own = draftFields(draft);
    if (scope === undefined) {
      return { actor: SYSTEM, ...own };
    }
    const { correlationId, eventId: causationId, sessionId, traceId, spanId } = scope;
    const actor = own.actor === undefined ? await this.actorOf(scope) : undefined;
    return { ...defined({ actor, correlationId, causationId, sessionId, traceId, spanId }), ...own };
  }

  private async actorOf(scope: AuditScope): Promise<AuditActor | undefined> {
    try {
      return await scope.actor();
    } catch (error) {
      this.failures.report('actor', 'The actor of an event could not be established', error);
      return undefined;
    }
  }
}

/** Without the members that are `undefined`. */
export function defined<Facts extends object>(
  facts: Facts,
): { [Field in keyof Facts]?: Exclude<Facts[Field], undefined> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as {
    [Field in keyof Facts]?: Exclude<Facts[Field], undefined>;
  };
}
