import type { AuditEvent, AuditOutcome, AuditSeverity } from '../../event/audit-event.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkOneOf } from '../../event/option-checks.js';

/**
 * Facilities by name (RFC 5424 section 6.2.1, table 1; RFC 3164 section 4.1.1 has the same). The names are those of
 * `syslog.h`; 12 to 15 have none there and are called by what the RFC says of them. 13 is "log audit".
 */
export const SYSLOG_FACILITIES = Object.freeze({
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  ntp: 12,
  audit: 13,
  alert: 14,
  clock: 15,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
});

export type SyslogFacility = keyof typeof SYSLOG_FACILITIES;

/** Severities by name (RFC 5424 section 6.2.1, table 2), as `syslog.h` calls them. */
export const SYSLOG_SEVERITIES = Object.freeze({
  emerg: 0,
  alert: 1,
  crit: 2,
  // oxlint-disable-next-line id-denylist -- its name in syslog.h
  err: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
});

export type SyslogSeverity = keyof typeof SYSLOG_SEVERITIES;

/** How an action stands: not begun or not finished; done, or nobody can say; failed or refused. */
type Standing = 'open' | 'done' | 'refused';

/**
 * Severity by the event's severity and by how its action stands. What was done is `notice`, which the RFC calls "normal
 * but significant": the name of every audit event. What has only been asked for changed nothing yet: `info`. What
 * failed or was refused is a warning at least. `emerg` and `alert` would wake people, and are never written.
 */
export const SEVERITY_TABLE: Readonly<Record<AuditSeverity, Readonly<Record<Standing, SyslogSeverity>>>> =
  Object.freeze({
    debug: { open: 'debug', done: 'debug', refused: 'warning' },
    info: { open: 'info', done: 'notice', refused: 'warning' },
    warning: { open: 'warning', done: 'warning', refused: 'warning' },
    error: { open: 'err', done: 'err', refused: 'err' },
    critical: { open: 'crit', done: 'crit', refused: 'crit' },
  });

const STANDING: Readonly<Record<AuditOutcome, Standing>> = {
  success: 'done',
  failure: 'refused',
  denied: 'refused',
  pending: 'open',
  unknown: 'done',
};

/** Which priority a message has. */
export interface PriorityOptions {
  /**
   * By name or number, 0 to 23.
   * @default 'audit', which is 13, "log audit"
   */
  readonly facility?: SyslogFacility | number;
  /** One severity for every message. @default by the event's severity and outcome */
  readonly severity?: SyslogSeverity;
}

/**
 * Answers the PRI of a message, in its angle brackets: facility times 8, plus severity.
 *
 * @throws OptionsInvalidError for a facility or a severity that does not exist
 */
export function priorityWriter({ facility = 'audit', severity }: PriorityOptions): (event: AuditEvent) => string {
  const code = facilityCode(facility);
  if (severity !== undefined) {
    checkOneOf('severity', severity, Object.keys(SYSLOG_SEVERITIES));
    const fixed = `<${code * 8 + SYSLOG_SEVERITIES[severity]}>`;
    return () => fixed;
  }
  return (event) => {
    const standing = event.stage === 'intent' ? 'open' : STANDING[event.outcome];
    return `<${code * 8 + SYSLOG_SEVERITIES[SEVERITY_TABLE[event.severity][standing]]}>`;
  };
}

function facilityCode(facility: unknown): number {
  if (typeof facility === 'number' && Number.isInteger(facility) && facility >= 0 && facility <= 23) return facility;
  if (typeof facility === 'string' && Object.hasOwn(SYSLOG_FACILITIES, facility)) {
    return SYSLOG_FACILITIES[facility as SyslogFacility];
  }
  const names = Object.keys(SYSLOG_FACILITIES).join(', ');
  throw new OptionsInvalidError(
    'facility',
    `is ${JSON.stringify(facility) ?? typeof facility}`,
    `Use a number from 0 to 23, or one of: ${names}.`,
  );
}
