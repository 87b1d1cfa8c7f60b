import type { AuditExporter, DeliveryBatch } from '../delivery/audit-exporter.js';
import { deliverable, formatterFor } from '../delivery/exporter-settings.js';
import type { AuditRecord } from '../event/audit-record.js';
import type { EventFormatter } from '../formats/event-formatter.js';

/** What a batch differs in from the usual one. */
export interface BatchFixture {
  readonly id?: string;
  /** @default 1 */
  readonly attempt?: number;
  /** @default the exporter's own */
  readonly format?: EventFormatter;
}

/** A batch as the engine hands it to this exporter. */
export function aDeliveryBatch(
  exporter: AuditExporter,
  records: readonly AuditRecord[],
  { id = 'batch-1', attempt = 1, format }: BatchFixture = {},
): DeliveryBatch {
  const formatter = formatterFor(exporter, format);
  return { id, attempt, events: records.map((record) => deliverable(exporter, formatter, record)) };
}
