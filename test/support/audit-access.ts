import type { ExecutionContext } from '@nestjs/common';
import type { AuditAccess, AuditPermission } from 'nestjs-audited/http';

/** Whoever gets past the guards may do everything. */
export const EVERYTHING: AuditAccess = {
  permissions: ['read', 'read-personal', 'export', 'verify', 'administer'],
  tenants: 'all',
};

/** What each role of the specs may do. */
export const ROLES: Readonly<Record<string, readonly AuditPermission[]>> = {
  admin: EVERYTHING.permissions,
  auditor: ['read', 'read-personal', 'export', 'verify'],
  reader: ['read'],
  exporter: ['export'],
  verifier: ['verify'],
  operator: ['read', 'administer'],
  viewer: [],
};

/** What `HeaderUserGuard` left on the request decides: its roles, and its tenants if it names any. */
export function accessOfUser(context: ExecutionContext): AuditAccess {
  const { user } = context.switchToHttp().getRequest<{
    user?: { readonly roles?: readonly string[]; readonly tenants?: readonly string[] };
  }>();
  return {
    permissions: (user?.roles ?? []).flatMap((role) => ROLES[role] ?? []),
    tenants: user?.tenants ?? 'all',
  };
}
