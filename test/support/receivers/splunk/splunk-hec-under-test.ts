import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from 'nestjs-audited';
import { splunkHec, type SplunkHecOptions } from 'nestjs-audited/exporters';
import { aDeliveryBatch, type BatchFixture, type ExporterUnderTest } from 'nestjs-audited/testing';
import { SplunkHecReceiver, type HecReceiverOptions, type HecToken } from '../splunk-hec.receiver.js';

type Exporter = ExporterUnderTest['exporter'];
type Verdict = Awaited<ReturnType<Exporter['deliver']>>;

export const HEC_TOKEN = '0aa7b6c1-93de-4f52-8a60-7be1c0d2e9f4';
const PATIENCE_MS = 10_000;

/** Records with every oddity, as they are stored. */
export const ODD_RECORDS = readFileSync(
  join(import.meta.dirname, '../../../golden/formats/record.golden.jsonl'),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as AuditRecord);

/** A receiver and an exporter that knows its address and token. */
export class SplunkHecUnderTest {
  private readonly exporters: Exporter[] = [];

  private constructor(readonly receiver: SplunkHecReceiver) {}

  static async start(
    token: Partial<HecToken> = {},
    options: Partial<HecReceiverOptions> = {},
  ): Promise<SplunkHecUnderTest> {
    const receiver = await SplunkHecReceiver.start({ tokens: [{ token: HEC_TOKEN, ...token }], ...options });
    return new SplunkHecUnderTest(receiver);
  }

  exporter(options: Partial<SplunkHecOptions> = {}): Exporter {
    const exporter = splunkHec({ url: this.receiver.url, token: HEC_TOKEN, ...options });
    this.exporters.push(exporter);
    return exporter;
  }

  async stop(): Promise<void> {
    for (const exporter of this.exporters) await exporter.close?.();
    await this.receiver.stop();
  }
}

/** What the exporter answers when it delivers these. */
export function deliver(
  exporter: Exporter,
  records: readonly AuditRecord[],
  differing: BatchFixture = {},
): Promise<Verdict> {
  return exporter.deliver(aDeliveryBatch(exporter, records, differing), AbortSignal.timeout(PATIENCE_MS));
}

/** The handle of what was sent. @throws when it was not */
export async function handleOf(exporter: Exporter, records: readonly AuditRecord[]): Promise<string> {
  const verdict = await deliver(exporter, records);
  if (verdict.status !== 'sent') throw new Error(`it answered ${JSON.stringify(verdict)}`);
  return verdict.handle;
}

/** What became of these, in their order. */
export async function statesOf(exporter: Exporter, ...handles: readonly string[]): Promise<readonly string[]> {
  const states = await exporter.confirm?.(handles, AbortSignal.timeout(PATIENCE_MS));
  return handles.map((handle) => states?.get(handle) ?? 'pending');
}

/** What a probe finds. */
export async function probeOf(exporter: Exporter): Promise<Awaited<ReturnType<NonNullable<Exporter['probe']>>>> {
  if (exporter.probe === undefined) throw new Error('there is no probe');
  return exporter.probe(AbortSignal.timeout(PATIENCE_MS));
}
