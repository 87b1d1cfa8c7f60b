import type { AuditOutcome } from '../../../event/audit-event.js';
import type { OutcomeTypes } from '../../audited.options.js';

/**
 * How far a request came in its handler. `cancelled`: its Observable was unsubscribed from before it
 * completed, by a time-out or because the client left.
 */
export type HandlerProgress = 'not-reached' | 'running' | 'returned' | 'threw' | 'cancelled';

/** What the outcome depends on besides the status. */
export interface HttpCourse {
  readonly progress: HandlerProgress;
  /** Whether the guards let the request through. */
  readonly admitted: boolean;
  /** Whether an exception reached the exception filters; they may have answered with any status. */
  readonly filtered: boolean;
  /** The status that exception stands for, if it says one. */
  readonly exceptionStatus: number | undefined;
}

/** What an HTTP exchange ended as, and which of the policy's types says so. */
export interface HttpOutcome {
  readonly outcome: AuditOutcome;
  readonly ending: Exclude<keyof OutcomeTypes, 'started'> | undefined;
}

/**
 * The outcome of a request from the status that really left and from how far it came.
 *
 * 403 is a denial whoever made the decision, a guard or the service below the handler. 401 is a denial
 * when a guard asked for credentials; out of a handler (a log-in) it is a failed authentication. A
 * friendly status (a redirect to the log-in page, 200 with an error inside) makes neither a success.
 */
export function httpOutcome(status: number, course: HttpCourse): HttpOutcome {
  if (status === 429) {
    return { outcome: 'denied', ending: 'rateLimited' };
  }
  if (status === 403 || (status === 401 && course.progress === 'not-reached')) {
    return { outcome: 'denied', ending: 'denied' };
  }
  if (status >= 400) {
    return { outcome: 'failure', ending: 'failed' };
  }
  if (course.filtered) {
    return hiddenOutcome(status, course);
  }
  if (!course.admitted) {
    return { outcome: 'denied', ending: 'denied' };
  }
  return { outcome: status === 202 ? 'pending' : 'success', ending: 'succeeded' };
}

/** An exception was answered with a status below 400: what it would have been tells the outcome. */
function hiddenOutcome(status: number, course: HttpCourse): HttpOutcome {
  const unfiltered: HttpCourse = { ...course, filtered: false };
  if (course.exceptionStatus === undefined) {
    return course.admitted ? { outcome: 'failure', ending: 'failed' } : httpOutcome(status, unfiltered);
  }
  // An exception may well stand for a success, as `new HttpException('see there', 303)` does.
  return httpOutcome(course.exceptionStatus < 400 ? status : course.exceptionStatus, unfiltered);
}
