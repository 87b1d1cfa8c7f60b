import type { AuditEvent } from '../../event/audit-event.js';
import { OTHER, type OcsfClassUid } from './ocsf-classes.js';
import type { OcsfEndpoint } from './ocsf-network.js';
import { targetUser, userOf, type OcsfActor, type OcsfUser } from './ocsf-people.js';
import { privilegesOf } from './ocsf-privileges.js';
import {
  areNamed,
  entitiesOf,
  groupOf,
  nameOf,
  resourcesOf,
  webResourcesOf,
  type OcsfName,
  type OcsfResource,
} from './ocsf-resources.js';
import { said } from './ocsf-text.js';
import { APPLICATION_LOG, NETWORK_LOGON } from './ocsf-words.js';

/** What the classes build upon. */
export interface OcsfFacts {
  readonly event: AuditEvent;
  readonly actor: OcsfActor | undefined;
  readonly source: OcsfEndpoint | undefined;
  /** The endpoint that the event comes from. */
  readonly application: OcsfEndpoint | undefined;
  /** `product.name` of the options. */
  readonly product: string;
}

/** The attributes that only some classes have. */
export interface OcsfAttributes {
  readonly user?: OcsfUser;
  readonly session?: object | undefined;
  readonly service?: object | undefined;
  readonly is_remote?: true | undefined;
  readonly logon_type_id?: number | undefined;
  readonly logon_type?: string | undefined;
  readonly privileges?: readonly string[];
  readonly group?: OcsfName;
  readonly entity?: object;
  readonly entity_result?: object | undefined;
  readonly comment?: string | undefined;
  readonly app?: object;
  readonly api?: object;
  readonly resources?: readonly OcsfResource[] | undefined;
  readonly web_resources?: readonly OcsfResource[];
  readonly log_name?: string | undefined;
  readonly log_provider?: string;
  readonly log_type_id?: number;
  readonly log_type?: string;
}

/** What is special about an event of a class. */
export interface OcsfClassParts {
  readonly attributes: OcsfAttributes;
  /** Said by the record, where the event type says nothing. */
  readonly activityId?: number;
  /** The resource is whole in the attributes. */
  readonly holdsResource?: boolean;
  /** The targets are whole in the attributes. */
  readonly holdsTargets?: boolean;
}

/** @returns `undefined` when the record lacks what the class requires */
type PartsOf = (facts: OcsfFacts, activityId: number | undefined) => OcsfClassParts | undefined;

/** Of Authentication. */
const LOGON = 1;
/** Assign Privileges, of Authorize Session and of User Access Management. */
const ASSIGN = 1;
/** Of Authorize Session. */
const ASSIGN_GROUPS = 2;
/** Revoke Privileges, of User Access Management. */
const REVOKE = 2;

/** Activities of Account Change that somebody does to their own account: passwords and factors. */
const OWN_ACCOUNT: ReadonlySet<number | undefined> = new Set([3, 4, 10, 11]);

/** One function a class; what stands behind `undefined` is what the class requires. */
export const OCSF_CLASS_PARTS: Readonly<Record<OcsfClassUid, PartsOf>> = {
  0: () => ({ attributes: {} }),
  1008: eventLogParts,
  3001: ({ event }, activityId) => {
    const user = targetUser(event) ?? (OWN_ACCOUNT.has(activityId) ? userOf(event.actor) : undefined);
    return user && { attributes: { user } };
  },
  3002: authenticationParts,
  3003: sessionParts,
  3004: ({ event }) => {
    const entities = entitiesOf(event);
    if (entities === undefined) return undefined;
    const { before, after } = entities;
    return {
      attributes: { entity: before, entity_result: after, comment: said(event.reason) },
      holdsResource: true,
    };
  },
  3005: accessParts,
  6001: ({ event }) => {
    const web_resources = webResourcesOf(event);
    if (web_resources === undefined) return undefined;
    const holdsResource = nameOf(event.resource) !== undefined;
    // The list does not tell the two apart, but the resource is its first member.
    return {
      attributes: { web_resources },
      holdsResource,
      holdsTargets: holdsResource && areNamed(event.targets ?? []),
    };
  },
  6002: ({ event: { origin } }) => {
    const name = said(origin.component) ?? said(origin.platform);
    return name === undefined ? undefined : { attributes: { app: { name, version: said(origin.version) } } };
  },
  6003: apiParts,
  6008: () => ({ attributes: {} }),
};

/** The kit's own events are about its own log. */
const KIT_TYPES = 'audit.';

function eventLogParts({ event, product }: OcsfFacts): OcsfClassParts | undefined {
  const { resource } = event;
  if (event.type.startsWith(KIT_TYPES)) {
    const log_name = resource?.type === 'audit.chain' ? said(resource.id) : undefined;
    const { id, caption } = APPLICATION_LOG;
    return { attributes: { log_name, log_provider: product, log_type_id: id, log_type: caption } };
  }
  const log_name = said(resource?.name) ?? said(resource?.id);
  return log_name === undefined ? undefined : { attributes: { log_name } };
}

/** A user, and what they are authenticated to: a service or, without a name, an endpoint. */
function authenticationParts(
  { event, application }: OcsfFacts,
  activityId: number | undefined,
): OcsfClassParts | undefined {
  const user = targetUser(event) ?? userOf(event.actor);
  if (user === undefined || application === undefined) return undefined;
  const isHttp = event.transport.kind === 'http';
  const logon = isHttp && activityId === LOGON ? NETWORK_LOGON : undefined;
  return {
    attributes: {
      user,
      session: sessionOf(event),
      service: serviceOf(event),
      is_remote: isHttp ? true : undefined,
      logon_type_id: logon?.id,
      logon_type: logon?.caption,
    },
  };
}

/** Exactly one of `privileges` and `group`. */
function sessionParts({ event }: OcsfFacts, activityId: number | undefined): OcsfClassParts | undefined {
  const self = userOf(event.actor);
  const target = targetUser(event);
  const user = target ?? self;
  if (user === undefined) return undefined;
  const session = sessionOf(event);
  const group = groupOf(event);
  if (activityId !== ASSIGN && group !== undefined) {
    return { attributes: { user, session, group }, activityId: activityId ?? ASSIGN_GROUPS };
  }
  if (activityId === ASSIGN_GROUPS) return undefined;
  const { added, named } = privilegesOf(event);
  const roles = target === undefined ? event.actor.roles?.filter((role) => role !== '') : undefined;
  const privileges = [added, named, roles].find((list) => list !== undefined && list.length > 0);
  return privileges && { attributes: { user, session, privileges }, activityId: activityId ?? ASSIGN };
}

function accessParts({ event }: OcsfFacts, activityId: number | undefined): OcsfClassParts | undefined {
  const user = targetUser(event);
  if (user === undefined) return undefined;
  const { added, removed, named } = privilegesOf(event);
  const given = activityId === REVOKE ? removed : added;
  if (given.length > 0) return privilegesParts(user, given, activityId ?? ASSIGN);
  if (activityId === undefined && removed.length > 0) return privilegesParts(user, removed, REVOKE);
  return named.length > 0 ? privilegesParts(user, named, activityId ?? OTHER) : undefined;
}

function privilegesParts(user: OcsfUser, privileges: readonly string[], activityId: number): OcsfClassParts {
  return { attributes: { user, privileges }, activityId };
}

/** The default: an actor and a source are required, and so is the operation. */
function apiParts({ event, actor, source }: OcsfFacts): OcsfClassParts | undefined {
  if (actor === undefined || source === undefined) return undefined;
  const { resource, targets } = event;
  return {
    attributes: {
      api: {
        operation: operationOf(event),
        service: serviceOf(event),
      },
      resources: resourcesOf(event),
    },
    holdsResource: nameOf(resource) !== undefined,
    holdsTargets: targets !== undefined && areNamed(targets),
  };
}

/** The method of the code; else the route that was asked for; else what was done. */
function operationOf({ transport, type }: AuditEvent): string {
  if (transport.kind === 'manual') return type;
  const handler = said(transport.handler);
  if (handler !== undefined || transport.kind !== 'http') return handler ?? type;
  const route = said(transport.route);
  return route === undefined ? type : `${transport.method} ${route}`;
}

function serviceOf({ origin }: AuditEvent): object | undefined {
  const name = said(origin.component);
  return name === undefined ? undefined : { name, version: said(origin.version) };
}

function sessionOf({ sessionId }: AuditEvent): object | undefined {
  const uid = said(sessionId);
  return uid === undefined ? undefined : { uid };
}
