import type { AuditActor } from '../../event/audit-event.js';
import type { JsonValue } from '../../event/json-value.js';
import { noteTruncated } from '../../redaction/redaction-findings.js';
import type { Redactor, RedactionFindings } from '../../redaction/redactor.js';
import { assignDefined } from './assign-defined.js';
import { firstItems, noteCutList } from './bounded-list.js';
import { actorKindWord } from './event-words.js';

/** A delegation chain longer than this is cut; nobody acts for so many. */
const MAX_DELEGATIONS = 8;
const MAX_ROLES = 64;

type Mutable<Facts> = { -readonly [Field in keyof Facts]: Facts[Field] };

/**
 * An actor of one-line texts; what tells who the person is goes into `personal`, by its place in the event. What is
 * no actor at all becomes one of kind `unknown`: somebody acted, and it could not be established who.
 */
export function composeActor(
  given: unknown,
  redactor: Redactor,
  findings: RedactionFindings,
  personal: Record<string, JsonValue>,
  pointer = '/actor',
  depth = 0,
): AuditActor {
  if (typeof given !== 'object' || given === null) {
    return { kind: 'unknown' };
  }
  const { kind, id, email, name, ip, userAgent, tenantId, roles, onBehalfOf } = given as Readonly<
    Record<string, unknown>
  >;
  const actor: Mutable<AuditActor> = { kind: actorKindWord(kind) };
  const idText = redactor.line(id, `${pointer}/id`, findings);
  if (idText !== undefined) {
    actor.id = idText;
  }
  // In the order of their names, as the canonical text needs them.
  const take = (name: string, value: unknown): void => {
    const text = value === undefined ? undefined : redactor.line(value, `${pointer}/${name}`, findings);
    if (text !== undefined) {
      personal[`${pointer}/${name}`] = text;
    }
  };
  take('email', email);
  take('ip', ip);
  take('name', name);
  take('userAgent', userAgent);
  if (tenantId !== undefined) {
    assignDefined(actor, 'tenantId', redactor.line(tenantId, `${pointer}/tenantId`, findings));
  }
  if (Array.isArray(roles) && roles.length > 0) {
    actor.roles = composeRoles(roles as unknown[], `${pointer}/roles`, redactor, findings);
  }
  if (onBehalfOf === undefined || onBehalfOf === null) {
    return actor;
  }
  if (depth < MAX_DELEGATIONS) {
    actor.onBehalfOf = composeActor(onBehalfOf, redactor, findings, personal, `${pointer}/onBehalfOf`, depth + 1);
  } else {
    // Neither size nor hash: the rest may be a cycle, and a hash would outlive the erasure of these persons.
    noteTruncated(findings, { path: `${pointer}/onBehalfOf`, bytes: 0 });
  }
  return actor;
}

function composeRoles(
  roles: readonly unknown[],
  pointer: string,
  redactor: Redactor,
  findings: RedactionFindings,
): string[] {
  if (roles.length > MAX_ROLES) {
    noteCutList(roles, pointer, redactor, findings);
  }
  return firstItems(roles, MAX_ROLES).map((role, index) => redactor.line(role, `${pointer}/${index}`, findings) ?? '');
}
