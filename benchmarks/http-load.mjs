/**
 * HTTP load over keep-alive connections, in a process of its own. Closed loop: each connection sends its next request
 * when the answer to the last one is complete. With `requestsPerSecond` it waits for its turn besides; turns that find no
 * free connection are made up for later. It counts bytes instead of parsing every answer (all answers of one variant have
 * the same length), so it takes little of the processor that the server under test needs.
 *
 * Usage (by fork): { port, path, connections, seconds, requestsPerSecond? } in,
 * { requests, seconds, errors, p50Ms, p99Ms } out.
 */
import { connect } from 'node:net';

const TURN_MS = 10;

process.on('message', async ({ port, path, connections, seconds, requestsPerSecond }) => {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: audited-benchmark/1\r\n\r\n`);
  const answerBytes = await firstAnswerBytes(port, request);
  const samples = [];
  let requests = 0;
  let errors = 0;
  let running = true;
  const idle = [];
  const startedAt = process.hrtime.bigint();
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect(port, '127.0.0.1');
    let received = 0;
    let sentAt = 0;
    socket.setNoDelay(true);
    const send = () => {
      sentAt = performance.now();
      socket.write(request);
    };
    const next = requestsPerSecond === undefined ? send : () => idle.push(send);
    socket.on('connect', next);
    socket.on('error', () => {
      errors++;
    });
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (received < answerBytes) {
        return;
      }
      if (received > answerBytes) {
        errors++;
      }
      received = 0;
      requests++;
      if ((requests & 15) === 0) {
        samples.push(performance.now() - sentAt);
      }
      if (running) {
        next();
      }
    });
    return socket;
  });
  let turnsTaken = 0;
  const turns = setInterval(() => {
    const turnsDue = (Number(process.hrtime.bigint() - startedAt) / 1e9) * (requestsPerSecond ?? 0);
    for (; turnsTaken < turnsDue && idle.length > 0; turnsTaken++) {
      // The one that waited longest: a server closes a connection that nobody uses.
      idle.shift()();
    }
  }, TURN_MS);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  clearInterval(turns);
  running = false;
  const elapsed = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const counted = requests;
  sockets.forEach((socket) => socket.destroy());
  samples.sort((a, b) => a - b);
  const at = (share) => samples[Math.min(samples.length - 1, Math.floor(samples.length * share))] ?? 0;
  process.send({ requests: counted, seconds: elapsed, errors, p50Ms: at(0.5), p99Ms: at(0.99) });
});

/** Length of one complete answer, head and body, by its content-length. */
function firstAnswerBytes(port, request) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const headEnd = text.indexOf('\r\n\r\n');
      const length = /content-length: (\d+)/i.exec(text)?.[1];
      if (headEnd === -1 || length === undefined || text.length < headEnd + 4 + Number(length)) {
        return;
      }
      if (!text.startsWith('HTTP/1.1 200')) {
        reject(new Error(`unexpected answer: ${text.slice(0, 80)}`));
        return;
      }
      socket.destroy();
      resolve(headEnd + 4 + Number(length));
    });
  });
}
