import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from 'nestjs-audited';
import { datadog } from 'nestjs-audited/exporters';
import { createFormatter } from 'nestjs-audited/formats';
import { aDeliveryBatch, auditExporterContract } from 'nestjs-audited/testing';
import { DatadogReceiver } from '../support/receivers/datadog.receiver.js';

const API_KEY = '0123456789abcdef0123456789abcdef';
const LINES = readFileSync(join(import.meta.dirname, '../golden/formats/record.golden.jsonl'), 'utf8')
  .trim()
  .split('\n');
const RECORDS = LINES.map((line) => JSON.parse(line) as AuditRecord);
const HOUR_MS = 3_600_000;

async function connected(options: Partial<Parameters<typeof datadog>[0]> = {}) {
  const receiver = await DatadogReceiver.start(API_KEY);
  const exporter = datadog({ url: receiver.http.url, apiKey: API_KEY, ...options });
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

/** The first golden record, as if it had happened so long ago. */
function happened(msAgo: number, facts: Partial<AuditRecord['event']> = {}): AuditRecord {
  const [record] = RECORDS;
  if (record === undefined) throw new Error('there is no golden record');
  const occurredAt = new Date(Date.now() - msAgo).toISOString();
  return { ...record, event: { ...record.event, ...facts, occurredAt } };
}

describe('the exporter of Datadog keeps what every exporter promises', () => {
  for (const { promise, run } of auditExporterContract(async () => {
    const receiver = await DatadogReceiver.start(API_KEY);
    return {
      exporter: datadog({ url: receiver.http.url, apiKey: API_KEY }),
      received: () => receiver.logs.map(({ event_id }) => String(event_id)),
      trouble: (kind) => {
        const busy = { status: 429, body: JSON.stringify({ errors: [`too many requests of ${API_KEY}`] }) };
        receiver.http.always(kind === 'busy' ? { kind: 'answer', answer: busy } : { kind });
        return true;
      },
      stop: () => receiver.http.stop(),
      secrets: [API_KEY],
    };
  })) {
    it(promise, run);
  }
});

describe('logs in Datadog', () => {
  it('hold the whole record, whatever it holds', async () => {
    const { receiver, send } = await connected({ tags: { team: 'billing' } });
    expect(await send()).toEqual({ status: 'delivered' });
    expect(receiver.logs.map(({ audited }) => JSON.stringify(audited))).toEqual(
      LINES.map((line) => JSON.stringify(JSON.parse(line))),
    );
    expect(receiver.logs.map(({ event_id }) => event_id)).toEqual(RECORDS.map(({ event }) => event.id));
    expect(receiver.logs[0]).toMatchObject({
      ddsource: 'nestjs-audited',
      ddtags: 'env:production,version:2.7.1,team:billing',
      message: 'Deployment of billing to production',
    });
  });

  it('hold the record in the format of the destination', async () => {
    const { receiver, exporter } = await connected();
    const format = createFormatter('ocsf');
    const batch = aDeliveryBatch(exporter, RECORDS, { format });
    expect(await exporter.deliver(batch, AbortSignal.timeout(10_000))).toEqual({ status: 'delivered' });
    expect(receiver.logs.map(({ audited }) => audited)).toEqual(
      RECORDS.map((record) => JSON.parse(format.format(record)) as unknown),
    );
    expect(() => aDeliveryBatch(exporter, RECORDS, { format: createFormatter('cef') })).toThrow('Use one of: asim,');
  });

  it('have the time at which it happened, as long as Datadog takes it', async () => {
    const { receiver, send } = await connected();
    const record = happened(5 * HOUR_MS);
    expect(await send([record])).toEqual({ status: 'delivered' });
    expect(receiver.logs).toMatchObject([{ timestamp: Date.parse(record.event.occurredAt) }]);
  });

  it.each([
    ['after an outage of days', 100 * HOUR_MS],
    ['at the very edge', 18 * HOUR_MS - 1],
    ['of a clock that is ahead', -3 * HOUR_MS],
  ])('do not vanish %s: they have no time then, and tell it themselves', async (_name, msAgo) => {
    const { receiver, send } = await connected();
    const record = happened(msAgo);
    expect(await send([record])).toEqual({ status: 'delivered' });
    expect(receiver.vanished).toEqual([]);
    expect(receiver.logs).toMatchObject([{ occurred_at: record.event.occurredAt }]);
    expect(receiver.logs[0]).not.toHaveProperty('timestamp');
  });

  it('are never larger than what Datadog would cut, with their time', async () => {
    const { receiver, exporter, send } = await connected();
    const most = exporter.limits?.maxEventBytes ?? 0;
    const [empty] = aDeliveryBatch(exporter, [happened(0, { action: '' })]).events;
    const largest = happened(0, { action: 'x'.repeat((most - (empty?.bytes ?? 0)) / 2), details: {} });
    // The action stands in the log twice: as the message and in the record.
    const [event] = aDeliveryBatch(exporter, [largest]).events;
    expect(event?.bytes).toBeGreaterThan(most - 200);
    expect(event?.bytes).toBeLessThanOrEqual(most);
    expect(await send([largest])).toEqual({ status: 'delivered' });
    expect(receiver.cut).toEqual([]);
    expect(receiver.logs).toHaveLength(1);
  });

  it('take no more bytes than batches are measured by', async () => {
    const { receiver, exporter } = await connected();
    const { separatorBytes = 0, frameBytes = 0 } = exporter.limits ?? {};
    const batch = aDeliveryBatch(
      exporter,
      RECORDS.map(() => happened(HOUR_MS)),
    );
    await exporter.deliver(batch, AbortSignal.timeout(10_000));
    const told = batch.events.reduce((sum, { bytes }) => sum + bytes + separatorBytes, frameBytes);
    expect(receiver.http.requests[0]?.body.length).toBeLessThanOrEqual(told);
    expect(receiver.http.requests[0]?.headers['content-encoding']).toBe('gzip');
  });
});

describe('what Datadog answers', () => {
  it('is hold for another key', async () => {
    const { send, exporter } = await connected({ apiKey: 'another-key-of-another-site' });
    const hold = { status: 'hold', reason: 'HTTP 403: Forbidden: API key is invalid' };
    expect(await send()).toMatchObject(hold);
    expect(await exporter.probe?.(AbortSignal.timeout(10_000))).toMatchObject(hold);
  });

  it('is split for a request that is too large', async () => {
    const { send } = await connected();
    const large = RECORDS.slice(0, 6).map(() => happened(0, { action: 'x'.repeat(450_000) }));
    expect(await send(large)).toMatchObject({ status: 'split' });
  });

  it('is ok for a probe, which brings no log', async () => {
    const { receiver, exporter } = await connected();
    expect(await exporter.probe?.(AbortSignal.timeout(10_000))).toEqual({ status: 'ok' });
    expect(receiver.logs).toEqual([]);
  });
});
