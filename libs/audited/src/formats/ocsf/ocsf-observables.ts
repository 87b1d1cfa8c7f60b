import type { OcsfEndpoint } from './ocsf-network.js';
import type { OcsfUser } from './ocsf-people.js';
import { OCSF_OBSERVABLES, type OcsfWord } from './ocsf-words.js';

/** The attributes of an event that may hold something to search for: who took part in it, from where, and with what. */
export interface Observed {
  readonly actor?: { readonly user?: OcsfUser | undefined } | undefined;
  readonly user?: OcsfUser | undefined;
  readonly resources?: readonly { readonly uid?: string | undefined }[] | undefined;
  readonly src_endpoint?: OcsfEndpoint | undefined;
  readonly dst_endpoint?: OcsfEndpoint | undefined;
  readonly http_request?: { readonly user_agent?: string | undefined } | undefined;
}

/**
 * The list `observables`: each names an attribute that the event has, by its path, and repeats its value, so that a
 * reader finds an address without knowing the class. Indices are written, because a path without them tells nothing
 * of which member.
 *
 * @see https://github.com/ocsf/ocsf-docs/blob/main/articles/defining-and-using-observables.md
 */
export function observablesOf(event: Observed): readonly object[] | undefined {
  const list: object[] = [];
  const add = (name: string, { id, caption }: OcsfWord, value: string | undefined): void => {
    if (value !== undefined) list.push({ name, type_id: id, type: caption, value });
  };
  const addUser = (name: string, user: OcsfUser | undefined): void => {
    add(`${name}.uid`, OCSF_OBSERVABLES.userUid, user?.uid);
    add(`${name}.name`, OCSF_OBSERVABLES.userName, user?.name);
    add(`${name}.email_addr`, OCSF_OBSERVABLES.email, user?.email_addr);
  };
  addUser('actor.user', event.actor?.user);
  addUser('user', event.user);
  for (const [index, { uid }] of (event.resources ?? []).entries()) {
    add(`resources[${index}].uid`, OCSF_OBSERVABLES.resourceUid, uid);
  }
  add('src_endpoint.ip', OCSF_OBSERVABLES.ip, event.src_endpoint?.ip);
  add('src_endpoint.hostname', OCSF_OBSERVABLES.hostname, event.src_endpoint?.hostname);
  add('dst_endpoint.hostname', OCSF_OBSERVABLES.hostname, event.dst_endpoint?.hostname);
  add('http_request.user_agent', OCSF_OBSERVABLES.userAgent, event.http_request?.user_agent);
  return list.length === 0 ? undefined : list;
}
