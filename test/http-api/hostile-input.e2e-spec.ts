import { ROUTE_PARAMETERS } from 'nestjs-audited/http';
import { apiApp, got, inRole, recordSamples } from '../support/http-api.js';
import { PLATFORMS } from '../support/platforms.js';
import type { AuditPage } from 'nestjs-audited';
import type { TestApp } from '../support/test-app.js';

const ADMIN = inRole('admin');

/** Values that mean something to a database, a parser or a terminal. */
const ATTACKS = [
  "' OR '1'='1",
  "'; DROP TABLE audit_records; --",
  '%',
  '_',
  '%%%%',
  '*',
  '**',
  '\\',
  '\\%',
  '$gt',
  '{"$ne":null}',
  '[object Object]',
  '../../etc/passwd',
  '\u202Egnp.exe',
  '\u001b[2J',
  '\r\nSet-Cookie: a=b',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  'a\u0000b',
  '\uFFFD',
  'NEAR("a" "b")',
  'a OR b',
  '"',
  '""',
  '("',
  'x'.repeat(1001),
];

const filters = ROUTE_PARAMETERS.events.map(({ name }) => name);

describe.each(PLATFORMS)('hostile input on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await apiApp(platform).adapter({ maxHeaderBytes: 4_000_000 }).start();
    await recordSamples(app);
  });
  afterAll(() => app.nest.close());

  // The address is read by the same code on both.
  const attacked = platform === 'express' ? filters : ['actorId', 'text', 'not.type', 'cursor'];
  it.each(attacked)('finds nothing, or is refused by name: %s', async (name) => {
    for (const attack of ATTACKS) {
      // What others asked for is in the log too, so it is looked for among the samples only.
      const among = name === 'type' ? '' : '&type=order.*';
      const { status, body } = await got<AuditPage & { parameter?: string }>(
        app,
        `events?${name}=${encodeURIComponent(attack)}${among}`,
        ADMIN,
      );
      expect([200, 400]).toContain(status);
      if (status === 400) {
        expect(body.parameter).toBe(name);
      } else if (!name.startsWith('not.') && !(name === 'type' && attack.includes('*'))) {
        expect([name, attack, body.records]).toEqual([name, attack, []]);
      }
    }
  });

  it.each(filters)('a megabyte is refused, and not repeated: %s', async (name) => {
    const { status, body } = await got(app, `events?${name}=${'x'.repeat(1_000_000)}`, ADMIN);
    expect([status, body.parameter]).toEqual([400, name]);
    expect(JSON.stringify(body).length).toBeLessThan(2000);
  });

  it.each(filters)('given twice, in brackets or in another case is refused: %s', async (name) => {
    const capital = name.charAt(0).toUpperCase() + name.slice(1);
    for (const query of [
      `${name}=a&${name}=b`,
      `${name}[]=a`,
      `${name}[0]=a`,
      `${name}[$ne]=a`,
      `${capital}=a`,
      `${name}=`,
    ]) {
      const { status, body } = await got(app, `events?${query}`, ADMIN);
      expect([query, status]).toEqual([query, 400]);
      expect(body.parameter?.toLowerCase()).toContain(name.toLowerCase());
    }
  });

  it.each([
    `type${'[a]'.repeat(5000)}=x`,
    Array.from({ length: 5000 }, () => 'type=a').join('&'),
    Array.from({ length: 5000 }, (_, index) => `p${index}=a`).join('&'),
    '__proto__[polluted]=1',
    'constructor[prototype][polluted]=1',
    'not.__proto__=1',
    'not.constructor=1',
    'not=type',
    'not.=x',
    'not.not.type=x',
    '=x',
    '%00=x',
    `${'n'.repeat(100_000)}=x`,
  ])('is refused, and nothing of it stays (%#)', async (query) => {
    const { status, body } = await got(app, `events?${query}`, ADMIN);
    expect(status).toBe(400);
    expect(body.parameter?.length).toBeLessThan(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each(['events/{}', 'correlation/{}', 'resources/{}/x', 'resources/x/{}', 'actors/{}', 'events/{}/proof'])(
    'in a path finds nothing, or is refused: %s',
    async (path) => {
      for (const attack of ATTACKS.filter((each) => !each.includes('..'))) {
        const answer = await app.request(`/v1/audit/${path.replace('{}', encodeURIComponent(attack))}`, {
          headers: ADMIN,
        });
        // 414: Fastify refuses long parts of a path itself.
        expect([200, 400, 404, 414]).toContain(answer.status);
        if (answer.status === 200) {
          expect((JSON.parse(answer.text) as AuditPage).records).toEqual([]);
        }
      }
    },
  );

  it.each([
    ['from', '2026-11-21'],
    ['from', '2026-11-21T00:00:00'],
    ['from', '2026-02-30T00:00:00Z'],
    ['to', 'now'],
    ['limit', '0'],
    ['limit', '-1'],
    ['limit', '1e9'],
    ['limit', 'NaN'],
    ['limit', '0x10'],
    ['limit', '１０'],
    ['offset', '10001'],
    ['total', 'yes'],
    ['order', 'NEWEST'],
    ['status', '99'],
    ['status', '6xx'],
    ['status', '404,'],
    ['outcome', 'success,succes'],
    ['type', 'a,,b'],
    ['type', Array.from({ length: 101 }, () => 'a').join(',')],
    ['type', '\\n'],
    ['cursor', 'AAAA'],
  ])('says what is wrong with %s=%s, and what is allowed', async (name, value) => {
    const { status, body } = await got(app, `events?${name}=${encodeURIComponent(value)}`, ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      type: 'urn:nestjs-audited:problem:query-invalid',
      title: expect.any(String),
      status: 400,
      parameter: name,
    });
    expect(body.detail).toContain(`"${name}"`);
  });

  it('refuses a time range that ends before it begins, and a cursor with an offset', async () => {
    for (const query of ['from=2026-11-22T00:00:00Z&to=2026-11-21T00:00:00Z', 'cursor=x&offset=1']) {
      expect((await got(app, `events?${query}`, ADMIN)).status).toBe(400);
    }
  });

  it('reads lists, escapes and negations as they are meant', async () => {
    await app.audit.record({ type: 'odd', resource: { type: 'thing', id: String.raw`a,b\c` } });
    const found = async (query: string): Promise<number> =>
      (await got<AuditPage>(app, `events?${query}`, ADMIN)).body.records.length;
    expect(await found(`resourceId=${encodeURIComponent(String.raw`a\,b\\c`)}`)).toBe(1);
    expect(await found(`resourceId=o-0,${encodeURIComponent(String.raw`a\,b\\c`)}`)).toBe(2);
    expect(await found('resourceId=a,b')).toBe(0);
    expect(await found('type=order.*&not.outcome=failure')).toBe(4);
    expect(await found('type=order.*&not.resourceId=o-0,o-1')).toBe(3);
  });
});
