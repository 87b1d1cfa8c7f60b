/**
 * Five receivers in trouble, in a process of their own, over real sockets. They count what comes; `dump` asks for it.
 * Usage (by fork): node receivers-process.mjs <seed>; sends { ports } when all listen.
 */
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { SeededRandom } from '../crash/seeded-random.mjs';

const random = new SeededRandom(Number(process.argv[2]));
/** After a crash, what the dead process had not settled may come again for so long. */
const CRASH_ECHO_MS = 6000;
let isMended = false;
let lastCrashAt = 0;

class Memory {
  arrivals = new Map();
  order = [];
  duplicates = 0;
  unexplained = 0;

  take(events) {
    const at = Date.now();
    for (const { id, recordedAt } of events) {
      if (this.arrivals.has(id)) {
        this.duplicates += 1;
        if (at - lastCrashAt > CRASH_ECHO_MS) this.unexplained += 1;
      } else {
        this.arrivals.set(id, { at, recordedAt });
        this.order.push(id);
      }
    }
  }
}

/** A phase of trouble follows one of calm, each of a random length. */
function phases(calmMs, troubleMs) {
  let isTrouble = false;
  let until = Date.now() + random.between(1, calmMs);
  return () => {
    while (Date.now() >= until) {
      isTrouble = !isTrouble;
      until += random.between(1, isTrouble ? troubleMs : calmMs);
    }
    return isTrouble && !isMended;
  };
}

const isBroken = phases(8000, 6000);
const acknowledgements = new Map();
const memories = Object.fromEntries(
  ['healthy', 'flaky', 'broken', 'picky', 'acknowledging'].map((name) => [name, new Memory()]),
);

const RULES = {
  healthy: ({ body }) => accept(memories.healthy, body),
  flaky: async ({ body, socket }) => {
    await pause(random.between(0, 150));
    if (!isMended && random.chance(0.2)) return busy();
    const answer = accept(memories.flaky, body);
    if (!isMended && random.chance(0.1)) return void socket.resetAndDestroy();
    return answer;
  },
  broken: ({ body, socket }) => {
    if (!isBroken()) return accept(memories.broken, body);
    const kind = random.weighted({ unauthorized: 2, reset: 2, hang: 1, page: 1 });
    if (kind === 'reset') return void socket.resetAndDestroy();
    if (kind === 'hang') return undefined;
    return kind === 'page'
      ? [502, '<html><body>Bad gateway</body></html>']
      : [401, { text: 'Invalid authorization', code: 3 }];
  },
  picky: ({ body }) => bulk(memories.picky, body),
  acknowledging: ({ body, url }) => {
    if (url.endsWith('/ack')) {
      const asked = JSON.parse(body).acks;
      return [200, { acks: Object.fromEntries(asked.map((id) => [id, acknowledged(id)])) }];
    }
    const [status, said] = accept(memories.acknowledging, body);
    const ackId = acknowledgements.size;
    const isForgotten = !isMended && random.chance(0.05);
    acknowledgements.set(ackId, isForgotten ? Number.POSITIVE_INFINITY : Date.now() + random.between(100, 1500));
    return [status, { ...said, ackId }];
  },
};

function acknowledged(id) {
  const isReady = Date.now() >= (acknowledgements.get(id) ?? Number.POSITIVE_INFINITY);
  // Splunk tells it once.
  if (isReady) acknowledgements.set(id, Number.POSITIVE_INFINITY);
  return isReady;
}

function accept(memory, body) {
  const envelopes = body.split('\n').filter((line) => line !== '');
  memory.take(
    envelopes.map((line) => {
      const { time, fields } = JSON.parse(line);
      return { id: fields.audit_event_id, recordedAt: Math.round(time * 1000) };
    }),
  );
  return [200, { text: 'Success', code: 0 }];
}

function bulk(memory, body) {
  const lines = body.split('\n').slice(0, -1);
  const items = [];
  for (let at = 0; at < lines.length; at += 2) {
    const { _id: id } = JSON.parse(lines[at]).create;
    if (lines[at + 1].includes('"poison"')) {
      items.push({ create: { status: 400, error: { type: 'document_parsing_exception', reason: 'failed to parse' } } });
    } else if (!isMended && random.chance(0.02)) {
      items.push({ create: { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'queue full' } } });
    } else {
      const isKnown = memory.arrivals.has(id);
      memory.take([{ id, recordedAt: Date.now() }]);
      items.push({ create: { status: isKnown ? 409 : 201 } });
    }
  }
  return [200, { errors: items.some(({ create }) => create.status >= 300), items }];
}

const busy = () => [503, { text: 'Server is busy', code: 9 }, { 'retry-after': '1' }];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const servers = await Promise.all(
  Object.entries(RULES).map(
    ([name, rules]) =>
      new Promise((resolve) => {
        const server = createServer((request, response) => void serve(rules, request, response));
        server.listen(0, '127.0.0.1', () => resolve([name, server]));
      }),
  ),
);
process.send({ ports: Object.fromEntries(servers.map(([name, server]) => [name, server.address().port])) });

async function serve(rules, request, response) {
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
    const answer = await rules({ body, url: request.url.split('?')[0], socket: request.socket });
    if (answer === undefined) return;
    const [status, said, headers = {}] = answer;
    const isText = typeof said === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
    response.end(isText ? said : JSON.stringify(said));
  } catch (error) {
    // The sender was killed in the middle of a request.
    response.destroy(error);
  }
}

process.on('message', ({ ask }) => {
  if (ask === 'mend') isMended = true;
  if (ask === 'crash') lastCrashAt = Date.now();
  if (ask === 'dump') {
    process.send({
      dump: Object.entries(memories).map(([name, { arrivals, order, duplicates, unexplained }]) => ({
        name,
        arrivals: [...arrivals],
        order,
        duplicates,
        unexplained,
      })),
    });
  }
});
process.on('disconnect', () => process.exit());
