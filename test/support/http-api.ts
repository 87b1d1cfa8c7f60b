import type { IncomingMessage } from 'node:http';
import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { AuditEvent, AuditModuleRootOptions } from 'nestjs-audited';
import { AuditHttpModule, type AuditHttpOptions, type ProblemDetails } from 'nestjs-audited/http';
import { accessOfUser } from './audit-access.js';
import { asUser } from './header-user.guard.js';
import type { Platform } from './platforms.js';
import { testApp, type TestApp, type TestAppBuilder } from './test-app.js';

/** As {@link HeaderUserGuard}, and nobody else gets in. */
@Injectable()
export class LoggedInGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context
      .switchToHttp()
      .getRequest<{ headers: Record<string, string | undefined>; user?: unknown }>();
    const header = request.headers['x-user'];
    if (header === undefined) {
      throw new UnauthorizedException('Log in first');
    }
    request.user = JSON.parse(header);
    return true;
  }
}

/** The header of somebody with a role of `ROLES`. */
export function inRole(role: string, tenants?: readonly string[]): Record<string, string> {
  return asUser({ id: `u-${role}`, roles: [role], ...(tenants === undefined ? {} : { tenants }) });
}

/** More than any spec asks for. */
const ROOM = { exportsPerMinute: 10_000, verificationsPerMinute: 10_000, concurrentExports: 100 };

/** An application whose audit API takes whoever `x-user` names at his word. */
export function apiApp(
  platform: Platform,
  options: Partial<AuditHttpOptions> = {},
  audit: AuditModuleRootOptions = {},
): TestAppBuilder {
  const http = AuditHttpModule.forRoot({
    guards: [LoggedInGuard],
    access: accessOfUser,
    limits: ROOM,
    ...options,
  });
  return testApp(platform).audit(audit).importsAfter(http);
}

/** An answer with its body as an object. */
export interface Got<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** Reads a JSON answer; nothing but GET. */
export async function got<Body = ProblemDetails>(
  app: TestApp,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Got<Body>> {
  const answer = await app.request(`/v1/audit/${path}`, { headers });
  return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.text) as Body };
}

/** The head of an answer that goes on. */
export async function openStream(
  app: TestApp,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly response: IncomingMessage; readonly leave: () => void }> {
  const request = app.open(`/v1/audit/${path}`, 'GET', headers);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  response.on('error', () => undefined);
  return { response, leave: () => request.destroy() };
}

/** Records with which the specs have something to find: three tenants, two persons. */
export async function recordSamples(app: TestApp): Promise<readonly AuditEvent[]> {
  for (const [index, tenantId] of ['t-1', 't-2', undefined, 't-1', 't-2'].entries()) {
    await app.audit.record({
      type: index % 2 === 0 ? 'order.placed' : 'order.cancelled',
      outcome: index === 4 ? 'failure' : 'success',
      correlationId: `flow-${index}`,
      resource: { type: 'order', id: `o-${index}`, name: `Order ${index}` },
      details: { item: `=cmd|' /C calc'!A${index}` },
      actor: {
        kind: 'user',
        id: `u-${index % 2}`,
        email: `person${index % 2}@example.com`,
        ip: '203.0.113.7',
        ...(tenantId === undefined ? {} : { tenantId }),
      },
    });
  }
  return app.fresh();
}
