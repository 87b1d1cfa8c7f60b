/** The texts that stand in a record where a value could not. */
export const REDACTED = '[redacted]';
export const TRUNCATED = '[truncated]';
export const CIRCULAR = '[circular]';
/** Where reading threw. */
export const UNREADABLE = '[unreadable]';

/** Yes, no and nothing are no secrets, and worth knowing: `hasPassword: true`, `token: null`. */
export function isNeverSecret(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'boolean';
}
