import { gunzipSync } from 'node:zlib';
import { createFormatter, FORMAT_NAMES } from 'nestjs-audited/formats';
import { auditExporterContract, type ExporterUnderTest, type ReceiverTrouble } from 'nestjs-audited/testing';
import { CertificateAuthority } from '../support/certificates.js';
import { ConnectProxy } from '../support/connect-proxy.js';
import type { HecCondition } from '../support/receivers/splunk-hec.receiver.js';
import {
  deliver,
  HEC_TOKEN,
  ODD_RECORDS,
  probeOf,
  SplunkHecUnderTest,
} from '../support/receivers/splunk/splunk-hec-under-test.js';

const [FIRST, SECOND, THIRD] = ODD_RECORDS as [
  (typeof ODD_RECORDS)[0],
  (typeof ODD_RECORDS)[0],
  (typeof ODD_RECORDS)[0],
];
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let splunk: SplunkHecUnderTest;

async function start(...given: Parameters<typeof SplunkHecUnderTest.start>): Promise<SplunkHecUnderTest> {
  splunk = await SplunkHecUnderTest.start(...given);
  return splunk;
}

afterEach(() => splunk.stop());

describe.each([
  { mode: 'without acknowledgement', useAck: false },
  { mode: 'with acknowledgement', useAck: true },
])('The contract of exporters, $mode', ({ useAck }) => {
  const busy = { text: `Server is busy, Splunk ${HEC_TOKEN}`, code: 9 };

  async function underTest(): Promise<ExporterUnderTest> {
    const { receiver } = await start({ useAck });
    const faults: Record<ReceiverTrouble, () => void> = {
      hang: () => receiver.http.always({ kind: 'hang' }),
      reset: () => receiver.http.always({ kind: 'reset' }),
      busy: () => receiver.http.always({ kind: 'answer', answer: { status: 503, body: JSON.stringify(busy) } }),
    };
    return {
      exporter: splunk.exporter({ acknowledgement: useAck }),
      received: () => receiver.ids,
      trouble: (kind) => {
        faults[kind]();
        return true;
      },
      stop: () => receiver.stop(),
      secrets: [HEC_TOKEN],
    };
  }

  for (const { promise, run } of auditExporterContract(underTest)) {
    it(promise, run);
  }
});

describe('What arrives', () => {
  it.each(FORMAT_NAMES)('is every odd record as the format %s writes it, and when it happened', async (name) => {
    const { receiver } = await start();
    const format = createFormatter(name);
    expect(await deliver(splunk.exporter(), ODD_RECORDS, { format })).toEqual({ status: 'delivered' });
    const texts = ODD_RECORDS.map((record) => format.format(record));
    expect(receiver.events.map(({ event }) => event)).toEqual(
      format.contentType.includes('json') ? texts.map((text) => JSON.parse(text) as unknown) : texts,
    );
    expect(receiver.events.map(({ time }) => time)).toEqual(
      ODD_RECORDS.map(({ event }) => Date.parse(event.occurredAt) / 1000),
    );
    expect(receiver.ids).toEqual(ODD_RECORDS.map(({ event }) => event.id));
  });

  it('holds the id in the event itself, too, in the format that is the default', async () => {
    const { receiver } = await start();
    await deliver(splunk.exporter(), ODD_RECORDS);
    expect(receiver.events.map(({ event }) => (event as { event: { id: string } }).event.id)).toEqual(receiver.ids);
  });

  it('is one gzipped request with token and channel, its envelopes separated by a line end', async () => {
    const { receiver } = await start();
    const exporter = splunk.exporter();
    await deliver(exporter, [FIRST, SECOND]);
    await deliver(exporter, [THIRD]);
    const [request, next] = receiver.http.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/services/collector/event',
      headers: {
        authorization: `Splunk ${HEC_TOKEN}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'x-splunk-request-channel': expect.stringMatching(GUID) as string,
      },
    });
    expect(gunzipSync(request?.raw ?? '').toString()).toMatch(/^\{"time":[^\n]+\}\n\{"time":[^\n]+\}$/);
    expect(next?.headers['x-splunk-request-channel']).toBe(request?.headers['x-splunk-request-channel']);
  });

  it('is as the options say: not compressed, on a channel of their own, with metadata and fields', async () => {
    const { receiver } = await start();
    const channel = 'b1a3c5d7-0011-4223-8445-66778899aabb';
    const metadata = { host: 'h', source: 's', sourcetype: 'audited:json', index: 'audit' };
    const exporter = splunk.exporter({ ...metadata, channel, gzip: false, fields: { team: 'payments' } });
    await deliver(exporter, [FIRST, SECOND]);
    const headers = receiver.http.requests[0]?.headers;
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers).toHaveProperty('x-splunk-request-channel', channel);
    expect(receiver.events).toEqual(
      [FIRST, SECOND].map(({ event, seal }) =>
        expect.objectContaining({
          ...metadata,
          fields: {
            audit_event_id: event.id,
            audit_event_type: event.type,
            audit_chain: seal.chain,
            audit_position: seal.position,
            team: 'payments',
          },
        }),
      ),
    );
  });
});

describe('An index that the token may not write to', () => {
  const token = { indexes: ['audit', 'audit_high'] };

  it('holds the destination when it is the one of the options', async () => {
    const { receiver } = await start(token);
    const verdict = await deliver(splunk.exporter({ index: 'adit' }), [FIRST, SECOND]);
    expect(verdict).toMatchObject({ status: 'hold', cure: expect.stringContaining('"index"') });
    expect(receiver.events).toEqual([]);
  });

  it('is the fault of the event when a function chose it, and the others pass', async () => {
    const { receiver } = await start(token);
    const exporter = splunk.exporter({ index: ({ event }) => (event.id === SECOND.event.id ? 'secret' : 'audit') });
    expect(await deliver(exporter, [FIRST, SECOND, THIRD])).toEqual({
      status: 'poison',
      reason: 'HTTP 400: Incorrect index (code 7)',
      index: 1,
    });
    expect(await deliver(exporter, [FIRST, THIRD])).toEqual({ status: 'delivered' });
    expect(receiver.events.map(({ index }) => index)).toEqual(['audit', 'audit']);
  });
});

describe('A collector', () => {
  const conditions: readonly (readonly [HecCondition, object, object])[] = [
    ['ok', { status: 'delivered' }, { status: 'ok' }],
    ['out-of-order', { status: 'retry' }, { status: 'retry' }],
    ['busy', { status: 'retry', afterMs: 7000 }, { status: 'retry' }],
    ['all-full', { status: 'retry', afterMs: 7000 }, { status: 'retry' }],
    ['shutting-down', { status: 'retry' }, { status: 'retry' }],
    ['queue-full', { status: 'retry' }, { status: 'retry' }],
    ['acks-full', { status: 'retry' }, { status: 'retry' }],
    ['queue-filling', { status: 'delivered', slowDownMs: 2000 }, { status: 'ok' }],
    ['acks-filling', { status: 'delivered', slowDownMs: 2000 }, { status: 'ok' }],
  ];

  it.each(conditions)('that is %s', async (condition, verdict, probe) => {
    const { receiver } = await start();
    receiver.condition = condition;
    const exporter = splunk.exporter();
    expect(await deliver(exporter, [FIRST])).toMatchObject(verdict);
    expect(await probeOf(exporter)).toMatchObject(probe);
  });

  it('that takes less splits what is too large, by a page that is no JSON', async () => {
    await start({}, { maxContentLength: 3000 });
    const exporter = splunk.exporter();
    expect(await deliver(exporter, ODD_RECORDS)).toEqual({
      status: 'split',
      reason: 'HTTP 413: Content-Length of the request is too large',
    });
    expect(await deliver(exporter, [FIRST])).toEqual({ status: 'delivered' });
  });

  it('that does not know the encoding holds, by a page that is no JSON', async () => {
    const { receiver } = await start();
    const body = '<html><body><h1>Unsupported Media Type</h1></body></html>';
    receiver.http.next({ kind: 'answer', answer: { status: 415, headers: { 'content-type': 'text/html' }, body } });
    expect(await deliver(splunk.exporter(), [FIRST])).toMatchObject({
      status: 'hold',
      reason: 'HTTP 415: Unsupported Media Type',
    });
  });

  it('with the token switched off holds, and takes events again when it is switched on', async () => {
    const { receiver } = await start({ isEnabled: false });
    const exporter = splunk.exporter();
    const held = { status: 'hold', cure: expect.stringContaining('Switch the token on') as string };
    expect(await deliver(exporter, [FIRST])).toMatchObject(held);
    expect(await probeOf(exporter)).toMatchObject(held);
    receiver.setToken({ token: HEC_TOKEN });
    expect(await probeOf(exporter)).toEqual({ status: 'ok' });
    expect(await deliver(exporter, [FIRST])).toEqual({ status: 'delivered' });
  });

  it('that does not know the token holds, and the token is not told', async () => {
    await start();
    const token = 'ffffffff-1111-2222-3333-444444444444';
    const exporter = splunk.exporter({ token });
    const verdicts = [await deliver(exporter, [FIRST]), await probeOf(exporter)];
    expect(verdicts).toMatchObject([
      { status: 'hold', reason: 'HTTP 403: Invalid token (code 4)' },
      { status: 'hold', reason: 'HTTP 400: Invalid token (code 21)' },
    ]);
    expect(JSON.stringify(verdicts)).not.toContain(token);
  });

  it('that is somewhere else holds', async () => {
    const { receiver } = await start();
    const exporter = splunk.exporter({ url: `${receiver.url}/gateway` });
    expect(exporter.endpoint).toBe(`${receiver.url}/gateway/services/collector/event`);
    expect(await deliver(exporter, [FIRST])).toMatchObject({ status: 'hold', cure: expect.stringContaining('"url"') });
    expect(await probeOf(exporter)).toMatchObject({ status: 'hold' });
  });

  it('that is the page of a stranger is not believed', async () => {
    const { receiver } = await start();
    receiver.http.next({ kind: 'answer', answer: { status: 200, body: '<html><body>Welcome</body></html>' } });
    expect(await deliver(splunk.exporter(), [FIRST])).toMatchObject({ status: 'hold', reason: 'HTTP 200: Welcome' });
    expect(receiver.events).toEqual([]);
  });

  it('whose answer was lost is sent the same ids again', async () => {
    const { receiver } = await start();
    const exporter = splunk.exporter();
    receiver.http.next({ kind: 'lost-answer' });
    expect(await deliver(exporter, [FIRST, SECOND])).toMatchObject({ status: 'retry' });
    expect(await deliver(exporter, [FIRST, SECOND], { attempt: 2 })).toEqual({ status: 'delivered' });
    const ids = [FIRST.event.id, SECOND.event.id];
    expect(receiver.ids).toEqual([...ids, ...ids]);
  });
});

describe('TLS', () => {
  const authority = new CertificateAuthority();

  it('trusts the authority that it is given, also for the probe, and no other', async () => {
    const { receiver } = await start({}, { tls: authority.issue() });
    const exporter = splunk.exporter({ tls: { ca: authority.cert } });
    expect(await deliver(exporter, [FIRST])).toEqual({ status: 'delivered' });
    expect(await probeOf(exporter)).toEqual({ status: 'ok' });
    const untrusted = await deliver(splunk.exporter(), [SECOND]);
    expect(untrusted).toMatchObject({ reason: expect.stringContaining('certificate') });
    expect(receiver.ids).toEqual([FIRST.event.id]);
  });

  it('goes through a proxy that asks for a password, end to end', async () => {
    const { receiver } = await start({ useAck: true }, { tls: authority.issue() });
    const proxy = await ConnectProxy.start('audit:s3cret-password');
    try {
      const options = { tls: { ca: authority.cert }, acknowledgement: true };
      const exporter = splunk.exporter({ ...options, proxy: `http://audit:s3cret-password@${proxy.host}` });
      expect(await deliver(exporter, [FIRST])).toMatchObject({ status: 'sent' });
      expect(new Set(proxy.targets)).toEqual(new Set([`127.0.0.1:${receiver.http.port}`]));
      const refused = await deliver(splunk.exporter({ ...options, proxy: `http://audit:wr0ng@${proxy.host}` }), [
        SECOND,
      ]);
      expect(refused).toMatchObject({ status: 'hold', cure: 'Check user and password of the proxy.' });
      expect(JSON.stringify(refused)).not.toContain('wr0ng');
      expect(receiver.ids).toEqual([FIRST.event.id]);
    } finally {
      await proxy.stop();
    }
  });
});
