import type { ExecutionContext } from '@nestjs/common';
import type { AuditAccess, AuditPermission } from 'nestjs-audited/http';
import type { AuthenticatedRequest } from './authenticated-request.js';
import type { Role } from './user-directory.js';

/** What each role may do with the audit trail; a role that is not named here, nothing. */
const PERMISSIONS: Readonly<Partial<Record<Role, readonly AuditPermission[]>>> = {
  admin: ['read', 'read-personal', 'export', 'verify', 'administer'],
  auditor: ['read', 'export', 'verify'],
};

/** What whoever the `JwtGuard` let in may do with the audit trail. */
export function auditAccess(context: ExecutionContext): AuditAccess {
  const { user } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  const roles = (user?.roles ?? []) as readonly Role[];
  return { permissions: roles.flatMap((role) => PERMISSIONS[role] ?? []), tenants: 'all' };
}
