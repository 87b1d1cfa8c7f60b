import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from 'nestjs-audited';
import { sentinelDataCollector, type SentinelDataCollectorOptions } from 'nestjs-audited/exporters';
import { aDeliveryBatch, auditExporterContract, FixedClock } from 'nestjs-audited/testing';
import { GOLDEN_AUDIT_RECORDS } from '../support/golden-audit-records.js';
import type { ReceiverFault } from '../support/receivers/http-receiver.js';
import {
  SentinelDataCollectorReceiver,
  WORKSPACE_ID,
  WORKSPACE_KEY,
} from '../support/receivers/sentinel-data-collector.receiver.js';

type Exporter = ReturnType<typeof sentinelDataCollector>;

const GOLDEN_ROWS = JSON.parse(
  readFileSync(join(import.meta.dirname, '../golden/formats/sentinel-legacy.golden.json'), 'utf8'),
) as unknown;

function optionsFor(receiver: SentinelDataCollectorReceiver, clock = new FixedClock()): SentinelDataCollectorOptions {
  return { workspaceId: WORKSPACE_ID, sharedKey: WORKSPACE_KEY, logType: 'Audit', host: receiver.server.url, clock };
}

describe('sentinelDataCollector', () => {
  const contract = auditExporterContract(async () => {
    const receiver = await SentinelDataCollectorReceiver.start(new FixedClock());
    return {
      exporter: sentinelDataCollector(optionsFor(receiver)),
      received: () => receiver.rows.map((row) => String(row['EventId'])),
      trouble: (kind) => {
        if (kind === 'busy') {
          receiver.isBusy = true;
        } else {
          receiver.server.always({ kind });
        }
        return true;
      },
      stop: () => receiver.server.stop(),
      secrets: [WORKSPACE_KEY],
    };
  });
  it.each(contract)('$promise', ({ run }) => run());

  describe('with a receiver', () => {
    let clock: FixedClock;
    let receiver: SentinelDataCollectorReceiver;
    let exporter: Exporter;

    const deliver = (records: readonly AuditRecord[] = GOLDEN_AUDIT_RECORDS.slice(0, 2)) =>
      exporter.deliver(aDeliveryBatch(exporter, records), AbortSignal.timeout(10_000));
    const answer = (status: number, body = '', headers: Record<string, string> = {}): ReceiverFault => ({
      kind: 'answer',
      answer: { status, body, headers },
    });
    const remake = async (changes: Partial<SentinelDataCollectorOptions>): Promise<void> => {
      await exporter.close?.();
      exporter = sentinelDataCollector({ ...optionsFor(receiver, clock), ...changes });
    };

    beforeEach(async () => {
      clock = new FixedClock();
      receiver = await SentinelDataCollectorReceiver.start(clock);
      exporter = sentinelDataCollector(optionsFor(receiver, clock));
    });
    afterEach(async () => {
      await exporter.close?.();
      await receiver.server.stop();
    });

    it('brings every oddity to the table, signed over bytes and not over characters', async () => {
      expect(await deliver(GOLDEN_AUDIT_RECORDS)).toEqual({ status: 'delivered' });
      expect(receiver.rows).toEqual(GOLDEN_ROWS);
      const [request] = receiver.server.requests;
      expect(request?.raw.length).toBeGreaterThan(request?.raw.toString('utf8').length ?? 0);
    });

    it('names the table, the property of the time, and the resource where there is one', async () => {
      await deliver();
      await remake({ resourceId: '/subscriptions/s/resourceGroups/g/providers/p/t/n' });
      await deliver();
      const [plain, ofResource] = receiver.server.requests.map(({ headers }) => headers);
      expect(plain).toMatchObject({ 'log-type': 'Audit', 'time-generated-field': 'EventTime' });
      expect(plain).not.toHaveProperty('x-ms-azureresourceid');
      expect(ofResource?.['x-ms-azureresourceid']).toBe('/subscriptions/s/resourceGroups/g/providers/p/t/n');
    });

    it('holds for a wrong key, and blames the key', async () => {
      await remake({ sharedKey: Buffer.alloc(64, 7).toString('base64') });
      expect(await deliver()).toEqual({
        status: 'hold',
        reason: 'HTTP 403 InvalidAuthorization: An invalid signature was specified in the Authorization header',
        cure: expect.stringContaining('Check "sharedKey"'),
      });
    });

    it('holds when its clock is wrong, and blames the clock', async () => {
      const wrong = new FixedClock(clock.now() - 20 * 60_000);
      await remake({ clock: wrong });
      expect(await deliver()).toMatchObject({
        status: 'hold',
        cure: expect.stringContaining("it is 20 minutes behind the service's"),
      });
      wrong.advance(5 * 60_000 + 1000);
      expect(await deliver()).toEqual({ status: 'delivered' });
    });

    it('holds when the workspace is closed', async () => {
      receiver.isActive = false;
      expect(await deliver()).toMatchObject({ status: 'hold', cure: expect.stringContaining('closed') });
    });

    it('splits at a 404 of several events, and holds at that of one', async () => {
      receiver.server.always(answer(404));
      expect(await deliver()).toEqual({ status: 'split', reason: 'HTTP 404' });
      expect(await deliver(GOLDEN_AUDIT_RECORDS.slice(0, 1))).toMatchObject({ status: 'hold' });
    });

    it('keeps the signature out of a verdict, whoever repeats it', async () => {
      receiver.isBusy = true;
      const verdict = await deliver();
      expect(verdict).toMatchObject({
        status: 'retry',
        reason: expect.stringContaining(`SharedKey ${WORKSPACE_ID}:[redacted]`),
      });
    });

    it('stays below its limit with letters of several bytes', async () => {
      const { maxEvents = 0, maxBytes = 0 } = exporter.limits ?? {};
      const [record] = GOLDEN_AUDIT_RECORDS;
      const action = '日本語 🚀'.repeat(200);
      const long = { ...record, event: { ...record?.event, action } } as AuditRecord;
      expect(await deliver(Array.from({ length: maxEvents }, () => long))).toEqual({ status: 'delivered' });
      expect(receiver.server.requests[0]?.raw.length).toBeLessThanOrEqual(maxBytes);
      expect(receiver.rows).toHaveLength(maxEvents);
    });
  });
});
