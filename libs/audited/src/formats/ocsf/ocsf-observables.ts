import type { OcsfAttributes } from './ocsf-class-parts.js';
import type { OcsfEndpoint, OcsfRequest } from './ocsf-network.js';
import type { OcsfActor, OcsfUser } from './ocsf-people.js';
import { OCSF_OBSERVABLES, type OcsfWord } from './ocsf-words.js';

/**
 * The list `observables`: who took part, from where, and with what. Each names an attribute that the event has, by its
 * path, and repeats its value, so that a reader finds an address without knowing the class. Indices are written,
 * because a path without them does not say which member of the list.
 *
 * @see https://github.com/ocsf/ocsf-docs/blob/main/articles/defining-and-using-observables.md
 */
export function observablesOf(
  actor: OcsfActor | undefined,
  { user, resources = [] }: OcsfAttributes,
  source: OcsfEndpoint | undefined,
  destination: OcsfEndpoint | undefined,
  request: OcsfRequest | undefined,
): readonly object[] | undefined {
  const list: object[] = [];
  addUser(list, 'actor.user', actor?.user);
  addUser(list, 'user', user);
  for (const [index, { uid }] of resources.entries()) {
    add(list, `resources[${index}].uid`, OCSF_OBSERVABLES.resourceUid, uid);
  }
  add(list, 'src_endpoint.ip', OCSF_OBSERVABLES.ip, source?.ip);
  add(list, 'src_endpoint.hostname', OCSF_OBSERVABLES.hostname, source?.hostname);
  add(list, 'dst_endpoint.hostname', OCSF_OBSERVABLES.hostname, destination?.hostname);
  add(list, 'http_request.user_agent', OCSF_OBSERVABLES.userAgent, request?.user_agent);
  return list.length === 0 ? undefined : list;
}

function addUser(list: object[], name: string, user: OcsfUser | undefined): void {
  if (user === undefined) return;
  add(list, `${name}.uid`, OCSF_OBSERVABLES.userUid, user.uid);
  add(list, `${name}.name`, OCSF_OBSERVABLES.userName, user.name);
  add(list, `${name}.email_addr`, OCSF_OBSERVABLES.email, user.email_addr);
}

function add(list: object[], name: string, { id, caption }: OcsfWord, value: string | undefined): void {
  if (value !== undefined) list.push({ name, type_id: id, type: caption, value });
}
