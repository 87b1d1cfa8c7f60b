import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from 'nestjs-audited';
import { otlpLogs } from 'nestjs-audited/exporters';
import { createFormatter } from 'nestjs-audited/formats';
import { aDeliveryBatch, auditExporterContract } from 'nestjs-audited/testing';
import { OtlpReceiver, type OtlpRules } from '../support/receivers/otlp.receiver.js';

const KEY = 'the-key-of-the-backend';
const HEADERS = { 'api-key': KEY };
const RECORDS = readFileSync(join(import.meta.dirname, '../golden/formats/record.golden.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as AuditRecord);

async function connected(rules: OtlpRules = {}, options: Partial<Parameters<typeof otlpLogs>[0]> = {}) {
  const receiver = await OtlpReceiver.start(rules);
  const exporter = otlpLogs({ url: receiver.http.url, ...options });
  open.push(async () => {
    await exporter.close?.();
    await receiver.http.stop();
  });
  const send = (records: readonly AuditRecord[] = RECORDS) =>
    exporter.deliver(aDeliveryBatch(exporter, records), AbortSignal.timeout(10_000));
  return { receiver, exporter, send };
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

describe('the exporter of OTLP keeps what every exporter promises', () => {
  for (const { promise, run } of auditExporterContract(async () => {
    const receiver = await OtlpReceiver.start({ headers: HEADERS });
    return {
      exporter: otlpLogs({ url: receiver.http.url, headers: HEADERS }),
      received: () => receiver.ids,
      trouble: (kind) => {
        const busy = { status: 503, body: JSON.stringify({ code: 14, message: `busy: api-key ${KEY}` }) };
        receiver.http.always(kind === 'busy' ? { kind: 'answer', answer: busy } : { kind });
        return true;
      },
      stop: () => receiver.http.stop(),
      secrets: [KEY],
    };
  })) {
    it(promise, run);
  }
});

describe('log records over OTLP', () => {
  it('are those of the format otlp, and records of one origin share a resource', async () => {
    const { receiver, send } = await connected();
    expect(await send()).toEqual({ status: 'delivered' });
    const body = JSON.parse(receiver.http.requests[0]?.body.toString('utf8') ?? '') as { resourceLogs: unknown[] };
    const origins = new Set(RECORDS.map(({ event }) => JSON.stringify(event.origin)));
    expect(body.resourceLogs).toHaveLength(origins.size);
    const formatter = createFormatter('otlp');
    const byId = new Map(receiver.logRecords.map((stored, index) => [receiver.ids[index], stored]));
    for (const record of RECORDS) {
      const { resourceLogs } = JSON.parse(formatter.format(record)) as {
        resourceLogs: [{ resource: unknown; scopeLogs: [{ logRecords: [unknown] }] }];
      };
      const [{ resource, scopeLogs }] = resourceLogs;
      expect(byId.get(record.event.id)).toEqual({ resource, logRecord: scopeLogs[0].logRecords[0] });
    }
    expect(byId.size).toBe(RECORDS.length);
  });

  it('are compressed, unless that is not wished', async () => {
    const compressed = await connected();
    await compressed.send();
    expect(compressed.receiver.http.requests[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    });
    const plain = await connected({}, { gzip: false });
    expect(await plain.send()).toEqual({ status: 'delivered' });
    expect(plain.receiver.http.requests[0]?.headers).not.toHaveProperty('content-encoding');
  });

  it('carry the product and the labels of the exporter', async () => {
    const format = { product: { name: 'acme' }, eventTypes: { 'deploy.*': { labels: { team: 'platform' } } } };
    const { receiver, send } = await connected({}, { format });
    expect(await send()).toEqual({ status: 'delivered' });
    const body = receiver.http.requests[0]?.body.toString('utf8') ?? '';
    expect(body).toContain('"scope":{"name":"acme"');
    expect(body).toContain('{"key":"audited.labels.team","value":{"stringValue":"platform"}}');
  });

  it('are held when the destination has other options of the format: they would be lost without a word', async () => {
    const { receiver, exporter } = await connected();
    const format = createFormatter('otlp', { product: { name: 'acme' } });
    const batch = aDeliveryBatch(exporter, RECORDS, { format });
    expect(await exporter.deliver(batch, AbortSignal.timeout(10_000))).toMatchObject({
      status: 'hold',
      cure: expect.stringContaining('otlpLogs({ format'),
    });
    expect(receiver.http.requests).toEqual([]);
  });

  it('go in no other format', async () => {
    const { exporter } = await connected();
    expect(() => aDeliveryBatch(exporter, RECORDS, { format: createFormatter('ecs') })).toThrow('Use one of: otlp.');
  });
});

describe('what a receiver of OTLP answers', () => {
  it.each<[string, OtlpRules, object]>([
    [
      'partial without names when some are rejected',
      { partialSuccess: { rejectedLogRecords: '2', errorMessage: 'too old' } },
      { status: 'partial', refused: [], unnamed: 2 },
    ],
    ['delivered with a hint', { partialSuccess: { errorMessage: 'use Protobuf' } }, { status: 'delivered' }],
    ['hold for another key', { headers: { 'api-key': 'another' } }, { status: 'hold' }],
    ['split for a request that is too large', { maxRequestBodySize: 5000 }, { status: 'split' }],
  ])('is %s', async (_name, rules, verdict) => {
    const { send } = await connected(rules);
    expect(await send()).toMatchObject(verdict);
  });

  it('is refused, by its place, when the only record is rejected', async () => {
    const { send } = await connected({ partialSuccess: { rejectedLogRecords: 1, errorMessage: 'no' } });
    expect(await send(RECORDS.slice(0, 1))).toMatchObject({ status: 'partial', refused: [{ index: 0, reason: 'no' }] });
  });

  it('is hold for an address that is none of OTLP', async () => {
    const { receiver } = await connected();
    const exporter = otlpLogs({ logsUrl: `${receiver.http.url}/v1/traces` });
    const verdict = await exporter.deliver(aDeliveryBatch(exporter, RECORDS), AbortSignal.timeout(10_000));
    await exporter.close?.();
    expect(verdict).toMatchObject({ status: 'hold', reason: 'HTTP 404: 404 page not found' });
  });
});

describe('a probe of OTLP', () => {
  it('is ok, and brings no log record', async () => {
    const { receiver, exporter } = await connected({ headers: HEADERS }, { headers: HEADERS });
    expect(await exporter.probe?.(AbortSignal.timeout(10_000))).toEqual({ status: 'ok' });
    expect(receiver.logRecords).toEqual([]);
  });

  it('is hold for another key, and retry for a receiver that is busy', async () => {
    const { receiver, exporter } = await connected({ headers: { 'api-key': 'another' } }, { headers: HEADERS });
    expect(await exporter.probe?.(AbortSignal.timeout(10_000))).toMatchObject({ status: 'hold' });
    receiver.http.next({ kind: 'answer', answer: { status: 503, headers: { 'retry-after': '4' } } });
    expect(await exporter.probe?.(AbortSignal.timeout(10_000))).toMatchObject({ status: 'retry', afterMs: 4000 });
  });
});
