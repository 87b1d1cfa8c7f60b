import { Controller, Param, Post } from '@nestjs/common';
import { Audited, AuditDestinations, type AuditEvent } from 'nestjs-audited';
import { generateKeyPair } from 'nestjs-audited/custody';
import { splunkHec } from 'nestjs-audited/exporters';
import { eventually } from '../support/eventually.js';
import { PLATFORMS } from '../support/platforms.js';
import { SplunkHecReceiver } from '../support/receivers/splunk-hec.receiver.js';
import { testApp, type TestApp } from '../support/test-app.js';

const TOKEN = 'e2e-0000-token';

@Controller('orders')
class OrdersController {
  @Post(':id/ship')
  @Audited('order.shipped', { resource: { type: 'order', id: 'params.id' } })
  ship(@Param('id') id: string): { readonly id: string } {
    return { id };
  }
}

const FAST = { leaseMs: 2000, pollMs: 50, settleEveryMs: 20 } as const;
const QUICK = {
  lingerMs: 0,
  retry: { initialMs: 20, maxMs: 100 },
  hold: { initialMs: 50, maxMs: 100 },
} as const;

const splunkAt = (url: string, token = TOKEN) => ({
  name: 'splunk',
  exporter: splunkHec({ url, token }),
  ...QUICK,
});

const typesOf = (events: readonly AuditEvent[]): readonly string[] => events.map(({ type }) => type);

describe.each(PLATFORMS)('destinations of an application on %s', (platform) => {
  let receiver: SplunkHecReceiver;
  let app: TestApp | undefined;

  beforeEach(async () => {
    receiver = await SplunkHecReceiver.start({ tokens: [{ token: TOKEN }] });
  });

  afterEach(async () => {
    await app?.nest.close();
    app = undefined;
    await receiver.stop();
  });

  it('get every record at once, with the id that the client was told', async () => {
    app = await testApp(platform)
      .controllers(OrdersController)
      .audit({ destinations: [splunkAt(receiver.url)], delivery: FAST })
      .start();
    const answer = await app.post('/orders/7/ship');
    const id = answer.headers.get('x-audit-id') ?? '';
    await eventually(() => expect(receiver.ids).toContain(id));
    const destinations = app.nest.get(AuditDestinations);
    await eventually(async () => {
      expect(await destinations.receipts(id)).toStrictEqual([{ destination: 'splunk', state: 'sent' }]);
    });
    expect(await destinations.status()).toMatchObject([
      {
        name: 'splunk',
        leader: 'this',
        waiting: 0,
        health: { state: 'ok' },
        endpoint: `${receiver.url}/services/collector/event`,
      },
    ]);
  });

  it('do not keep the application from starting and answering while they are down, and catch up', async () => {
    const { url } = receiver;
    const port = Number(new URL(url).port);
    await receiver.stop();
    app = await testApp(platform)
      .controllers(OrdersController)
      .audit({ destinations: [splunkAt(url)], delivery: FAST })
      .start();
    const started = app;
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => started.post(`/orders/${n}/ship`)));
    expect(answers.map((answer) => answer.status)).toStrictEqual(Array(20).fill(201));
    const destinations = app.nest.get(AuditDestinations);
    await eventually(async () => {
      const [status] = await destinations.status();
      expect(status).toMatchObject({ waiting: 20, health: { state: 'retrying' } });
      expect(status?.health.reason).toContain('ECONNREFUSED');
      expect(status?.health.cure).toContain('Nothing listens there');
    });
    receiver = await SplunkHecReceiver.start({ tokens: [{ token: TOKEN }], port });
    expect(await destinations.settled('splunk', 10_000)).toBe(true);
    const ids = answers.map((answer) => answer.headers.get('x-audit-id') ?? '');
    expect([...receiver.ids].toSorted()).toStrictEqual(ids.toSorted());
  });

  it('are held with a wrong token: nothing is lost, the cure is told, the log says so, and it goes on when mended', async () => {
    receiver.setToken({ token: TOKEN, isEnabled: false });
    app = await testApp(platform)
      .controllers(OrdersController)
      .audit({ destinations: [splunkAt(receiver.url)], delivery: FAST })
      .start();
    const answer = await app.post('/orders/1/ship');
    const destinations = app.nest.get(AuditDestinations);
    await eventually(async () => {
      expect((await destinations.status())[0]).toMatchObject({ health: { state: 'held' } });
    });
    expect(JSON.stringify(await destinations.status())).not.toContain(TOKEN);
    receiver.setToken({ token: TOKEN });
    expect(await destinations.settled('splunk', 10_000)).toBe(true);
    expect(receiver.ids[0]).toBe(answer.headers.get('x-audit-id'));
    const events = await app.eventually(3);
    expect(typesOf(events)).toStrictEqual(['order.shipped', 'audit.destination_failed', 'audit.destination_recovered']);
    expect(events[1]).toMatchObject({
      outcome: 'failure',
      severity: 'error',
      resource: { type: 'audit.destination', id: 'splunk' },
      details: { state: 'held' },
    });
    const told = app.logs.ofAudit('error').join(' ');
    expect(told).toContain('Destination "splunk" takes no events');
    expect(told).not.toContain(TOKEN);
  });

  it('are witnesses: checkpoints go there whatever the filter says, and the last one at the end', async () => {
    const { privatePem } = generateKeyPair();
    app = await testApp(platform)
      .controllers(OrdersController)
      .audit({
        lifecycle: { started: 'audit.started', stopped: 'audit.stopped' },
        checkpoints: { origin: 'audit.example.com/e2e', keys: { pem: privatePem } },
        destinations: [{ ...splunkAt(receiver.url), filter: { types: ['nothing.else'] } }],
        delivery: FAST,
      })
      .start();
    await app.post('/orders/1/ship');
    await app.nest.close();
    const types = receiver.events.map((event) => JSON.stringify(event));
    expect(types.length).toBeGreaterThan(0);
    expect(types.every((text) => text.includes('audit.checkpoint'))).toBe(true);
  });

  it('are sent what is left when the application ends', async () => {
    app = await testApp(platform)
      .controllers(OrdersController)
      .audit({
        lifecycle: { started: 'audit.started', stopped: 'audit.stopped' },
        destinations: [{ ...splunkAt(receiver.url), lingerMs: 30_000 }],
        delivery: FAST,
      })
      .start();
    for (let order = 0; order < 5; order += 1) {
      await app.post(`/orders/${order}/ship`);
    }
    await app.nest.close();
    const texts = receiver.events.map((event) => JSON.stringify(event));
    expect(texts).toHaveLength(7);
    expect(texts.at(-1)).toContain('audit.stopped');
  });
});

describe('the options of destinations', () => {
  it.each<[string, () => object]>([
    ['destinations[0].name', () => ({ name: 'a b', exporter: splunkHec({ url: 'https://s.example', token: TOKEN }) })],
    ['destinations[0].format', () => ({ ...splunkAt('https://s.example'), format: 'xml' })],
    [
      'destinations[0].filter.minSeverity',
      () => ({ ...splunkAt('https://s.example'), filter: { minSeverity: 'bad' } }),
    ],
    ['destinations[0].exporter', () => ({ name: 'x', exporter: 'splunk' })],
  ])('stop the start when %s is wrong', async (option, destination) => {
    const start = testApp('express')
      .audit({ destinations: [destination() as never] })
      .start();
    await expect(start).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID', option });
  });
});
