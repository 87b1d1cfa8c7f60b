import { generateKeyPairSync } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import type { AuditRecord } from 'nestjs-audited';
import {
  httpExporter,
  webhook,
  type AuditExporter,
  type DeliveryVerdict,
  type WebhookOptions,
} from 'nestjs-audited/exporters';
import { aDeliveryBatch, auditExporterContract, FixedClock } from 'nestjs-audited/testing';
import { AddressGuard } from '../../libs/audited/dist/esm/exporters/webhook/address-guard.js';
import { CertificateAuthority } from '../support/certificates.js';
import { ConnectProxy } from '../support/connect-proxy.js';
import { idsOf, ODD_RECORDS, oddRecords } from '../support/delivered-records.js';
import { HttpReceiver, type ReceiverAnswer } from '../support/receivers/http-receiver.js';
import {
  WebhookReceiver,
  type WebhookMessage,
  type WebhookReceiverOptions,
} from '../support/receivers/webhook.receiver.js';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four bytes').toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.from('another secret, soon not used').toString('base64')}`;
const stopped: (() => Promise<void> | undefined)[] = [];

afterEach(async () => {
  for (const stop of stopped.splice(0).toReversed()) await stop();
});

async function receiver(options: Partial<WebhookReceiverOptions> = {}): Promise<WebhookReceiver> {
  const one = await WebhookReceiver.start({ keys: [SECRET], ...options });
  stopped.push(() => one.http.stop());
  return one;
}

function exporterTo({ http }: WebhookReceiver, options: Partial<WebhookOptions> = {}): AuditExporter {
  return kept(webhook({ url: `${http.url}/hooks`, secret: SECRET, allowPrivateNetwork: true, ...options }));
}

function kept(exporter: AuditExporter): AuditExporter {
  stopped.push(() => exporter.close?.());
  return exporter;
}

function deliver(
  exporter: AuditExporter,
  records: readonly AuditRecord[] = oddRecords(2),
  batch: { readonly id?: string; readonly attempt?: number } = {},
): Promise<DeliveryVerdict> {
  return exporter.deliver(aDeliveryBatch(exporter, records, batch), new AbortController().signal);
}

function idsIn(messages: readonly WebhookMessage[]): readonly string[] {
  return messages.flatMap(({ data: { events } }) => (events as readonly AuditRecord[]).map(({ event }) => event.id));
}

describe('webhook', () => {
  const battery = auditExporterContract(async () => {
    const one = await WebhookReceiver.start({ keys: [SECRET] });
    const busy = { status: 503, body: `<html>busy: ${SECRET} Bearer header-secret</html>` };
    return {
      exporter: webhook({
        url: `${one.http.url}/hooks/a-path-that-is-secret?key=query-secret`,
        secret: SECRET,
        headers: { authorization: 'Bearer header-secret' },
        allowPrivateNetwork: true,
      }),
      received: () => idsIn(one.attempts),
      trouble: (kind) => {
        one.http.always(kind === 'busy' ? { kind: 'answer', answer: busy } : { kind });
        return true;
      },
      stop: () => one.http.stop(),
      secrets: [SECRET, SECRET.slice(6), 'query-secret', 'header-secret', 'a-path-that-is-secret'],
    };
  });
  it.each(battery)('$promise', ({ run }) => run());

  it('sends what a receiver of the specification takes, every oddity included', async () => {
    const one = await receiver();
    expect(await deliver(exporterTo(one), ODD_RECORDS.slice(0, 10), { id: 'batch-7' })).toEqual({
      status: 'delivered',
    });
    expect(one.messages).toMatchObject([
      { id: 'batch-7', type: 'audit.events', data: { events: ODD_RECORDS.slice(0, 10) } },
    ]);
  });

  it('sends one event a request when it is told to, under its own type', async () => {
    const one = await receiver();
    const [record] = oddRecords(1);
    expect(await deliver(exporterTo(one, { batch: false }), [record!])).toEqual({ status: 'delivered' });
    const { type, occurredAt: timestamp } = record!.event;
    expect(one.messages).toMatchObject([{ type, timestamp, data: record }]);
  });

  it('repeats id and body in a further attempt, and signs it for its own time', async () => {
    const clock = new FixedClock();
    const one = await receiver({ now: () => clock.now() });
    const exporter = exporterTo(one, { clock });
    const records = oddRecords(3);
    one.http.next({ kind: 'lost-answer' });
    expect(await deliver(exporter, records, { id: 'batch-1' })).toMatchObject({ status: 'retry' });
    // A signature of the first attempt would be refused by now.
    clock.advance(3_600_000);
    expect(await deliver(exporter, records, { id: 'batch-1', attempt: 2 })).toEqual({ status: 'delivered' });
    const [first, second] = one.http.requests;
    expect(second?.raw).toEqual(first?.raw);
    expect(one.attempts.map(({ id }) => id)).toEqual(['batch-1', 'batch-1']);
    expect(one.attempts[1]!.seconds - one.attempts[0]!.seconds).toBe(3600);
    expect(second?.headers['webhook-signature']).not.toBe(first?.headers['webhook-signature']);
    expect(idsIn(one.messages)).toEqual(idsOf(records));
  });

  it('is held by a receiver whose clock differs too much, and its events are not blamed', async () => {
    const one = await receiver({ now: () => Date.now() + 301_000 });
    expect(await deliver(exporterTo(one))).toMatchObject({
      status: 'hold',
      reason: expect.stringContaining('too far away'),
    });
    expect(one.messages).toHaveLength(0);
  });

  it.each([
    ['knows only the old one', [OLD_SECRET]],
    ['knows only the new one', [SECRET]],
    ['knows both', [SECRET, OLD_SECRET]],
  ])('changes its secret without a gap: the receiver %s', async (_who, keys) => {
    const one = await receiver({ keys });
    expect(await deliver(exporterTo(one, { secret: [SECRET, OLD_SECRET] }))).toEqual({ status: 'delivered' });
    expect(one.http.requests[0]?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
  });

  it('signs so that whoever checks cannot sign', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32).toString('base64');
    const half = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
    const one = await receiver({ keys: [`whpk_${half}`] });
    expect(await deliver(exporterTo(one, { secret: [`whsk_${seed}`, SECRET] }))).toEqual({ status: 'delivered' });
    expect(one.http.requests[0]?.headers['webhook-signature']).toMatch(/^v1a,\S+ v1,\S+$/);
    expect(await deliver(exporterTo(one))).toMatchObject({ status: 'hold' });
  });

  it('is held when the secret is another one', async () => {
    const one = await receiver({ keys: [OLD_SECRET] });
    expect(await deliver(exporterTo(one))).toMatchObject({ status: 'hold', reason: 'HTTP 401: no signature is good' });
  });

  it('asks for smaller batches where the receiver takes no such large ones', async () => {
    const one = await receiver({ maxBytes: 3000 });
    expect(await deliver(exporterTo(one), oddRecords(10))).toMatchObject({ status: 'split' });
    expect(await deliver(exporterTo(one), oddRecords(1))).toEqual({ status: 'delivered' });
  });

  it('sends further headers, and none of them in place of its own', async () => {
    const one = await receiver();
    await deliver(exporterTo(one, { headers: { 'X-Tenant': 'acme', 'User-Agent': 'acme-audit/1' } }));
    expect(one.http.requests[0]?.headers).toMatchObject({
      'x-tenant': 'acme',
      'user-agent': 'acme-audit/1',
      'content-type': 'application/json',
    });
  });

  it.each<[number, object]>([
    [200, { status: 'delivered' }],
    [202, { status: 'delivered' }],
    [301, { status: 'hold' }],
    [307, { status: 'hold' }],
    [400, { status: 'poison' }],
    [401, { status: 'hold' }],
    [403, { status: 'hold' }],
    [404, { status: 'hold' }],
    [408, { status: 'retry', afterMs: 9000 }],
    [410, { status: 'hold', cure: expect.stringContaining('asks for no more events') }],
    [413, { status: 'split' }],
    [422, { status: 'poison' }],
    [429, { status: 'retry', afterMs: 9000 }],
    [500, { status: 'retry' }],
    [502, { status: 'retry', afterMs: 9000 }],
    [503, { status: 'retry', afterMs: 9000 }],
    [504, { status: 'retry', afterMs: 9000 }],
  ])('makes of a %i what the specification wants', async (status, expected) => {
    const one = await receiver();
    const answer: ReceiverAnswer = { status, headers: { 'retry-after': '9', location: 'http://127.0.0.1:1/' } };
    one.http.next({ kind: 'answer', answer });
    expect(await deliver(exporterTo(one))).toMatchObject(expected);
  });
});

describe('the guard of webhook', () => {
  it('reaches no private address by a name, and asks nobody there', async () => {
    const one = await receiver();
    const url = one.http.url.replace('127.0.0.1', 'localhost');
    const verdict = await deliver(exporterTo(one, { url, allowPrivateNetwork: ['10.0.0.0/8'] }));
    expect(verdict).toEqual({
      status: 'hold',
      reason: expect.stringContaining('"localhost" is not on the public network'),
      cure: expect.stringContaining('allowPrivateNetwork'),
    });
    expect(one.http.requests).toHaveLength(0);
  });

  it.each([['127.0.0.0/8', '::1'], ['localhost'], ['LOCALHOST.']])(
    'reaches it when %s is allowed',
    async (...allowed) => {
      const one = await receiver();
      const url = one.http.url.replace('127.0.0.1', 'localhost');
      expect(await deliver(exporterTo(one, { url, allowPrivateNetwork: allowed }))).toEqual({ status: 'delivered' });
    },
  );

  it('is not led elsewhere by a name that changes its meaning between two connections', async () => {
    const one = await receiver();
    const meanings = ['127.0.0.1', '127.0.0.2'];
    const guard = new AddressGuard(['127.0.0.1'], (_host, _options, callback) => {
      const address = meanings.length > 1 ? meanings.shift()! : meanings[0]!;
      callback(null, [{ address, family: 4 }] satisfies LookupAddress[]);
    });
    const url = new URL(one.http.url.replace('127.0.0.1', 'rebind.example'));
    const exporter = kept(
      httpExporter({ type: 'x', address: url, lookup: guard.lookup, request: () => ({ url, body: '{}' }) }),
    );
    expect(await deliver(exporter)).toMatchObject({ status: 'hold', reason: expect.stringContaining('HTTP 4') });
    expect(one.http.requests).toHaveLength(1);
    expect(await deliver(exporter, undefined, { attempt: 2 })).toMatchObject({
      status: 'hold',
      reason: expect.stringContaining('not on the public network'),
    });
    expect(one.http.requests).toHaveLength(1);
  });

  it('holds for TLS, too', async () => {
    const authority = new CertificateAuthority();
    const secure = await HttpReceiver.start(() => ({ status: 200 }), authority.issue());
    stopped.push(() => secure.stop());
    const url = secure.url.replace('127.0.0.1', 'localhost');
    const options = { url, secret: SECRET, tls: { ca: authority.cert } };
    expect(await deliver(kept(webhook({ ...options, allowPrivateNetwork: ['10.0.0.0/8'] })))).toMatchObject({
      status: 'hold',
      reason: expect.stringContaining('not on the public network'),
    });
    expect(await deliver(kept(webhook({ ...options, allowPrivateNetwork: ['localhost'] })))).toEqual({
      status: 'delivered',
    });
  });

  it('goes through a proxy to a host that it trusts', async () => {
    const one = await receiver();
    const proxy = await ConnectProxy.start();
    stopped.push(() => proxy.stop());
    const exporter = exporterTo(one, { proxy: `http://127.0.0.1:${proxy.port}`, allowPrivateNetwork: ['127.0.0.1'] });
    expect(await deliver(exporter)).toEqual({ status: 'delivered' });
    expect(proxy.targets).toEqual([`127.0.0.1:${one.http.port}`]);
  });
});
