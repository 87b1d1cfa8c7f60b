import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from 'nestjs-audited';
import { elasticsearch } from 'nestjs-audited/exporters';
import { createFormatter } from 'nestjs-audited/formats';
import { aDeliveryBatch, auditExporterContract } from 'nestjs-audited/testing';
import { ElasticsearchReceiver, type ElasticsearchRules } from '../support/receivers/elasticsearch.receiver.js';

const API_KEY = 'a2V5LWlkOnRoZS1hcGkta2V5';
const TARGET = 'logs-audited.trail-default';
const LINES = readFileSync(join(import.meta.dirname, '../golden/formats/record.golden.jsonl'), 'utf8')
  .trim()
  .split('\n');
const RECORDS = LINES.map((line) => JSON.parse(line) as AuditRecord);
const IDS = RECORDS.map(({ event }) => event.id);

/** A receiver, an exporter for it, and one way to send. */
async function connected(rules: ElasticsearchRules = {}, options: Partial<Parameters<typeof elasticsearch>[0]> = {}) {
  const receiver = await ElasticsearchReceiver.start(rules);
  const exporter = elasticsearch({ url: receiver.http.url, ...options });
  open.push(async () => {
    await exporter.close?.();
    await receiver.http.stop();
  });
  const send = (records: readonly AuditRecord[] = RECORDS, attempt = 1) =>
    exporter.deliver(aDeliveryBatch(exporter, records, { attempt }), AbortSignal.timeout(10_000));
  return { receiver, exporter, send };
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

describe('the exporter of Elasticsearch keeps what every exporter promises', () => {
  for (const { promise, run } of auditExporterContract(async () => {
    const receiver = await ElasticsearchReceiver.start({ authorization: `ApiKey ${API_KEY}` });
    return {
      exporter: elasticsearch({ url: receiver.http.url, apiKey: API_KEY }),
      received: () => receiver.documents.map(({ id }) => id),
      trouble: (kind) => {
        const busy = { status: 429, body: JSON.stringify({ error: `rejected ApiKey ${API_KEY}`, status: 429 }) };
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

describe('documents in Elasticsearch', () => {
  it('are those of the format ecs, one for each event, with its id', async () => {
    const { receiver, send } = await connected();
    expect(await send()).toEqual({ status: 'delivered' });
    const formatter = createFormatter('ecs');
    expect(receiver.documents).toEqual(
      RECORDS.map((record) => ({
        target: TARGET,
        id: record.event.id,
        source: JSON.parse(formatter.format(record)) as unknown,
      })),
    );
  });

  it('are equal to the records in the format record, where the target is an index', async () => {
    const { receiver, exporter } = await connected({}, { target: 'audit', dataStream: false });
    const batch = aDeliveryBatch(exporter, RECORDS, { format: createFormatter('record') });
    expect(await exporter.deliver(batch, AbortSignal.timeout(10_000))).toEqual({ status: 'delivered' });
    expect(receiver.documents.map(({ source }) => JSON.stringify(source))).toEqual(
      LINES.map((line) => JSON.stringify(JSON.parse(line))),
    );
  });

  it('of a data stream can not be in a format without @timestamp', async () => {
    const { exporter } = await connected();
    expect(() => aDeliveryBatch(exporter, RECORDS, { format: createFormatter('ocsf') })).toThrow(
      'Use one of: ecs, json, jsonl.',
    );
  });

  it('are stored once, though the answer was lost and the batch came again', async () => {
    const { receiver, send } = await connected();
    receiver.http.next({ kind: 'lost-answer' });
    expect(await send()).toMatchObject({ status: 'retry' });
    expect(await send(RECORDS, 2)).toEqual({ status: 'delivered' });
    expect(receiver.documents.map(({ id }) => id)).toEqual(IDS);
  });

  it('go through the pipeline that is named', async () => {
    const { receiver, send } = await connected({ pipelines: ['audit'] }, { pipeline: 'audit' });
    expect(await send()).toEqual({ status: 'delivered' });
    expect(receiver.http.requests[0]?.query.get('pipeline')).toBe('audit');
  });

  it('are as long as their texts say, to the byte, and compressed on the way', async () => {
    const { receiver, exporter } = await connected();
    const batch = aDeliveryBatch(exporter, RECORDS);
    await exporter.deliver(batch, AbortSignal.timeout(10_000));
    const [request] = receiver.http.requests;
    expect(request?.headers['content-encoding']).toBe('gzip');
    expect(request?.body.length).toBe(batch.events.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(exporter.limits).toMatchObject({ separatorBytes: 0, frameBytes: 0 });
  });

  it('travel uncompressed where that is wished', async () => {
    const { receiver, send } = await connected({}, { gzip: false });
    expect(await send()).toEqual({ status: 'delivered' });
    expect(receiver.http.requests[0]?.headers).not.toHaveProperty('content-encoding');
  });
});

describe('what Elasticsearch answers', () => {
  it('for each document is told by its place', async () => {
    const conflict = { status: 400, type: 'document_parsing_exception', reason: 'failed to parse field [a]' };
    const busy = { status: 429, type: 'es_rejected_execution_exception', reason: 'rejected' };
    const { receiver, send } = await connected({
      fails: (id) => {
        const fates = [undefined, conflict, undefined, busy, 'failure-store'] as const;
        return fates[IDS.indexOf(id)];
      },
    });
    expect(await send()).toMatchObject({
      status: 'partial',
      refused: [
        { index: 1, reason: 'status 400: document_parsing_exception: failed to parse field [a]' },
        { index: 4, reason: expect.stringContaining('failure store') },
      ],
      again: [3],
    });
    expect(receiver.documents.map(({ id }) => id)).toEqual(IDS.filter((_id, index) => ![1, 3, 4].includes(index)));
    expect(receiver.failureStore.map(({ id }) => id)).toEqual([IDS[4]]);
  });

  it('is short: a status for each, and nothing else when all is well', async () => {
    const { receiver, send } = await connected();
    await send();
    expect(receiver.http.requests[0]?.query.get('filter_path')).toBe(
      'errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason',
    );
  });

  it.each<[string, ElasticsearchRules, Partial<Parameters<typeof elasticsearch>[0]>, object]>([
    [
      'hold for another key',
      { authorization: 'ApiKey other' },
      { apiKey: API_KEY },
      { status: 'hold', cure: expect.stringContaining('key') },
    ],
    [
      'hold for a pipeline that does not exist',
      {},
      { pipeline: 'forgotten' },
      { status: 'hold', cure: expect.stringContaining('pipeline') },
    ],
    [
      'hold for a block on the index',
      {
        fails: () => ({
          status: 403,
          type: 'cluster_block_exception',
          reason: 'index [a] blocked by: [FORBIDDEN/8/index write (api)];',
        }),
      },
      {},
      { status: 'hold', cure: expect.stringContaining('block') },
    ],
    [
      'hold for a target that is not there',
      { fails: () => ({ status: 404, type: 'index_not_found_exception', reason: 'no such index [a]' }) },
      {},
      { status: 'hold', cure: expect.stringContaining('Create') },
    ],
    ['split for a request that is too large', { maxContentLength: 10_000 }, {}, { status: 'split' }],
    [
      'retry for a cluster that is busy with all of it',
      { fails: () => ({ status: 429, type: 'circuit_breaking_exception', reason: 'Data too large' }) },
      {},
      { status: 'retry' },
    ],
  ])('is %s', async (_name, rules, options, verdict) => {
    const { receiver, send } = await connected(rules, options);
    expect(await send()).toMatchObject(verdict);
    expect(receiver.documents).toEqual([]);
  });

  it('is not awaited longer than the option says', async () => {
    const { receiver, send } = await connected({}, { timeoutMs: 100 });
    receiver.http.next({ kind: 'hang' });
    expect(await send()).toMatchObject({ status: 'retry', reason: expect.stringContaining('time') });
  });
});

describe('a probe of Elasticsearch', () => {
  it('is ok, and stores nothing', async () => {
    const { receiver, exporter } = await connected({ authorization: `ApiKey ${API_KEY}` }, { apiKey: API_KEY });
    expect(await exporter.probe?.(AbortSignal.timeout(10_000))).toEqual({ status: 'ok' });
    expect(receiver.documents).toEqual([]);
  });

  it('is hold for another key', async () => {
    const { exporter } = await connected({ authorization: 'ApiKey other' }, { username: 'audit', password: 'p' });
    expect(await exporter.probe?.(AbortSignal.timeout(10_000))).toMatchObject({ status: 'hold' });
  });
});
