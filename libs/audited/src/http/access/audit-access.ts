import type { ExecutionContext } from '@nestjs/common';

/** What somebody may do with the audit trail, each apart from the others. */
export type AuditPermission =
  /** Look at records, statistics and the live tail, personal data masked. */
  | 'read'
  /** See personal data, and look for it. */
  | 'read-personal'
  /** Take records away in a file. */
  | 'export'
  /** Verify the log, read checkpoints, get proofs. */
  | 'verify'
  /** See and operate destinations and dead letters. */
  | 'administer';

/** Every permission. */
export const AUDIT_PERMISSIONS: readonly AuditPermission[] = [
  'read',
  'read-personal',
  'export',
  'verify',
  'administer',
];

/** What a caller may do, and with whose records. */
export interface AuditAccess {
  readonly permissions: readonly AuditPermission[];
  /**
   * Whose records: `all`, or those of these tenants; an empty list means none at all. Nothing that a caller asks for widens
   * it. What concerns the log as a whole (verification, checkpoints, destinations, dead letters) needs `all`.
   */
  readonly tenants: 'all' | readonly string[];
}

/** Says what the caller of a request may do. A class of the application that Nest builds. */
export interface AuditAccessResolver {
  /**
   * Asked once for each request, after the guards.
   *
   * @throws an `HttpException` to refuse in your own words; anything else, and an answer that is no {@link AuditAccess},
   * lets nobody in and is answered with 500
   */
  resolve(context: ExecutionContext): AuditAccess | Promise<AuditAccess>;
}

/** The same as a function. */
export type AuditAccessFunction = (context: ExecutionContext) => AuditAccess | Promise<AuditAccess>;

const MOST_TENANTS = 1000;

/** What is wrong with an access, or `undefined`. It comes from the application, at run time, so its type says nothing. */
export function accessFault(access: unknown): string | undefined {
  if (typeof access !== 'object' || access === null) {
    return 'is no object';
  }
  const { permissions, tenants } = access as Partial<AuditAccess>;
  if (!Array.isArray(permissions)) {
    return 'has no list of permissions';
  }
  const unknown: unknown = permissions.find((one) => !AUDIT_PERMISSIONS.includes(one as AuditPermission));
  if (unknown !== undefined) {
    return `has a permission that does not exist; there are: ${AUDIT_PERMISSIONS.join(', ')}`;
  }
  const isList =
    Array.isArray(tenants) &&
    tenants.length <= MOST_TENANTS &&
    tenants.every((tenant) => typeof tenant === 'string' && tenant !== '');
  return tenants === 'all' || isList
    ? undefined
    : `names no tenants: give "all" or a list of at most ${MOST_TENANTS} ids`;
}
