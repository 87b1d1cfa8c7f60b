import type { AuditActor } from '../../event/audit-event.js';
import { ASIM_USER_TYPES, type AsimUserIdType } from './asim-words.js';

/** The columns that say who acted. */
export interface AsimUser {
  readonly ActorUserId: string | undefined;
  readonly ActorUserIdType: AsimUserIdType | undefined;
  readonly ActorUserAadId: string | undefined;
  readonly ActorUserSid: string | undefined;
  readonly ActorUsername: string | undefined;
  readonly ActorUsernameType: 'UPN' | 'Simple' | undefined;
  readonly ActorUserType: (typeof ASIM_USER_TYPES)[keyof typeof ASIM_USER_TYPES];
  readonly ActorOriginalUserType: string;
  readonly ActorScopeId: string | undefined;
}

/** "A UPN or Email address username designator" is what the User entity calls `UPN`. */
const ADDRESS = /^[^\s@]+@[^\s@]+$/;

/** @param userIdType what the identifiers of users are; those of services and of the system are nobody's but ours */
export function asimUser(actor: AuditActor, userIdType: AsimUserIdType): AsimUser {
  const id = actor.id === '' ? undefined : actor.id;
  const idType = actor.kind === 'user' ? userIdType : 'Other';
  const name = [actor.email, actor.name].find((text) => text !== undefined && text !== '');
  return {
    ActorUserId: id,
    ActorUserIdType: id === undefined ? undefined : idType,
    ActorUserAadId: idType === 'AADID' ? id : undefined,
    ActorUserSid: idType === 'SID' ? id : undefined,
    ActorUsername: name,
    ActorUsernameType: name === undefined ? undefined : ADDRESS.test(name) ? 'UPN' : 'Simple',
    ActorUserType: ASIM_USER_TYPES[actor.kind],
    ActorOriginalUserType: actor.kind,
    ActorScopeId: actor.tenantId === '' ? undefined : actor.tenantId,
  };
}
