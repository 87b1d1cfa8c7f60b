import { UnauthorizedException } from '@nestjs/common';
import { sameSecret } from './same-secret.js';

/** What somebody may do; each user of the demo has the role of the same name. */
export const ROLES = ['admin', 'release_manager', 'developer', 'auditor', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** Somebody who can log in. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
}

const NAMES: Readonly<Record<Role, string>> = {
  admin: 'Ada Admin',
  release_manager: 'Rana Release',
  developer: 'Dev Patel',
  auditor: 'Aud Itor',
  viewer: 'Vera Viewer',
};

/** The users of the demo. A real application has a database and one password for each of them. */
export class UserDirectory {
  private readonly users = new Map<string, User>(
    ROLES.map((role) => [role, { id: role, name: NAMES[role], email: `${role}@demo.example`, roles: [role] }]),
  );

  constructor(private readonly password: string) {}

  /** @throws UnauthorizedException that does not tell a wrong name from a wrong password */
  authenticate(username: string, password: string): User {
    // The password is compared for unknown names too, so that the time does not tell which names exist.
    const passwordFits = sameSecret(password, this.password);
    const user = this.users.get(username);
    if (user === undefined || !passwordFits) {
      throw new UnauthorizedException('Wrong username or password');
    }
    return user;
  }
}
