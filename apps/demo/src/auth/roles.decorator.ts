import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Role } from './user-directory.js';

/** Where {@link Roles} leaves its list. */
export const ROLES_METADATA = 'demo:roles';

/** Who may call a route, or every route of a class: users with at least one of these roles. */
export const Roles = (...roles: readonly Role[]): CustomDecorator => SetMetadata(ROLES_METADATA, roles);
