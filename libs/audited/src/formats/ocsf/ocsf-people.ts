import type { AuditActor, AuditEvent, AuditResource } from '../../event/audit-event.js';
import { known, said } from './ocsf-text.js';
import { OCSF_USER_TYPES, USER_RESOURCE_TYPES } from './ocsf-words.js';

/** The object `user`; OCSF requires `uid` or `name`. */
export interface OcsfUser {
  readonly type_id?: number;
  readonly type?: string;
  readonly uid?: string | undefined;
  readonly name?: string | undefined;
  readonly email_addr?: string | undefined;
}

/** The object `actor`; OCSF requires one of its members. */
export interface OcsfActor {
  readonly app_name?: string | undefined;
  readonly app_uid?: string | undefined;
  readonly session?: { readonly uid: string } | undefined;
  readonly user?: OcsfUser | undefined;
}

/** The pattern of the type `email_t`, OCSF 1.8.0: what does not fit is no e-mail address there. */
const EMAIL = /^[a-zA-Z0-9!#$%&'*+-/=?^_`{|}~.]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$/;

/** Somebody as a user; `undefined` for one of whom nothing is known that names anybody. */
export function userOf({ kind, id, name, email }: AuditActor): OcsfUser | undefined {
  const uid = said(id);
  // The e-mail address is what an application knows a user by that has no other name.
  const called = said(name) ?? (uid === undefined ? said(email) : undefined);
  if (uid === undefined && called === undefined) return undefined;
  const { id: type_id, caption: type } = OCSF_USER_TYPES[kind];
  return { type_id, type, uid, name: called, email_addr: ocsfEmail(email) };
}

/** An address that `email_addr` takes. */
export function ocsfEmail(email: string | undefined): string | undefined {
  return email !== undefined && EMAIL.test(email) ? email : undefined;
}

/**
 * Who acted. `user` is "the user that initiated the activity or the user context from which the activity was
 * initiated", `app_name` and `app_uid` are "the client application or service that initiated the activity, in
 * conjunction with the user". So a service that acts on behalf of a user is the application, and the user is the user;
 * of two users the one who really acted, and never the one who is impersonated. The whole chain is `unmapped`.
 *
 * The system itself, which has no name of its own, is the application that the event comes from.
 */
export function actorOf({ actor, origin, sessionId }: AuditEvent): OcsfActor | undefined {
  const uid = said(sessionId);
  const session = uid === undefined ? undefined : { uid };
  const client = userBehind(actor);
  if (client !== undefined) return { app_name: said(actor.name), app_uid: said(actor.id), session, user: client };
  const user = userOf(actor);
  const app_name = user === undefined && actor.kind === 'system' ? said(origin.component) : undefined;
  return known({ app_name, session, user });
}

/** Whether an actor is the application in `actor`, and the one behind it the user. */
export function isClient(actor: AuditActor): boolean {
  return userBehind(actor) !== undefined;
}

/** The user for whom a service acts; `undefined` when the actor itself is the one to name. */
function userBehind({ kind, onBehalfOf }: AuditActor): OcsfUser | undefined {
  const isService = kind === 'service' || kind === 'system';
  return isService && onBehalfOf?.kind === 'user' ? userOf(onBehalfOf) : undefined;
}

/** The user that was acted on, as the event names it: its resource, or the first user among its targets. */
export function targetUser({ resource, targets = [], actor }: AuditEvent): OcsfUser | undefined {
  const target = isUser(resource) ? resource : targets.find(isUser);
  if (target === undefined) return undefined;
  // Somebody who acts on their own account: the actor is the same user, of whom more is known.
  if (said(target.id) !== undefined && target.id === actor.id) return userOf(actor);
  const user = { uid: said(target.id), name: said(target.name) };
  return known(user);
}

function isUser(resource: AuditResource | undefined): resource is AuditResource {
  return resource !== undefined && USER_RESOURCE_TYPES.has(resource.type.toLowerCase());
}
