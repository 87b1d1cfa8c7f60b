import { execFile } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { httpExporter, type AuditExporter, type HttpConnectionOptions } from 'nestjs-audited/exporters';
import { collector, delivered, TOKEN } from '../support/collector.js';
import { oddRecords } from '../support/delivered-records.js';
import { PlainServer } from '../support/plain-server.js';
import { HttpReceiver, type ReceiverAnswer, type ReceiverRules } from '../support/receivers/http-receiver.js';

const MEGABYTE = 2 ** 20;
const USE_AND_CLOSE = fileURLToPath(new URL('../support/use-and-close.mjs', import.meta.url));
const stopped: (() => Promise<void> | undefined)[] = [];

afterEach(async () => {
  for (const stop of stopped.splice(0).toReversed()) await stop();
});

async function receiver(rules: ReceiverRules = () => ({ status: 200 })): Promise<HttpReceiver> {
  const one = await HttpReceiver.start(rules);
  stopped.push(() => one.stop());
  return one;
}

async function plainServer(serve: (socket: Socket) => void): Promise<PlainServer> {
  const one = await PlainServer.start(serve);
  stopped.push(() => one.stop());
  return one;
}

function exporterFor(url: string, connection: HttpConnectionOptions = {}, gzip = false): AuditExporter {
  const exporter = collector(url, { timeoutMs: 10_000, ...connection }, { gzip });
  stopped.push(() => exporter.close?.());
  return exporter;
}

/** As between two batches of the engine: a socket is free again one turn after its answer was read. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Serves one answer of raw bytes to each request. */
function answering(head: string, more: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', () => {
      socket.write(head);
      more(socket);
    });
  };
}

describe('what the HTTP station sends', () => {
  it('is what the receiver decompresses', async () => {
    const { url, requests } = await receiver();
    const records = oddRecords(20);
    expect(await delivered(exporterFor(url, {}, true), records)).toEqual({ status: 'delivered' });
    const [request] = requests;
    expect(request?.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': String(request?.raw.length),
    });
    expect(request?.raw.length).toBeLessThan(request?.body.length ?? 0);
    const lines = gunzipSync(request?.raw ?? '')
      .toString('utf8')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(JSON.parse(JSON.stringify(records)));
  });

  it('goes over one socket, batch after batch', async () => {
    const one = await receiver();
    const sockets = new Set<unknown>();
    one.onConnection((socket) => sockets.add(socket));
    const exporter = exporterFor(one.url);
    for (let batch = 0; batch < 5; batch++) {
      expect(await delivered(exporter)).toEqual({ status: 'delivered' });
      await turn();
    }
    expect(one.requests).toHaveLength(5);
    expect(sockets.size).toBe(1);
  });

  it('goes over a fresh connection after a failed attempt', async () => {
    const one = await receiver();
    const ports: (number | undefined)[] = [];
    one.onConnection((socket) => ports.push(socket.remotePort));
    const exporter = exporterFor(one.url);
    await delivered(exporter);
    await turn();
    one.next({ kind: 'answer', answer: { status: 503 } });
    expect(await delivered(exporter)).toMatchObject({ status: 'retry' });
    await turn();
    expect(ports).toHaveLength(1);
    // The socket is still good; the node behind it may not be.
    expect(await delivered(exporter, undefined, 2)).toEqual({ status: 'delivered' });
    expect(ports).toHaveLength(2);
    await turn();
    expect(await delivered(exporter)).toEqual({ status: 'delivered' });
    expect(ports).toHaveLength(2);
  });

  it('goes over a new connection when the receiver closed the old one meanwhile', async () => {
    const one = await receiver(() => ({ status: 200, headers: { connection: 'close' } }));
    const exporter = exporterFor(one.url);
    for (let batch = 0; batch < 3; batch++) {
      expect(await delivered(exporter)).toEqual({ status: 'delivered' });
    }
  });

  it('is held, not retried for ever, when a token cannot stand in a header', async () => {
    const { url, requests } = await receiver();
    const token = 'tkn-of-a-file\n';
    const exporter = httpExporter({
      type: 'collector',
      address: new URL(url),
      secrets: [token],
      request: () => ({ url: new URL(url), headers: { authorization: `Bearer ${token}` }, body: '' }),
    });
    stopped.push(() => exporter.close?.());
    const verdict = await delivered(exporter);
    expect(verdict).toMatchObject({ status: 'hold', cure: expect.stringContaining('line ends') });
    expect(JSON.stringify(verdict)).not.toContain('tkn-of-a-file');
    expect(requests).toHaveLength(0);
  });
});

describe('what the HTTP station makes of answers', () => {
  it('never follows a redirect: the target is not asked, and the token stays here', async () => {
    const elsewhere = await receiver();
    for (const status of [301, 302, 303, 307, 308]) {
      const { url } = await receiver(() => ({ status, headers: { location: `${elsewhere.url}/x?token=${TOKEN}` } }));
      const verdict = await delivered(exporterFor(url));
      expect(verdict).toMatchObject({ status: 'hold', reason: expect.stringContaining(elsewhere.url) });
      expect(JSON.stringify(verdict)).not.toContain(TOKEN);
    }
    expect(elsewhere.requests).toHaveLength(0);
  });

  it.each<[string, ReceiverAnswer]>([
    [
      'a page',
      {
        status: 403,
        headers: { 'content-type': 'text/html' },
        body: `<html><p>Token ${TOKEN} is not known</p></html>`,
      },
    ],
    ['JSON', { status: 401, body: JSON.stringify({ error: `no such token: Bearer ${TOKEN}` }) }],
    [
      'an encoded form',
      { status: 503, body: `token=${encodeURIComponent(TOKEN)}&x=${Buffer.from(TOKEN).toString('base64')}` },
    ],
    ['a text that is cut within it', { status: 500, body: `${'x'.repeat(190)}${TOKEN}` }],
  ])('tells what was said, without the token that came back in %s', async (_how, answer) => {
    const { url } = await receiver(() => answer);
    const verdict = await delivered(exporterFor(url));
    const words = JSON.stringify(verdict);
    expect(words).toContain(`HTTP ${answer.status}: `);
    for (const part of [TOKEN, TOKEN.slice(0, 8), Buffer.from(TOKEN).toString('base64')]) {
      expect(words).not.toContain(part);
    }
  });

  it('makes one short line of an error page', async () => {
    const page = `<!DOCTYPE html><html><head><title>502</title><style>p{}</style></head>\n<body>\n<h1>502 Bad Gateway</h1>\r\n<p>${'nginx '.repeat(1000)}</p></body></html>`;
    const { url } = await receiver(() => ({ status: 502, headers: { 'content-type': 'text/html' }, body: page }));
    const verdict = await delivered(exporterFor(url));
    expect(verdict).toMatchObject({
      status: 'retry',
      reason: expect.stringMatching(/^HTTP 502: 502 Bad Gateway nginx [^\n<]{1,200}\.\.\.$/),
    });
  });

  it('takes a wait from the receiver’s own clock, however wrong that is', async () => {
    const headers = { 'retry-after': 'Thu, 01 Jan 2099 00:00:30 GMT', date: 'Thu, 01 Jan 2099 00:00:00 GMT' };
    const { url } = await receiver(() => ({ status: 429, headers }));
    expect(await delivered(exporterFor(url))).toMatchObject({ status: 'retry', afterMs: 30_000 });
    const seconds = await receiver(() => ({ status: 503, headers: { 'retry-after': '7' } }));
    expect(await delivered(exporterFor(seconds.url))).toMatchObject({ status: 'retry', afterMs: 7000 });
  });

  it('reads no more of an endless body than it has to, and goes by the status', async () => {
    const one = await receiver();
    one.always({ kind: 'endless' });
    const exporter = exporterFor(one.url);
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await delivered(exporter)).toEqual({ status: 'delivered' });
    }
    // Five times 4 MiB and what lies in between, in client and server: a gigabyte it would be otherwise.
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MEGABYTE);
    expect(one.requests).toHaveLength(0);
  });

  it('goes by the status when the body is announced as a gigabyte and never comes', async () => {
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${1024 * MEGABYTE}\r\n\r\nbegin`;
    const { url } = await plainServer(answering(head, () => undefined));
    expect(await delivered(exporterFor(url, { timeoutMs: 100 }))).toEqual({ status: 'delivered' });
  });

  it('goes by the status when the body comes byte by byte', async () => {
    const drip = (socket: Socket): void => {
      const timer = setInterval(() => socket.write('1\r\nx\r\n'), 10);
      socket.once('close', () => clearInterval(timer));
    };
    const head = 'HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { url } = await plainServer(answering(head, drip));
    expect(await delivered(exporterFor(url, { timeoutMs: 150 }))).toMatchObject({
      status: 'retry',
      reason: expect.stringMatching(/^HTTP 503: x+/),
    });
  });

  it('goes by the status when the body breaks off', async () => {
    const head = 'HTTP/1.1 413 Too Large\r\nContent-Length: 100\r\n\r\nhalf of it';
    const { url } = await plainServer(answering(head, (socket) => socket.end()));
    expect(await delivered(exporterFor(url))).toEqual({ status: 'split', reason: 'HTTP 413: half of it' });
  });

  it('holds for what answers and speaks no HTTP', async () => {
    const { url } = await plainServer((socket) => socket.write('220 smtp.example.com ESMTP\r\n'));
    expect(await delivered(exporterFor(url))).toMatchObject({ status: 'hold', cure: expect.stringContaining('HTTP') });
  });

  it('keeps secrets out of what an interpreter of its own says, refused events included', async () => {
    const { url } = await receiver();
    const exporter = collector(
      url,
      {},
      {
        interpret: () => ({
          status: 'partial',
          refused: [{ index: 0, reason: `no room for ${TOKEN}` }],
          reason: `refused for ${TOKEN}\r\nforged line`,
        }),
      },
    );
    stopped.push(() => exporter.close?.());
    expect(await delivered(exporter)).toEqual({
      status: 'partial',
      refused: [{ index: 0, reason: 'no room for [redacted]' }],
      reason: 'refused for [redacted] forged line',
    });
  });
});

describe('the HTTP station without an answer', () => {
  it('retries when the receiver takes the connection and says nothing', async () => {
    const one = await receiver();
    one.always({ kind: 'hang' });
    expect(await delivered(exporterFor(one.url, { timeoutMs: 100 }))).toEqual({
      status: 'retry',
      reason: 'no answer in time',
    });
  });

  it('retries when it says only half of a header', async () => {
    const { url } = await plainServer(answering('HTTP/1.1 200 OK\r\nX-Slow: ', () => undefined));
    expect(await delivered(exporterFor(url, { timeoutMs: 100 }))).toEqual({
      status: 'retry',
      reason: 'no answer in time',
    });
  });

  it.each<[string, (socket: Socket) => void]>([
    ['closes at once', (socket) => socket.end()],
    ['closes after the request', (socket) => socket.once('data', () => socket.end())],
    ['resets', (socket) => socket.resetAndDestroy()],
    ['resets after the request', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ])('retries when the receiver accepts and %s', async (_how, serve) => {
    const { url } = await plainServer(serve);
    expect(await delivered(exporterFor(url))).toMatchObject({
      status: 'retry',
      cure: expect.stringContaining('broke the connection off'),
    });
  });

  it('retries when nothing listens', async () => {
    const one = await receiver();
    const { url, port } = one;
    await one.stop();
    expect(await delivered(exporterFor(url))).toMatchObject({
      status: 'retry',
      reason: `connect ECONNREFUSED 127.0.0.1:${port}`,
      cure: expect.stringContaining('port'),
    });
  });

  it('retries when the name is unknown, and says what to look at', async () => {
    const verdict = await delivered(exporterFor('http://receiver.invalid/'));
    expect(verdict).toMatchObject({ status: 'retry', cure: expect.stringContaining('name') });
  });

  it.each([1, 50])('gives up within a request of %i events, whatever the reason was', async (count) => {
    const one = await receiver();
    one.always({ kind: 'hang' });
    const giveUp = new AbortController();
    const verdict = delivered(exporterFor(one.url), oddRecords(count), 1, giveUp.signal);
    setImmediate(() => giveUp.abort('the application ends'));
    expect(await verdict).toEqual({ status: 'retry', reason: 'given up' });
  });

  it('gives up within a body that does not end', async () => {
    const giveUp = new AbortController();
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n';
    const { url } = await plainServer(answering(head, () => setTimeout(() => giveUp.abort(), 50)));
    expect(await delivered(exporterFor(url), undefined, 1, giveUp.signal)).toEqual({
      status: 'retry',
      reason: 'given up',
    });
  });

  it('does not begin when it was told to give up before', async () => {
    const { url, requests } = await receiver();
    expect(await delivered(exporterFor(url), undefined, 1, AbortSignal.abort())).toEqual({
      status: 'retry',
      reason: 'given up',
    });
    expect(requests).toHaveLength(0);
  });

  it('leaves no listener behind on a signal that lives long', async () => {
    const { url } = await receiver();
    const exporter = exporterFor(url);
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners += 1;
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...given);
    };
    for (let batch = 0; batch < 3; batch++) {
      await delivered(exporter, undefined, 1, signal);
    }
    expect(listeners).toBe(0);
  });
});

describe('the end of the HTTP station', () => {
  it('lets the process end, although the receiver keeps connections', async () => {
    const one = await receiver();
    const { stdout } = await promisify(execFile)(process.execPath, [USE_AND_CLOSE, JSON.stringify({ url: one.url })], {
      timeout: 20_000,
    });
    expect(JSON.parse(stdout)).toEqual({ verdict: { status: 'delivered' }, open: [] });
  });

  it('ends a request that is under way, and answers afterwards', async () => {
    const one = await receiver();
    one.always({ kind: 'hang' });
    const exporter = exporterFor(one.url);
    const verdict = delivered(exporter);
    await exporter.close?.();
    expect(await verdict).toMatchObject({ status: 'retry' });
    expect(await delivered(exporter)).toMatchObject({ status: 'retry' });
  });
});
