import type { AuditChange, AuditEvent, AuditResource } from '../../event/audit-event.js';
import type { JsonValue } from '../../event/json-value.js';
import { known, said } from './ocsf-text.js';
import { OCSF_ENTITY_TYPES, OCSF_ROLES, OTHER_ENTITY, type OcsfWord } from './ocsf-words.js';

/** How OCSF names things; it requires one of the two. */
export interface OcsfName {
  readonly uid: string | undefined;
  readonly name: string | undefined;
}

/** `undefined` for a thing of which only the kind is known. */
export function nameOf(resource: AuditResource | undefined): OcsfName | undefined {
  return resource === undefined ? undefined : known({ uid: said(resource.id), name: said(resource.name) });
}

/** Whether a list of OCSF holds every one of them. */
export function areNamed(resources: readonly AuditResource[]): boolean {
  return resources.every((resource) => nameOf(resource) !== undefined);
}

/** The object `resource_details`, or `web_resource`, which has no role. */
export interface OcsfResource extends OcsfName {
  readonly type?: string;
  readonly role_id?: number;
  readonly role?: string;
}

/** A list of `resource_details`: the resource is the target, and what else was touched is affected. */
export function resourcesOf({ resource, targets = [] }: AuditEvent): readonly OcsfResource[] | undefined {
  const list: OcsfResource[] = [];
  if (resource !== undefined) addResource(list, resource, OCSF_ROLES.target);
  for (const affected of targets) addResource(list, affected, OCSF_ROLES.affected);
  return list.length === 0 ? undefined : list;
}

function addResource(list: OcsfResource[], { id, name, type }: AuditResource, role: OcsfWord): void {
  const [uid, called] = [said(id), said(name)];
  if (uid === undefined && called === undefined) return;
  list.push({ uid, name: called, type, role_id: role.id, role: role.caption });
}

/** A list of `web_resource`; of a request that names no resource, the path that was asked for. */
export function webResourcesOf(event: AuditEvent): readonly OcsfResource[] | undefined {
  const named = resourcesOf(event);
  if (named !== undefined) return named.map(({ uid, name, type = '' }) => ({ uid, name, type }));
  const path = event.transport.kind === 'http' ? said(event.transport.path) : undefined;
  return path === undefined ? undefined : [{ uid: undefined, name: path }];
}

/** The object `managed_entity`, twice: as it was, and, if the change came about, as it is. */
export interface OcsfEntities {
  readonly before: object;
  readonly after: object | undefined;
}

export function entitiesOf({ resource, changes = [], outcome, stage }: AuditEvent): OcsfEntities | undefined {
  const name = nameOf(resource);
  if (resource === undefined || name === undefined) return undefined;
  const word = OCSF_ENTITY_TYPES.get(resource.type);
  const entity = {
    ...name,
    type_id: word?.id ?? OTHER_ENTITY,
    type: word?.caption ?? resource.type,
    ...(word === undefined ? undefined : { [word.attribute]: name }),
  };
  const after = outcome === 'success' && stage === 'outcome' ? sideOf(changes, 'after') : undefined;
  return {
    before: { ...entity, data: sideOf(changes, 'before') },
    after: after === undefined ? undefined : { ...entity, data: after },
  };
}

/** The values of one side by field; a field that was changed twice has the last one. */
function sideOf(changes: readonly AuditChange[], side: 'before' | 'after'): object | undefined {
  const values = changes.flatMap((change): [string, JsonValue][] => {
    const value = change[side];
    return value === undefined ? [] : [[change.field, value]];
  });
  return values.length === 0 ? undefined : Object.fromEntries(values);
}

/** A group among the things that were acted on. */
export function groupOf({ resource, targets = [] }: AuditEvent): OcsfName | undefined {
  return nameOf(resource?.type.toLowerCase() === 'group' ? resource : targets.find(isGroup));
}

function isGroup({ type }: AuditResource): boolean {
  return type.toLowerCase() === 'group';
}
