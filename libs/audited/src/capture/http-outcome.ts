import type { AuditOutcome } from '../event/audit-event.js';
import type { OutcomeTypes } from './audited.options.js';

/** How far a request came in its handler. */
export type HandlerProgress = 'not-reached' | 'running' | 'returned' | 'threw';

/** What an HTTP exchange ended as, and which of the policy's types says so. */
export interface HttpOutcome {
  readonly outcome: AuditOutcome;
  readonly ending: keyof OutcomeTypes | undefined;
}

/**
 * The outcome of a request from the status that really left and from how far it came.
 *
 * 403 is a denial whoever made the decision, a guard or the service below the handler. 401 is a denial
 * when a guard asked for credentials; out of a handler (a log-in) it is a failed authentication.
 */
export function httpOutcome(status: number, progress: HandlerProgress): HttpOutcome {
  if (status === 429) {
    return { outcome: 'denied', ending: 'rateLimited' };
  }
  if (status === 403 || (status === 401 && progress === 'not-reached')) {
    return { outcome: 'denied', ending: 'denied' };
  }
  if (status >= 400) {
    return { outcome: 'failure', ending: 'failed' };
  }
  return { outcome: status === 202 ? 'pending' : 'success', ending: 'succeeded' };
}
