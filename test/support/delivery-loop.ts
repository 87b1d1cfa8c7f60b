import type { AuditRecord } from 'nestjs-audited';
import type { syslog } from 'nestjs-audited/exporters';
import { aDeliveryBatch, type BatchFixture } from 'nestjs-audited/testing';
import { eventually } from './eventually.js';

type Exporter = ReturnType<typeof syslog>;
type Verdict = Awaited<ReturnType<Exporter['deliver']>>;

const PATIENCE_MS = 10_000;

/** One attempt at these records. */
export function deliverOnce(
  exporter: Exporter,
  records: readonly AuditRecord[],
  fixture: BatchFixture = {},
): Promise<Verdict> {
  return exporter.deliver(aDeliveryBatch(exporter, records, fixture), AbortSignal.timeout(PATIENCE_MS));
}

/** The handle of a batch that must have been sent. */
export async function handleOf(verdict: Promise<Verdict>): Promise<string> {
  const given = await verdict;
  if (given.status !== 'sent') throw new Error(`it answered ${JSON.stringify(given)}`);
  return given.handle;
}

/** What became of one batch, asked once. */
export async function fateOf(exporter: Exporter, handle: string): Promise<string> {
  const answers = await exporter.confirm?.([handle], AbortSignal.timeout(PATIENCE_MS));
  return answers?.get(handle) ?? 'pending';
}

/** As a destination does: the same batch again until it is confirmed, whatever goes wrong in between. */
export async function deliverSurely(
  exporter: Exporter,
  records: readonly AuditRecord[],
  fixture: BatchFixture = {},
): Promise<void> {
  let attempt = 0;
  await eventually(async () => {
    attempt += 1;
    const verdict = await deliverOnce(exporter, records, { ...fixture, attempt });
    if (verdict.status === 'delivered') return;
    const handle = await handleOf(Promise.resolve(verdict));
    const fate = await eventually(async () => {
      const known = await fateOf(exporter, handle);
      if (known === 'pending') throw new Error('not confirmed yet');
      return known;
    });
    if (fate !== 'confirmed') throw new Error(`it was ${fate}`);
  });
}
