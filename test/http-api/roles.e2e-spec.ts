import type { AuditEvent } from 'nestjs-audited';
import type { AuditPermission, ProblemDetails } from 'nestjs-audited/http';
import { ROLES } from '../support/audit-access.js';
import { apiApp, inRole, recordSamples } from '../support/http-api.js';
import { PLATFORMS } from '../support/platforms.js';
import type { TestApp } from '../support/test-app.js';

/** A route, what it needs, and whether it tells of the log as a whole. */
type Route = [method: string, path: string, needs: AuditPermission, wholeLog?: boolean];

const ROUTES: Route[] = [
  ['GET', 'events', 'read'],
  ['GET', 'events/{id}', 'read'],
  ['GET', 'events/{id}/receipts', 'read'],
  ['GET', 'events/{id}/proof', 'verify'],
  ['GET', 'correlation/flow-0', 'read'],
  ['GET', 'resources/order/o-0', 'read'],
  ['GET', 'actors/u-1', 'read'],
  ['GET', 'statistics', 'read'],
  ['GET', 'types', 'read'],
  ['GET', 'stream', 'read'],
  ['GET', 'export', 'export'],
  ['GET', 'verify', 'verify', true],
  ['GET', 'checkpoints', 'verify', true],
  ['GET', 'destinations', 'administer', true],
  ['GET', 'dead-letters', 'administer', true],
  ['POST', 'destinations/x/pause', 'administer', true],
  ['POST', 'destinations/x/resume', 'administer', true],
  ['POST', 'destinations/x/rewind', 'administer', true],
  ['POST', 'destinations/x/remove', 'administer', true],
  ['POST', 'dead-letters/replay', 'administer', true],
  ['POST', 'dead-letters/discard', 'administer', true],
];

describe.each(PLATFORMS)('each role by each route on %s', (platform) => {
  let app: TestApp;
  let id = '';

  beforeAll(async () => {
    app = await apiApp(platform).start();
    const [sample] = await recordSamples(app);
    id = sample?.id ?? '';
  });

  afterAll(() => app.close());

  /** Asks, and leaves as soon as it is known what is answered, so that a stream ends too. */
  async function asked(
    [method, path]: Route,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly problem?: ProblemDetails; readonly events: readonly AuditEvent[] }> {
    const leaving = new AbortController();
    const response = await fetch(`${app.url}/v1/audit/${path.replace('{id}', id)}`, {
      method,
      headers,
      signal: leaving.signal,
    });
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
    const problem = isProblem ? ((await response.json()) as ProblemDetails) : undefined;
    if (path === 'stream' && response.ok) {
      leaving.abort();
    } else if (problem === undefined) {
      await response.text();
    }
    const { status } = response;
    const intents = response.ok && ['stream', 'export'].includes(path) ? 1 : 0;
    const events = await app.eventually(1 + intents);
    return { status, events, ...(problem === undefined ? {} : { problem }) };
  }

  it.each(ROUTES)('%s %s is closed to whoever is not logged in', async (...route) => {
    const { status, problem, events } = await asked(route, {});
    expect([status, problem?.type, problem?.detail]).toEqual([
      401,
      'urn:nestjs-audited:problem:not-authenticated',
      'Log in first',
    ]);
    expect(events).toMatchObject([{ type: 'audit.denied', outcome: 'denied', actor: { kind: 'anonymous' } }]);
  });

  describe.each(Object.entries(ROLES))('%s', (role, permissions) => {
    it.each(ROUTES)('%s %s', async (...route) => {
      const [, , needs] = route;
      const { status, problem, events } = await asked(route, inRole(role));
      if (permissions.includes(needs)) {
        expect([401, 403]).not.toContain(status);
        expect(events.map(({ type }) => type)).not.toContain('audit.denied');
      } else {
        expect(problem).toMatchObject({
          type: 'urn:nestjs-audited:problem:permission-missing',
          status: 403,
          permission: needs,
        });
        expect(events).toMatchObject([{ type: 'audit.denied', outcome: 'denied', actor: { id: `u-${role}` } }]);
      }
    });
  });

  it.each(ROUTES)('%s %s, for an administrator of some tenants only', async (...route) => {
    const [, , , wholeLog = false] = route;
    const { status, problem, events } = await asked(route, inRole('admin', ['t-1']));
    expect(problem?.type === 'urn:nestjs-audited:problem:tenants-limited').toBe(wholeLog);
    expect(status === 403).toBe(wholeLog);
    expect(events.some(({ type }) => type === 'audit.denied')).toBe(wholeLog);
  });
});
