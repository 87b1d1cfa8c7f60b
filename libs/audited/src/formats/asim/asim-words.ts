import type { AuditActorKind, AuditOutcome, AuditSeverity } from '../../event/audit-event.js';

/** What an outcome is in ASIM. Absent words leave their columns out. */
export interface AsimResult {
  readonly EventResult: 'Success' | 'Partial' | 'Failure' | 'NA';
  /** AuditEvent lists no words for this column, so these are ours. */
  readonly EventResultDetails?: 'Denied' | 'Pending' | 'Unknown';
  /** What the application, as the one that guards, did to the request. */
  readonly DvcAction?: 'Blocked';
}

/** `NA`, not applicable, is ASIM's only word for what has no result, or none yet; the details say which. */
export const ASIM_RESULTS: Readonly<Record<AuditOutcome, AsimResult>> = {
  success: { EventResult: 'Success' },
  failure: { EventResult: 'Failure' },
  denied: { EventResult: 'Failure', EventResultDetails: 'Denied', DvcAction: 'Blocked' },
  pending: { EventResult: 'NA', EventResultDetails: 'Pending' },
  unknown: { EventResult: 'NA', EventResultDetails: 'Unknown' },
};

/** Field `EventSeverity`; the exact word stands in `EventOriginalSeverity`. */
export const ASIM_SEVERITIES: Readonly<Record<AuditSeverity, 'Informational' | 'Low' | 'Medium' | 'High'>> = {
  debug: 'Informational',
  info: 'Informational',
  warning: 'Low',
  error: 'Medium',
  critical: 'High',
};

/** `UserType` of the User entity; the exact word stands in `ActorOriginalUserType`. */
export const ASIM_USER_TYPES: Readonly<
  Record<AuditActorKind, 'Regular' | 'Service' | 'System' | 'Anonymous' | undefined>
> = {
  user: 'Regular',
  service: 'Service',
  system: 'System',
  anonymous: 'Anonymous',
  unknown: undefined,
};

/** `UserIdType` of the User entity, and `Other`, which Microsoft's own ASimTester allows for identifiers of no such kind. */
export const ASIM_USER_ID_TYPES = ['SID', 'UID', 'AADID', 'OktaId', 'AWSId', 'PUID', 'SalesforceId', 'Other'] as const;

export type AsimUserIdType = (typeof ASIM_USER_ID_TYPES)[number];
