import { defineCatalogue, type AuditStatistics } from 'nestjs-audited';
import { apiApp, got, inRole, recordSamples } from '../support/http-api.js';
import { PLATFORMS } from '../support/platforms.js';
import { onlyOne, type TestApp } from '../support/test-app.js';

const ADMIN = inRole('admin');
const catalogue = defineCatalogue('orders', {
  'order.placed': { title: 'Order placed', category: 'order' },
  'order.never': { title: 'Never recorded' },
});

interface Types {
  readonly types: readonly { readonly type: string; readonly catalogue?: string; readonly count: number }[];
}

describe.each(PLATFORMS)('the trail in numbers on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await apiApp(platform, {}, { catalogues: [catalogue] }).start();
    await recordSamples(app);
  });
  afterAll(() => app.nest.close());

  it('are those of what was asked for', async () => {
    await app.fresh();
    const { status, body } = await got<AuditStatistics>(app, 'statistics?type=order.*&top=1&histogram=day', ADMIN);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total: 5,
      byType: { 'order.placed': 3, 'order.cancelled': 2 },
      byOutcome: { success: 4, failure: 1 },
      histogram: [{ count: 5 }],
    });
    expect(onlyOne(await app.fresh())).toMatchObject({
      type: 'audit.read',
      details: { query: { type: 'order.*', top: '1', histogram: 'day' } },
    });
  });

  it('are those of the caller’s tenants, without the size of the whole', async () => {
    const { body } = await got<AuditStatistics>(app, 'statistics?type=order.*', inRole('reader', ['t-1']));
    expect([body.total, body.storageBytes]).toEqual([2, undefined]);
    const other = await got<AuditStatistics>(app, 'statistics?tenantId=t-2', inRole('reader', ['t-1']));
    expect(other.body.total).toBe(0);
  });

  it.each(['histogram=week', 'top=101', 'timeZone=Moon/Crater', 'actorId=u-1', 'limit=5', 'from=yesterday'])(
    'are refused for %s',
    async (query) => {
      const { status, body } = await got(app, `statistics?${query}`, ADMIN);
      expect([status, body.parameter]).toEqual([400, query.split('=')[0]]);
    },
  );

  it('name every type that is declared or recorded', async () => {
    const { body } = await got<Types>(app, 'types', ADMIN);
    const byType = new Map(body.types.map((type) => [type.type, type]));
    expect(byType.get('order.placed')).toEqual({
      type: 'order.placed',
      catalogue: 'orders',
      title: 'Order placed',
      category: 'order',
      count: 3,
    });
    expect(byType.get('order.never')).toMatchObject({ count: 0 });
    expect(byType.get('order.cancelled')).toEqual({ type: 'order.cancelled', count: 2 });
    expect(byType.get('audit.erasure')).toMatchObject({ catalogue: 'audit', count: 0 });
    expect(body.types.map(({ type }) => type)).toEqual([...byType.keys()].sort());
  });
});
