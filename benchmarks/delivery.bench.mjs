/**
 * Benchmarks 13 and 14: what it costs to bring records from the log to a receiver on this machine, which takes part in another
 * process and reads every event, as a SIEM does. Reading, filtering, formatting, batching and settling are the product's part.
 *
 * 13: Splunk HEC, batches of 500, no compression. References: the very same bodies, posted one after another on one
 * connection by undici; and one request for each event. 14: syslog over TCP and TLS, RFC 5424 with octet counting. Reference: the
 * same frames, written in pieces of 500 to one connection of the same kind.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { splunkHec, syslog } from 'nestjs-audited/exporters';
import { createFormatter } from 'nestjs-audited/formats';
import { Pool } from 'undici';
import { resolveDestination } from '../libs/audited/dist/esm/delivery/destination.options.js';
import { DeliveryEngine } from '../libs/audited/dist/esm/delivery/engine/delivery.engine.js';
import { systemTimer } from '../libs/audited/dist/esm/delivery/engine/delivery-timer.js';
import { deliverable, formatterFor } from '../libs/audited/dist/esm/delivery/exporter-settings.js';
import { readRecord } from '../libs/audited/dist/esm/storage/stored-record.js';
import { SqliteAuditStore } from '../libs/audited/dist/esm/typeorm/sqlite/sqlite.audit-store.js';
import { sampleEvents } from './sample-events.mjs';
import { interleaved, median, ratioOf } from './statistics.mjs';
import { throwAwayCertificate } from './throw-away-certificate.mjs';

const BATCH = 500;
const TOKEN = 'benchmark-token';
const GOALS = [
  { id: '13', reach: 0.7, unit: 'of the same bytes posted raw', variant: 'hec', reference: 'hec-raw' },
  { id: '13-single', reach: 20, unit: 'times one request per event', variant: 'hec', reference: 'hec-single' },
  { id: '14-tcp', reach: 0.6, unit: 'of one coalesced raw connection', variant: 'tcp', reference: 'tcp-raw' },
  { id: '14-tls', reach: 0.6, unit: 'of one coalesced raw connection', variant: 'tls', reference: 'tls-raw' },
];

export async function run({ quick, wanted, log }) {
  const goals = GOALS.filter(({ id }) => wanted(id));
  if (goals.length === 0) {
    return { results: [], tables: [] };
  }
  const count = quick ? 10_000 : 50_000;
  const folder = mkdtempSync(join(tmpdir(), 'audited-bench-'));
  const certificate = throwAwayCertificate();
  const sink = await startSink(certificate);
  const store = new SqliteAuditStore(join(folder, 'audit.sqlite'));
  try {
    await store.open();
    for (let done = 0; done < count; done += 1000) await store.append('main', sampleEvents(1000));
    const records = [];
    for await (const page of store.custody().records('main')) records.push(...page.map(readRecord));
    const bench = new DeliveryBench({ store, sink, records, certificate });
    const names = [...new Set(goals.flatMap(({ variant, reference }) => [variant, reference]))];
    // Connections, pages and code are warm for both sides.
    for (const name of names) log(`${name} ${Math.round(await bench.rate(name))}`);
    const rates = await interleaved(
      names,
      quick ? 3 : 5,
      (name) => bench.rate(name),
      (round) => log(`delivery: round ${round + 1}`),
    );
    await bench.close();
    return {
      results: goals.map(({ id, reach, unit, variant, reference }) => ({
        id,
        reach,
        unit,
        ...ratioOf(rates, variant, reference),
      })),
      tables: [
        [
          `### Delivery of ${count.toLocaleString('en-US')} records from SQLite to a receiver in another process`,
          '',
          '| variant | events/s |',
          '| --- | ---: |',
          ...names.map((name) => `| ${name} | ${Math.round(median(rates[name])).toLocaleString('en-US')} |`),
        ].join('\n'),
      ],
    };
  } finally {
    await store.close();
    sink.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

class DeliveryBench {
  #deliveries = 0;

  constructor({ store, sink, records, certificate }) {
    this.store = store;
    this.sink = sink;
    this.records = records;
    this.ca = certificate.cert;
    this.pool = new Pool(`http://127.0.0.1:${sink.ports.hec}`, { connections: 1, pipelining: 1 });
    const hec = this.hecExporter();
    const envelope = (record) => deliverable(hec, formatterFor(hec), record).text;
    this.envelopes = records.map(envelope);
    this.bodies = batches(this.envelopes).map((batch) => batch.join('\n'));
    const message = createFormatter('syslog');
    this.frames = batches(records).map((batch) =>
      Buffer.from(
        batch
          .map((record) => message.format(record))
          .map((text) => `${Buffer.byteLength(text)} ${text}`)
          .join(''),
      ),
    );
  }

  /** Events a second; the receiver says when it has all. */
  async rate(name) {
    const isSingle = name === 'hec-single';
    const count = isSingle ? Math.min(2000, this.records.length) : this.records.length;
    const arrivedAt = this.sink.expect(count).then(() => performance.now());
    const startedAt = performance.now();
    await this[name.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase())](count);
    return (count / ((await arrivedAt) - startedAt)) * 1000;
  }

  hec() {
    return this.#deliver(this.hecExporter());
  }

  async hecRaw() {
    for (const body of this.bodies) await this.#post(body);
  }

  async hecSingle(count) {
    for (const envelope of this.envelopes.slice(0, count)) await this.#post(envelope);
  }

  tcp() {
    return this.#deliver(
      syslog({ host: '127.0.0.1', port: this.sink.ports.tcp, transport: 'tcp', resendWindowMs: false }),
    );
  }

  tls() {
    const { tls: port } = this.sink.ports;
    const tls = { ca: this.ca, serverName: 'localhost' };
    return this.#deliver(syslog({ host: '127.0.0.1', port, transport: 'tls', tls, resendWindowMs: false }));
  }

  tcpRaw() {
    return this.#write(connectTcp(this.sink.ports.tcp, '127.0.0.1'), 'connect');
  }

  tlsRaw() {
    const options = { port: this.sink.ports.tls, host: '127.0.0.1', ca: this.ca, servername: 'localhost' };
    return this.#write(connectTls(options), 'secureConnect');
  }

  hecExporter() {
    return splunkHec({ url: `http://127.0.0.1:${this.sink.ports.hec}`, token: TOKEN, gzip: false });
  }

  close() {
    return this.pool.close();
  }

  async #post(body) {
    const { statusCode, body: answer } = await this.pool.request({
      path: '/services/collector/event',
      method: 'POST',
      headers: { authorization: `Splunk ${TOKEN}`, 'content-type': 'application/json' },
      body,
    });
    await answer.text();
    if (statusCode !== 200) throw new Error(`the sink answered ${statusCode}`);
  }

  async #write(socket, ready) {
    await new Promise((resolve, reject) => socket.once(ready, resolve).once('error', reject));
    for (const frames of this.frames) {
      if (!socket.write(frames)) await new Promise((resolve) => socket.once('drain', resolve));
    }
    await new Promise((resolve) => socket.end(resolve));
  }

  /** A new destination over the whole log, by the engine that an application has. */
  async #deliver(exporter) {
    this.#deliveries += 1;
    const problems = [];
    const engine = new DeliveryEngine({
      stream: this.store.custody(),
      ledger: this.store.ledger(),
      timer: systemTimer,
      random: Math.random,
      holder: 'benchmark',
      leaseMs: 10_000,
      pollMs: 500,
      settleEveryMs: 250,
      notices: {
        failed: (failure) => problems.push(failure),
        recovered: () => undefined,
        died: (_name, letters) => problems.push(letters[0]),
        missed: () => undefined,
        problem: (what, error) => problems.push([what, error]),
        solved: () => undefined,
      },
    });
    engine.add(resolveDestination({ name: `run-${this.#deliveries}`, exporter }, 'benchmark'));
    engine.start();
    await this.sink.arrived;
    await engine.close(5000);
    if (problems.length > 0) throw new Error(`delivery had problems: ${JSON.stringify(problems[0])}`);
  }
}

function batches(list) {
  return Array.from({ length: Math.ceil(list.length / BATCH) }, (_, index) =>
    list.slice(index * BATCH, (index + 1) * BATCH),
  );
}

/** The receiver's process, and a way to wait until it has counted enough. */
async function startSink({ cert, key }) {
  const child = fork(join(import.meta.dirname, 'delivery-sink.mjs'));
  child.send({ cert, key });
  const ports = await new Promise((resolve) => child.once('message', ({ ports: told }) => resolve(told)));
  const sink = {
    child,
    ports,
    arrived: undefined,
    expect: (count) => {
      sink.arrived = new Promise((resolve) => child.once('message', resolve));
      child.send({ expect: count });
      return sink.arrived;
    },
  };
  return sink;
}
