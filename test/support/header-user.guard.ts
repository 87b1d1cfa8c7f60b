import type { CanActivate, ExecutionContext } from '@nestjs/common';

/** Takes the `x-user` header for the log-in: its JSON becomes `request.user`, as a Passport guard would leave it. */
export class HeaderUserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context
      .switchToHttp()
      .getRequest<{ headers: Record<string, string | undefined>; user?: unknown }>();
    const header = request.headers['x-user'];
    if (header !== undefined) {
      request.user = JSON.parse(header);
    }
    return true;
  }
}

/** The header that {@link HeaderUserGuard} reads. */
export function asUser(user: unknown): Record<string, string> {
  return { 'x-user': JSON.stringify(user) };
}
