import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from 'nestjs-audited';
import { sentinelLogsIngestion, type SentinelLogsIngestionOptions } from 'nestjs-audited/exporters';
import { aDeliveryBatch, auditExporterContract, FixedClock } from 'nestjs-audited/testing';
import { GOLDEN_AUDIT_RECORDS } from '../support/golden-audit-records.js';
import { CLIENT_ID, CLIENT_SECRET, EntraTokens, SCOPE, TENANT_ID } from '../support/receivers/entra-token.receiver.js';
import type { ReceiverFault } from '../support/receivers/http-receiver.js';
import { RULE_ID, SentinelLogsIngestionReceiver } from '../support/receivers/sentinel-logs-ingestion.receiver.js';

type Exporter = ReturnType<typeof sentinelLogsIngestion>;

const GOLDEN_ROWS = readFileSync(join(import.meta.dirname, '../golden/formats/asim.golden.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as unknown);

const signal = (): AbortSignal => AbortSignal.timeout(10_000);

async function aReceiver(clock = new FixedClock()): Promise<SentinelLogsIngestionReceiver> {
  return SentinelLogsIngestionReceiver.start(await EntraTokens.start(clock));
}

function optionsFor(receiver: SentinelLogsIngestionReceiver, clock = new FixedClock()): SentinelLogsIngestionOptions {
  return {
    endpoint: receiver.server.url,
    dcrImmutableId: RULE_ID,
    streamName: 'Custom-AuditedAsim',
    tenantId: TENANT_ID,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    authority: receiver.tokens.server.url,
    clock,
  };
}

describe('sentinelLogsIngestion', () => {
  const contract = auditExporterContract(async () => {
    const receiver = await aReceiver();
    return {
      exporter: sentinelLogsIngestion(optionsFor(receiver)),
      received: () => receiver.rows.map((row) => String(row['EventUid'])),
      trouble: (kind) => {
        if (kind === 'busy') {
          receiver.isBusy = true;
        } else {
          receiver.server.always({ kind });
        }
        return true;
      },
      stop: () => receiver.stop(),
      secrets: receiver.tokens.secrets,
    };
  });
  it.each(contract)('$promise', ({ run }) => run());

  describe('with a receiver', () => {
    let clock: FixedClock;
    let receiver: SentinelLogsIngestionReceiver;
    let exporter: Exporter;

    const deliver = (records: readonly AuditRecord[] = GOLDEN_AUDIT_RECORDS.slice(0, 2)) =>
      exporter.deliver(aDeliveryBatch(exporter, records), signal());
    const probe = async () => exporter.probe?.(signal());
    const tokenRequests = (): number => receiver.tokens.server.requests.length;
    const answer = (status: number, body = '', headers: Record<string, string> = {}): ReceiverFault => ({
      kind: 'answer',
      answer: { status, body, headers },
    });
    const remake = async (changes: Partial<SentinelLogsIngestionOptions>): Promise<void> => {
      await exporter.close?.();
      exporter = sentinelLogsIngestion({ ...optionsFor(receiver, clock), ...changes } as SentinelLogsIngestionOptions);
    };

    beforeEach(async () => {
      clock = new FixedClock();
      receiver = await aReceiver(clock);
      exporter = sentinelLogsIngestion(optionsFor(receiver, clock));
    });
    afterEach(async () => {
      await exporter.close?.();
      await receiver.stop();
    });

    it('brings every oddity to the table, row by row as the format writes it', async () => {
      expect(await deliver(GOLDEN_AUDIT_RECORDS)).toEqual({ status: 'delivered' });
      expect(receiver.rows).toEqual(GOLDEN_ROWS);
    });

    it('compresses unless told otherwise', async () => {
      await deliver();
      await remake({ gzip: false });
      await deliver();
      const encodings = receiver.server.requests.map(({ headers }) => headers['content-encoding']);
      expect(encodings).toEqual(['gzip', undefined]);
      expect(receiver.rows).toHaveLength(4);
    });

    it('names every request anew', async () => {
      await deliver();
      await deliver();
      const ids = receiver.server.requests.map(({ headers }) => headers['x-ms-client-request-id']);
      expect(new Set(ids).size).toBe(2);
    });

    it('stays within a megabyte with letters of several bytes, and keeps each batch at its limits', async () => {
      const { maxBytes = 0, separatorBytes = 0, frameBytes = 0 } = exporter.limits ?? {};
      const [record] = GOLDEN_AUDIT_RECORDS;
      const action = '日本語 🚀'.repeat(2500);
      const long = { ...record, event: { ...record?.event, action } } as AuditRecord;
      const [event] = aDeliveryBatch(exporter, [long]).events;
      const count = Math.floor((maxBytes - frameBytes) / ((event?.bytes ?? 0) + separatorBytes));
      expect(await deliver(Array.from({ length: count }, () => long))).toEqual({ status: 'delivered' });
      const body = receiver.server.requests.at(-1)?.body.length ?? 0;
      expect(body).toBeLessThanOrEqual(1_000_000);
      expect(body).toBeGreaterThan(950_000);
    });

    it('splits what is larger than the service takes, however well it compresses', async () => {
      const [record] = GOLDEN_AUDIT_RECORDS;
      const many = Array.from({ length: 700 }, () => record as AuditRecord);
      expect(await deliver(many)).toEqual({
        status: 'split',
        reason: expect.stringMatching(/^HTTP 413 ContentLengthLimitExceeded: Maximum allowed content length/),
      });
    });

    it('asks for one token, and uses it until five minutes before its end', async () => {
      await deliver();
      clock.advance(3_299_999);
      await deliver();
      expect(tokenRequests()).toBe(1);
      clock.advance(1);
      await deliver();
      expect(tokenRequests()).toBe(2);
      expect(receiver.rows).toHaveLength(6);
    });

    it('asks for one token when a probe and a batch come at the same time', async () => {
      receiver.tokens.server.next({ kind: 'delay', ms: 30 });
      const verdicts = await Promise.all([probe(), deliver(), probe()]);
      expect(verdicts).toEqual([{ status: 'ok' }, { status: 'delivered' }, { status: 'ok' }]);
      expect(tokenRequests()).toBe(1);
    });

    it('goes on with a token that still holds while no new one is given', async () => {
      await deliver();
      clock.advance(3_400_000);
      receiver.tokens.server.next(answer(503));
      expect(await deliver()).toEqual({ status: 'delivered' });
      // The failure is remembered: no question for each batch.
      expect(await deliver()).toEqual({ status: 'delivered' });
      expect(tokenRequests()).toBe(1);
      clock.advance(30_000);
      expect(await deliver()).toEqual({ status: 'delivered' });
      expect(tokenRequests()).toBe(2);
    });

    it('replaces a token that is refused, and delivers all the same', async () => {
      await deliver();
      receiver.tokens.revokeAll();
      expect(await deliver()).toEqual({ status: 'delivered' });
      expect(tokenRequests()).toBe(2);
      expect(receiver.server.requests).toHaveLength(3);
    });

    it('holds when the new token is refused as well, after exactly two requests', async () => {
      receiver.server.always(answer(401, 'no'));
      expect(await deliver()).toEqual({
        status: 'hold',
        reason: 'HTTP 401: no',
        cure: expect.stringContaining('"cloud", "scope" and "tenantId"'),
      });
      expect(tokenRequests()).toBe(2);
      receiver.server.always(undefined);
      expect(await deliver()).toEqual({ status: 'delivered' });
    });

    it('keeps tokens out of a verdict, also where the words of an answer are cut', async () => {
      receiver.isBusy = true;
      const verdict = await deliver();
      expect(verdict).toMatchObject({ status: 'retry', reason: expect.stringContaining('Bearer [redacted]') });
      expect(receiver.tokens.secrets).toHaveLength(3);
      for (const secret of receiver.tokens.secrets) {
        expect(JSON.stringify(verdict)).not.toContain(secret);
      }
    });

    it('holds without the role, and says which and how long it may take', async () => {
      receiver.hasRole = false;
      const verdict = await deliver();
      expect(verdict).toMatchObject({ status: 'hold', afterMs: 300_000 });
      expect(verdict).toMatchObject({
        cure: expect.stringContaining('"Monitoring Metrics Publisher" on the data collection rule'),
      });
      expect(await probe()).toEqual(verdict);
    });

    it('holds for a rule and for a stream that are not there', async () => {
      await remake({ dcrImmutableId: `dcr-${'f'.repeat(32)}` });
      expect(await deliver()).toMatchObject({ status: 'hold', reason: expect.stringContaining('HTTP 404 NotFound') });
      await remake({ streamName: 'Custom-Elsewhere' });
      expect(await deliver()).toMatchObject({
        status: 'hold',
        reason: expect.stringContaining('HTTP 400 InvalidStream'),
      });
      expect(await probe()).toMatchObject({ status: 'hold' });
    });

    it('sends rows of the own kind, and says poison for one that the stream does not take', async () => {
      await remake({ row: ({ event }) => ({ TimeGenerated: event.occurredAt, EventUid: event.id, Object: 'x' }) });
      expect(await deliver()).toEqual({ status: 'delivered' });
      expect(receiver.rows).toEqual(
        GOLDEN_AUDIT_RECORDS.slice(0, 2).map(({ event }) => ({
          TimeGenerated: event.occurredAt,
          EventUid: event.id,
          Object: 'x',
        })),
      );
      await remake({ row: ({ event }) => ({ TimeGenerated: event.occurredAt, EventCount: 'one' }) });
      expect(await deliver()).toEqual({
        status: 'poison',
        reason: 'HTTP 400 InvalidRecord: The value of EventCount is no int.',
      });
    });

    it('probes with an array that is empty', async () => {
      expect(await probe()).toEqual({ status: 'ok' });
      expect(receiver.server.requests.map(({ body }) => body.toString())).toEqual(['[]']);
      receiver.server.next(answer(429, '', { 'retry-after': '7' }));
      expect(await probe()).toMatchObject({ status: 'retry', afterMs: 7000 });
      receiver.server.next(answer(400, '{"error":{"code":"InvalidRequest","message":"empty"}}'));
      expect(await probe()).toEqual({ status: 'ok' });
    });

    describe('tokens', () => {
      it('holds for a wrong secret, and does not repeat it', async () => {
        const clientSecret = `wrong-${CLIENT_SECRET}`;
        await remake({ clientSecret });
        const verdict = await deliver();
        expect(verdict).toEqual({
          status: 'hold',
          reason: `no access token from ${receiver.tokens.server.url}: HTTP 401: invalid_client, AADSTS7000215: Invalid client secret provided: '[redacted]'.`,
          cure: 'Give the value of the client secret in "clientSecret", not its id.',
        });
        expect(receiver.server.requests).toHaveLength(0);
      });

      it('holds for an application and a scope that the tenant does not know', async () => {
        await remake({ clientId: TENANT_ID });
        expect(await deliver()).toMatchObject({ status: 'hold', cure: expect.stringContaining('"clientId"') });
        await remake({ scope: 'https://monitor.azure.us/.default' });
        expect(await deliver()).toMatchObject({ status: 'hold', cure: expect.stringContaining('"scope"') });
        await remake({ tenantId: 'other.example.com' });
        expect(await deliver()).toMatchObject({ status: 'hold', cure: expect.stringContaining('"authority"') });
      });

      it('retries when the endpoint of the tokens is busy, out of order or gone', async () => {
        receiver.tokens.server.next(answer(429, '', { 'retry-after': '20' }), answer(503), { kind: 'reset' });
        expect(await deliver()).toMatchObject({ status: 'retry', afterMs: 20_000 });
        expect(await deliver()).toMatchObject({ status: 'retry' });
        expect(await deliver()).toMatchObject({
          status: 'retry',
          reason: expect.stringContaining('no access token from'),
        });
        expect(await probe()).toEqual({ status: 'ok' });
        await remake({});
        await receiver.tokens.server.stop();
        expect(await deliver()).toMatchObject({ status: 'retry', reason: expect.stringContaining('ECONNREFUSED') });
        expect(receiver.rows).toEqual([]);
      });

      it('gives up when it is told to while no token comes, and asks anew the next time', async () => {
        receiver.tokens.server.next({ kind: 'hang' });
        const verdict = await exporter.deliver(
          aDeliveryBatch(exporter, GOLDEN_AUDIT_RECORDS.slice(0, 1)),
          AbortSignal.timeout(100),
        );
        expect(verdict).toMatchObject({ status: 'retry' });
        expect(await deliver()).toEqual({ status: 'delivered' });
      });

      it('takes those of a credential, and asks it again when they are refused', async () => {
        const asked: string[] = [];
        const credential = {
          getToken: (scope: string) => {
            asked.push(scope);
            return Promise.resolve(receiver.tokens.issue());
          },
        };
        await exporter.close?.();
        exporter = sentinelLogsIngestion({
          endpoint: receiver.server.url,
          dcrImmutableId: RULE_ID,
          streamName: 'Custom-AuditedAsim',
          credential,
          clock,
        });
        await deliver();
        await deliver();
        expect(asked).toEqual([SCOPE]);
        receiver.tokens.revokeAll();
        expect(await deliver()).toEqual({ status: 'delivered' });
        expect(asked).toEqual([SCOPE, SCOPE]);
        expect(tokenRequests()).toBe(0);
      });
    });
  });
});
