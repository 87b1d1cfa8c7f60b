import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { buildSink, RunningSink, type SinkMode } from './support/built-sink.js';
import { ChildServer } from './support/child-server.js';
import { eventually } from './support/eventually.js';
import { OpenSinkPage } from './support/sink-page.js';

const BUILD_TIMEOUT_MS = 120_000;
const JSON_TYPE = { 'content-type': 'application/json' };

const envelope = (position: number, more: object = {}) => ({
  time: 1795287099.123,
  event: {
    event: { id: `id-${position}`, action: `Did ${position}`, outcome: 'success', actor: { kind: 'user', id: 'u-1' } },
  },
  fields: {
    audit_event_id: `id-${position}`,
    audit_event_type: 'deploy.initiated',
    audit_chain: 'main',
    audit_position: position,
  },
  ...more,
});

/** The body of a request with these positions. */
const envelopes = (...positions: readonly number[]): string =>
  positions.map((position) => JSON.stringify(envelope(position))).join('\n');

const answerOf = async (response: Response) => [response.status, await response.json()] as const;

describe('the SIEM sink', () => {
  let sink: RunningSink;

  beforeAll(async () => {
    buildSink();
    sink = await RunningSink.start();
  }, BUILD_TIMEOUT_MS);

  beforeEach(async () => {
    await sink.play('off');
    await fetch(`${sink.url}/events`, { method: 'DELETE' });
  });

  afterAll(async () => {
    await sink.end();
  });

  describe('as a collector', () => {
    it('takes events, compressed or not, and shows them, the newest first', async () => {
      const first = await sink.collect('event', envelopes(1, 2), JSON_TYPE);
      const second = await sink.collect('event', gzipSync(envelopes(3)), { 'content-encoding': 'gzip' });
      expect([await answerOf(first), await answerOf(second)]).toEqual([
        [200, { text: 'Success', code: 0, ackId: expect.any(Number) as unknown }],
        [200, { text: 'Success', code: 0, ackId: expect.any(Number) as unknown }],
      ]);
      expect((await sink.events()).map(({ id, type, position }) => [id, type, position])).toEqual([
        ['id-3', 'deploy.initiated', 3],
        ['id-2', 'deploy.initiated', 2],
        ['id-1', 'deploy.initiated', 1],
      ]);
      expect(await sink.events(1)).toHaveLength(1);
      await expect(sink.status()).resolves.toMatchObject({ received: 3, distinct: 3, chains: { main: 3 } });
    });

    it('counts what is repeated, and what comes too late', async () => {
      await sink.collect('event', envelopes(1, 3));
      await sink.collect('event', envelopes(1, 2));
      const counts = { received: 4, distinct: 3, duplicates: 1, outOfOrder: 1, refusedRequests: 0 };
      await expect(sink.status()).resolves.toMatchObject(counts);
    });

    it('acknowledges each request a moment later, once', async () => {
      const { ackId } = (await (await sink.collect('event', envelopes(1))).json()) as { readonly ackId: number };
      const ask = async () => answerOf(await sink.collect('ack', JSON.stringify({ acks: [ackId] })));
      await eventually(async () => expect(await ask()).toEqual([200, { acks: { [ackId]: true } }]));
      expect(await ask()).toEqual([200, { acks: { [ackId]: false } }]);
    });

    it.each([
      ['no token', { authorization: undefined }, 401, 2],
      ['another scheme', { authorization: 'Bearer demo-siem-token' }, 401, 3],
      ['another token', { authorization: 'Splunk guessed' }, 403, 4],
      ['no channel', { 'x-splunk-request-channel': undefined }, 400, 10],
      ['a channel that is no GUID', { 'x-splunk-request-channel': 'mine' }, 400, 11],
      ['gzip that is none', { 'content-encoding': 'gzip' }, 400, 6],
    ])('refuses a request with %s', async (_what, headers, status, code) => {
      const answer = await answerOf(await sink.collect('event', envelopes(1), headers));
      expect(answer).toEqual([status, expect.objectContaining({ code })]);
      await expect(sink.status()).resolves.toMatchObject({ received: 0, refusedRequests: 1 });
    });

    it.each([
      ['an empty body', '', { code: 5 }],
      ['an array', JSON.stringify([envelope(1)]), { code: 6, 'invalid-event-number': 0 }],
      ['no event', `${envelopes(1)}{"event":null}`, { code: 12, 'invalid-event-number': 1 }],
      ['an empty event', `${envelopes(1)}{"event":""}`, { code: 13, 'invalid-event-number': 1 }],
      [
        'fields that are not flat',
        JSON.stringify(envelope(1, { fields: { nested: {} } })),
        { code: 15, 'invalid-event-number': 0 },
      ],
    ])('takes nothing of a request with %s', async (_what, body, refusal) => {
      expect(await answerOf(await sink.collect('event', body))).toEqual([400, expect.objectContaining(refusal)]);
      await expect(sink.status()).resolves.toMatchObject({ received: 0 });
    });

    it('answers what is too large, packed or unpacked, and other packings with a page, as an HTTP server does', async () => {
      const large = Buffer.alloc(10 * 2 ** 20 + 1, ' ');
      const answers = await Promise.all([
        sink.collect('event', large),
        sink.collect('event', gzipSync(large), { 'content-encoding': 'gzip' }),
        sink.collect('event', envelopes(1), { 'content-encoding': 'br' }),
      ]);
      expect(answers.map(({ status, headers }) => [status, headers.get('content-type')])).toEqual([
        [413, 'text/html; charset=utf-8'],
        [413, 'text/html; charset=utf-8'],
        [415, 'text/html; charset=utf-8'],
      ]);
    });

    it('tells senders with the token that it is well, and nothing to anybody else', async () => {
      const well = await answerOf(await sink.collect('health'));
      const stranger = await answerOf(await sink.collect('health', undefined, { authorization: 'Splunk guessed' }));
      expect([well, stranger]).toEqual([
        [200, { text: 'HEC is healthy', code: 17 }],
        [400, { text: 'Invalid token', code: 21 }],
      ]);
    });

    it('has no acknowledgement, and needs no channel, where it is switched off', async () => {
      const plain = await RunningSink.start({ AUDITED_SINK_ACK: 'off', AUDITED_SINK_TOKEN: 'mine' });
      const mine = { authorization: 'Splunk mine', 'x-splunk-request-channel': undefined };
      const taken = await answerOf(await plain.collect('event', envelopes(1), mine));
      const asked = await answerOf(await plain.collect('ack', '{"acks":[0]}', mine));
      await plain.end();
      expect([taken, asked]).toEqual([
        [200, { text: 'Success', code: 0 }],
        [400, { text: 'ACK is disabled', code: 14 }],
      ]);
    });
  });

  describe('when it is broken', () => {
    it.each<[SinkMode, number, number, number]>([
      ['503', 503, 9, 18],
      ['401', 401, 3, 21],
    ])('answers with %s, takes nothing, and takes everything when it is mended', async (mode, status, code, health) => {
      await sink.play(mode);
      const refused = await sink.collect('event', envelopes(1));
      expect(refused.headers.get('retry-after')).toBe(mode === '503' ? '2' : null);
      expect(await answerOf(refused)).toEqual([status, expect.objectContaining({ code })]);
      expect((await answerOf(await sink.collect('health')))[1]).toMatchObject({ code: health });
      await expect(sink.status()).resolves.toMatchObject({ mode, received: 0, refusedRequests: 1 });

      await sink.play('off');
      expect((await sink.collect('event', envelopes(1))).status).toBe(200);
      await expect(sink.status()).resolves.toMatchObject({ mode: 'off', distinct: 1 });
    });

    it('never answers while it hangs, and breaks off who waits when it is mended', async () => {
      await sink.play('hang');
      const outcome = sink.collect('event', envelopes(1)).then(
        ({ status }) => status,
        () => 'no answer',
      );
      await eventually(async () => expect((await sink.status()).refusedRequests).toBe(1));
      await sink.play('off');
      expect(await outcome).toBe('no answer');
      await expect(sink.status()).resolves.toMatchObject({ received: 0 });
    });

    it('takes half of a request and breaks off, so that its sender repeats that half', async () => {
      await sink.play('half');
      await expect(sink.collect('event', envelopes(1, 2, 3, 4))).rejects.toThrow();
      expect((await sink.events()).map(({ position }) => position)).toEqual([2, 1]);
      await sink.play('off');
      await sink.collect('event', envelopes(1, 2, 3, 4));
      await expect(sink.status()).resolves.toMatchObject({ received: 6, distinct: 4, duplicates: 2, outOfOrder: 0 });
    });

    it('refuses a trouble that it does not know, and names those it does', async () => {
      const answer = await fetch(`${sink.url}/fail?mode=explode`, { method: 'POST' });
      const error = '"mode" is "explode". Give one of: 503, 401, hang, half, off.';
      expect(await answerOf(answer)).toEqual([400, { error }]);
      await expect(sink.status()).resolves.toMatchObject({ mode: 'off' });
    });
  });

  describe('towards browsers', () => {
    it('shows hostile events as text, under a policy that runs the script of the page and no other', async () => {
      const hostile = '</script><img src=x onerror=alert(1)><script>alert(2)</script>';
      await sink.collect(
        'event',
        JSON.stringify({
          event: { event: { action: hostile, outcome: hostile, actor: { id: hostile } }, more: hostile },
          fields: { audit_event_id: hostile, audit_event_type: hostile, audit_chain: hostile, audit_position: 1 },
        }),
      );
      await sink.collect('event', JSON.stringify({ event: hostile }));
      const page = await OpenSinkPage.open(sink.url);

      await eventually(() => expect(page.element('events').children).toHaveLength(2));
      const made = [...page.element('events').all(), ...page.element('counts').all()];
      expect(made.filter(({ textContent }) => textContent.includes(hostile)).length).toBeGreaterThanOrEqual(6);
      const tags = ['div', 'tr', 'td', 'li', 'span', 'details', 'summary', 'pre'];
      expect(made.map(({ tag }) => tag).filter((tag) => !tags.includes(tag))).toEqual([]);
      expect(page.policy).toContain("default-src 'none'");
      expect(page.policy).toContain(`script-src '${page.scriptHash}';`);
      expect(page.policy).not.toContain('unsafe');
    });

    it('breaks and mends by the buttons of its page', async () => {
      const page = await OpenSinkPage.open(sink.url);
      const button = page.buttons.find(({ dataset }) => dataset['mode'] === '503');
      button?.click();
      await eventually(async () => expect((await sink.status()).mode).toBe('503'));
      await eventually(() => expect(button?.attributes.get('aria-pressed')).toBe('true'));
    });

    it.each([
      ['another site', { 'sec-fetch-site': 'cross-site' }],
      ['another port of this machine', { 'sec-fetch-site': 'same-site' }],
      ['a browser that says no more than the origin', { origin: 'http://localhost:3000' }],
    ])('lets %s change nothing', async (_who, headers) => {
      const played = await fetch(`${sink.url}/fail?mode=503`, { method: 'POST', headers });
      const cleared = await fetch(`${sink.url}/events`, { method: 'DELETE', headers });
      expect([played.status, cleared.status]).toEqual([403, 403]);
      await expect(sink.status()).resolves.toMatchObject({ mode: 'off' });
    });

    it('lets no other origin read', async () => {
      const preflight = await fetch(`${sink.url}/events`, {
        method: 'OPTIONS',
        headers: { origin: 'http://elsewhere.example', 'access-control-request-method': 'GET' },
      });
      const read = await fetch(`${sink.url}/events`, { headers: { origin: 'http://elsewhere.example' } });
      for (const { headers } of [preflight, read]) {
        expect(headers.get('access-control-allow-origin')).toBeNull();
        expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
        expect(headers.get('x-content-type-options')).toBe('nosniff');
      }
      expect(preflight.ok).toBe(false);
    });

    it('answers nobody who calls it by a foreign name', async () => {
      // fetch() does not let anybody choose the name.
      const { port } = new URL(sink.url);
      const status = await new Promise((resolve, reject) => {
        const headers = { host: `rebound.example:${port}` };
        request(`${sink.url}/events`, { headers }, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end();
      });
      expect(status).toBe(421);
    });

    it.each([
      ['GET', '/events?limit=all', 400],
      ['GET', '/events?limit=0', 400],
      ['PUT', '/fail', 405],
      ['GET', '/nothing', 404],
      ['POST', '/services/collector/raw', 404],
    ])('answers %s %s with %i', async (method, path, status) => {
      expect((await fetch(`${sink.url}${path}`, { method })).status).toBe(status);
    });
  });

  describe('as a process', () => {
    it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s at once, whoever still waits', async (signal) => {
      const ending = await RunningSink.start();
      await ending.play('hang');
      const outcome = ending.collect('event', envelopes(1)).then(
        ({ status }) => status,
        () => 'no answer',
      );
      await eventually(async () => expect((await ending.status()).refusedRequests).toBe(1));
      expect(await ending.end(signal)).toBe(0);
      expect(await outcome).toBe('no answer');
    });

    it('says which setting is wrong, and does not start', async () => {
      const start = RunningSink.start({ AUDITED_SINK_PORT: 'http' });
      await expect(start).rejects.toThrow('The SIEM sink could not start: AUDITED_SINK_PORT is "http".');
    });

    it('takes a free port beside the demo where its own is taken, and goes when the demo is killed', async () => {
      const occupant = createServer();
      await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
      const taken = String((occupant.address() as AddressInfo).port);
      const beside = await ChildServer.start(['test/support/beside-demo.mjs'], { AUDITED_SINK_PORT: taken });
      expect(new URL(beside.url).port).not.toBe(taken);
      expect((await fetch(`${beside.url}/status`)).status).toBe(200);

      await beside.end('SIGKILL');
      await eventually(() => expect(fetch(`${beside.url}/status`)).rejects.toThrow());
      await new Promise((resolve) => occupant.close(resolve));
    });
  });
});
