import type { AuditPage, AuditRecord } from 'nestjs-audited';
import { apiApp, got, inRole, recordSamples } from '../support/http-api.js';
import { PLATFORMS } from '../support/platforms.js';
import type { TestApp } from '../support/test-app.js';

const OWN = inRole('admin', ['t-1']);
const NOBODY = inRole('admin', []);
const MASKED = inRole('reader');

describe.each(PLATFORMS)('the records of others on %s', (platform) => {
  let app: TestApp;
  /** Of tenant t-2, and of none. */
  let foreign: readonly string[] = [];
  let own: readonly string[] = [];

  beforeAll(async () => {
    app = await apiApp(platform).start();
    const samples = await recordSamples(app);
    const idsOf = (tenant: string | undefined): string[] =>
      samples.filter(({ actor }) => actor.tenantId === tenant).map(({ id }) => id);
    own = idsOf('t-1');
    foreign = [...idsOf('t-2'), ...idsOf(undefined)];
  });
  afterAll(() => app.nest.close());

  const found = async (path: string, headers = OWN): Promise<readonly AuditRecord[]> => {
    const { status, body } = await got<AuditPage>(app, path, headers);
    expect(status).toBe(200);
    return body.records;
  };

  it.each([
    'events?type=order.*',
    'events?type=order.*&tenantId=t-1,t-2',
    'events?type=order.*&not.tenantId=nobody',
    'events?type=order.*&not.tenantId=t-2',
    'events?type=order.*&order=oldest',
    String.raw`events?type=order.*&tenantId=t-1,t-2\,t-1`,
    'events?type=order.*&text=order',
    'resources/order/o-0',
    'actors/u-0',
    'correlation/flow-0',
  ])('are never in an answer: %s', async (path) => {
    const records = await found(path);
    expect(records.length).toBeGreaterThan(0);
    expect(records.map(({ event }) => event.actor.tenantId)).toEqual(records.map(() => 't-1'));
  });

  it.each([
    'events?tenantId=t-2',
    'events?tenantId=T-1',
    'events?tenantId=t-1%25',
    'events?tenantId=t-*',
    'events?tenantId=all',
    'correlation/flow-1',
    'resources/order/o-1',
    'resources/order/o-2',
    'correlation/flow-1?tenantId=t-2',
    'actors/u-1?not.tenantId=t-1',
  ])('are not found, whatever is asked: %s', async (path) => {
    expect(await found(path)).toEqual([]);
  });

  it('do not exist, one by one, as little as what never was', async () => {
    for (const id of foreign) {
      for (const path of [`events/${id}`, `events/${id}/receipts`, `events/${id}/proof`]) {
        const { status, body } = await got(app, path, OWN);
        expect([path, status, body.type]).toEqual([path, 404, 'urn:nestjs-audited:problem:not-found']);
        const other = await got(app, path.replace(id, '0192f0c1-2345-7abc-8def-0123456789ab'), OWN);
        expect(JSON.stringify(other.body).replaceAll('0192f0c1-2345-7abc-8def-0123456789ab', id)).toBe(
          JSON.stringify(body),
        );
      }
    }
    for (const id of own) {
      expect((await got(app, `events/${id}`, OWN)).status).toBe(200);
      expect((await got(app, `events/${id}/receipts`, OWN)).status).toBe(200);
    }
  });

  it('cannot be reached with a page that somebody else was given', async () => {
    const { body } = await got<AuditPage>(app, 'events?type=order.*&limit=1', inRole('admin'));
    const answer = await got(app, `events?type=order.*&limit=1&cursor=${body.next}`, OWN);
    expect([answer.status, answer.body.parameter]).toEqual([400, 'cursor']);
  });

  it('are not exported', async () => {
    const { text } = await app.request('/v1/audit/export?type=order.*&tenantId=t-1,t-2', { headers: OWN });
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditRecord['event']);
    expect(text).not.toContain('t-2"');
    expect(records).toHaveLength(2);
  });

  it('are nobody’s where a caller has no tenant', async () => {
    expect(await found('events', NOBODY)).toEqual([]);
    expect((await app.request('/v1/audit/export', { headers: NOBODY })).text).toBe('');
  });

  describe('without the permission for personal data', () => {
    it.each(['events?type=order.*', 'correlation/flow-0', 'actors/u-0', 'resources/order/o-0'])(
      'nothing personal is shown, and the record says so: %s',
      async (path) => {
        const records = await found(path, MASKED);
        expect(records.length).toBeGreaterThan(0);
        expect(records.map(({ masked, event }) => [masked, event.actor.email, event.actor.ip])).toEqual(
          records.map(() => [true, undefined, undefined]),
        );
        expect(JSON.stringify(records)).not.toContain('@example.com');
      },
    );

    it('nothing personal is exported or proved', async () => {
      const { text } = await app.request('/v1/audit/export?format=csv&type=order.*', { headers: inRole('exporter') });
      expect(text).toContain('order.placed');
      expect(text).not.toMatch(/@example\.com|203\.0\.113\.7/);
      const { status, body } = await got(app, `events/${own[0]}/proof?personal=true`, inRole('verifier'));
      expect([status, body.permission]).toEqual([403, 'read-personal']);
    });

    it.each(['actorEmail', 'ip', 'not.actorEmail', 'not.ip'])(
      'nothing is looked for by it, and no record repeats what was asked: %s',
      async (name) => {
        await app.fresh();
        const value = 'person0@example.com';
        const { status, body } = await got(app, `events?${name}=${value}`, MASKED);
        expect([status, body.permission, body.parameter]).toEqual([403, 'read-personal', name]);
        const [denied, ...others] = await app.fresh();
        expect(others).toEqual([]);
        expect(denied).toMatchObject({ type: 'audit.denied', details: { query: { [name]: '(given)' } } });
        expect(JSON.stringify(denied)).not.toContain(value);
      },
    );
  });

  it('whoever may see it finds by it, and the record still does not repeat it', async () => {
    await app.fresh();
    const records = await found('events?actorEmail=person0@example.com&type=order.*', inRole('admin'));
    expect(records.map(({ event }) => event.actor.email)).toContain('person0@example.com');
    const [read] = await app.fresh();
    expect(read).toMatchObject({ type: 'audit.read', details: { query: { actorEmail: '(given)', type: 'order.*' } } });
    expect(JSON.stringify(read)).not.toContain('person0@example.com');
  });
});
