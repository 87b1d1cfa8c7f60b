/** How requests are captured. */
export interface CaptureOptions {
  /** Response header, lower case, that gives the audit id back; `false` for none. @default 'x-audit-id' */
  readonly auditIdHeader: string | false;
  /** Request header that carries the correlation id, lower case. @default 'x-correlation-id' */
  readonly correlationHeader: string;
  /** Also record requests that no route matched, or whose body could not be parsed. @default false */
  readonly unmatched: boolean;
  /**
   * What a state-changing route without `@Audited` or `@NotAudited` means at boot: nothing, a line in
   * the boot report, or the end of the boot. @default 'report'
   */
  readonly coverage: 'off' | 'report' | 'error';
  /**
   * Which routes carry the context that `AuditService` reads: every one as soon as anything injects
   * the service or a route is transactional (`auto`), or `always`. AsyncLocalStorage costs every request.
   * @default 'auto'
   */
  readonly context: 'auto' | 'always';
  /** How long a handler whose client went away is waited for before its record is written. @default 60000 */
  readonly abandonedAfterMs: number;
  /** How long the actor resolver may take before the actor is recorded as unknown. @default 2000 */
  readonly actorTimeoutMs: number;
  /** How long a handler may be held up by the option `before` of its route. @default 5000 */
  readonly beforeTimeoutMs: number;
}

export const DEFAULT_CAPTURE_OPTIONS: CaptureOptions = Object.freeze({
  auditIdHeader: 'x-audit-id',
  correlationHeader: 'x-correlation-id',
  unmatched: false,
  coverage: 'report',
  context: 'auto',
  abandonedAfterMs: 60_000,
  actorTimeoutMs: 2000,
  beforeTimeoutMs: 5000,
});
