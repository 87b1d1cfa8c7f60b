import type { Clock } from '../../event/clock.js';
import type { AuditContext } from '../../recording/context/audit-context.js';
import type { AuditRecorder } from '../../recording/audit-recorder.js';
import type { FailureLog } from '../../recording/accounting/failure-log.js';
import type { ActorResolver } from '../actor-resolver.js';
import type { CaptureOptions } from '../capture.options.js';

/** What the capture is made of; one instance of each per module. */
export interface HttpCaptureParts {
  readonly recorder: AuditRecorder;
  readonly context: AuditContext;
  readonly failures: FailureLog;
  readonly resolver: ActorResolver;
  readonly clock: Clock;
  readonly options: CaptureOptions;
}
