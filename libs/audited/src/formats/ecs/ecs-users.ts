import type { AuditActor, AuditEvent, AuditResource } from '../../event/audit-event.js';
import { ipAddressOf } from '../ip-address.js';

/**
 * The `user` fields. At the root stands who performs the action: the actor. `user.effective` is whose privileges the
 * actor assumed: the end of the chain of those on whose behalf it acts. `user.target` is the user that was acted on.
 *
 * @see https://www.elastic.co/docs/reference/ecs/ecs-user-usage "Privilege changes", "Identity and access management"
 */
export function usersOf({ actor, resource, targets }: AuditEvent): object | undefined {
  const { id, email, name, roles } = actor;
  const effective = actor.onBehalfOf === undefined ? undefined : userOf(endOfChain(actor.onBehalfOf));
  const affected = affectedUser(resource, targets);
  const target = affected === undefined ? undefined : targetOf(affected);
  return (id ?? email ?? name ?? roles ?? effective ?? target) === undefined
    ? undefined
    : { id, name: firstText(email, id, name), full_name: name, email, roles, effective, target };
}

function endOfChain(actor: AuditActor): AuditActor {
  let last = actor;
  while (last.onBehalfOf !== undefined) last = last.onBehalfOf;
  return last;
}

function userOf({ id, email, name, roles }: AuditActor): object | undefined {
  return (id ?? email ?? name ?? roles) === undefined
    ? undefined
    : { id, name: firstText(email, id, name), full_name: name, email, roles };
}

function targetOf({ id, name }: AuditResource): object | undefined {
  return (id ?? name) === undefined ? undefined : { id, name: firstText(id, name), full_name: name };
}

function affectedUser(resource: AuditEvent['resource'], targets: AuditEvent['targets']): AuditResource | undefined {
  return resource !== undefined && isUser(resource) ? resource : targets?.find(isUser);
}

function isUser({ type }: AuditResource): boolean {
  return type.length === 4 && type.toLowerCase() === 'user';
}

/**
 * For `user.name`, which is a log-in name and which no actor has: an e-mail address is nearest, then the id. Elastic
 * Security joins events by it, so it is there whenever the user is known by anything.
 */
function firstText(one: string | undefined, other: string | undefined, last?: string): string | undefined {
  if (one) return one;
  if (other) return other;
  return last === '' ? undefined : last;
}

/** `related.user` and `related.ip`: whatever names a person or an address anywhere in the event, each once. */
export function relatedPeople({ actor, resource, targets }: AuditEvent): {
  readonly user: readonly string[] | undefined;
  readonly ip: readonly string[] | undefined;
} {
  const users = new Set<string>();
  const addresses = new Set<string>();
  for (let person: AuditActor | undefined = actor; person !== undefined; person = person.onBehalfOf) {
    for (const text of [person.id, person.email, person.name]) if (text) users.add(text);
    const address = ipAddressOf(person.ip);
    if (address !== undefined) addresses.add(address.text);
  }
  for (const thing of [resource, ...(targets ?? [])]) {
    if (thing === undefined || !isUser(thing)) continue;
    for (const text of [thing.id, thing.name]) if (text) users.add(text);
  }
  return { user: listOf(users), ip: listOf(addresses) };
}

function listOf(texts: ReadonlySet<string>): readonly string[] | undefined {
  return texts.size === 0 ? undefined : [...texts];
}
