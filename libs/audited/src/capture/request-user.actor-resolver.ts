import type { AuditActor, AuditActorKind } from '../event/audit-event.js';
import type { ActorResolver } from './actor-resolver.js';

type Claims = Readonly<Record<string, unknown>>;

const ID_CLAIMS = ['id', 'sub', 'userId', 'user_id', 'uid', 'oid', 'username'];
const NAME_CLAIMS = ['name', 'displayName', 'display_name', 'preferred_username', 'username'];
const EMAIL_CLAIMS = ['email', 'mail', 'upn'];
const TENANT_CLAIMS = ['tenantId', 'tenant_id', 'tid', 'organizationId', 'org_id'];
const ROLE_CLAIMS = ['roles', 'role', 'groups'];
const IMPERSONATOR_CLAIMS = ['impersonator', 'impersonatedBy', 'act'];
const KINDS: readonly AuditActorKind[] = ['user', 'service', 'system', 'anonymous', 'unknown'];
const MAX_DELEGATIONS = 8;

/**
 * The default: reads `request.user` as Passport, JWT guards and session guards leave it. Understands
 * common claim names, roles as texts or objects, Keycloak's `realm_access`, and delegation: the `act`
 * claim of RFC 8693 (section 4.1) names who really acts, the token's subject is acted for.
 */
export class RequestUserActorResolver implements ActorResolver {
  resolve(request: unknown): AuditActor | null {
    const user = (request as { readonly user?: unknown }).user;
    if (typeof user === 'string' && user !== '') {
      return { kind: 'user', id: user };
    }
    return isClaims(user) ? actorOf(user, 0) : null;
  }
}

function actorOf(claims: Claims, depth: number): AuditActor {
  const subject = subjectOf(claims);
  const impersonator = IMPERSONATOR_CLAIMS.map((claim) => claims[claim]).find(
    (value) => isClaims(value) || isText(value),
  );
  if (impersonator === undefined || depth >= MAX_DELEGATIONS) {
    return subject;
  }
  const acting: AuditActor = isClaims(impersonator)
    ? actorOf(impersonator, depth + 1)
    : { kind: 'user', id: String(impersonator) };
  return actingFor(acting, subject);
}

/** Puts the subject at the end of the acting one's own chain. */
function actingFor(acting: AuditActor, subject: AuditActor): AuditActor {
  return {
    ...acting,
    onBehalfOf: acting.onBehalfOf === undefined ? subject : actingFor(acting.onBehalfOf, subject),
  };
}

function subjectOf(claims: Claims): AuditActor {
  const id = firstText(claims, ID_CLAIMS);
  const email = firstText(claims, EMAIL_CLAIMS) ?? passportEmail(claims['emails']);
  const name = firstText(claims, NAME_CLAIMS);
  const tenantId = firstText(claims, TENANT_CLAIMS);
  const roles = rolesOf(claims);
  const kind = KINDS.find((known) => known === claims['kind']) ?? 'user';
  return {
    kind,
    ...(id === undefined ? {} : { id }),
    ...(email === undefined ? {} : { email }),
    ...(name === undefined || name === id ? {} : { name }),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(roles.length === 0 ? {} : { roles }),
  };
}

function rolesOf(claims: Claims): readonly string[] {
  const realm = isClaims(claims['realm_access']) ? claims['realm_access']['roles'] : undefined;
  const given = ROLE_CLAIMS.map((claim) => claims[claim]).find((value) => value !== undefined) ?? realm;
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  return list.flatMap((role) => {
    const text = isClaims(role) ? firstText(role, ['name', 'id']) : role;
    return isText(text) ? [String(text)] : [];
  });
}

/** Passport's normalised profile holds a list of `{ value }`. */
function passportEmail(emails: unknown): string | undefined {
  const first: unknown = Array.isArray(emails) ? emails[0] : undefined;
  return isClaims(first) ? firstText(first, ['value']) : undefined;
}

function firstText(claims: Claims, names: readonly string[]): string | undefined {
  const value = names.map((name) => claims[name]).find(isText);
  return value === undefined ? undefined : String(value);
}

function isText(value: unknown): value is string | number | bigint {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'bigint';
}

function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
