import { OptionsInvalidError } from '../event/audit.error.js';
import type { AuditRecord } from '../event/audit-record.js';
import type { EventFormatter } from '../formats/event-formatter.js';
import { recordFormatter } from '../formats/json/record.formatter.js';
import type { AuditExporter, ConfirmationTimes, DeliverableEvent, ExporterLimits } from './audit-exporter.js';

const LIMITS = { maxEvents: 500, maxBytes: 1_000_000, separatorBytes: 1, frameBytes: 2 };
const CONFIRMATION: ConfirmationTimes = { everyMs: 1000, timeoutMs: 300_000, maxEvents: 20_000 };

/** The limits of an exporter, complete. */
export function limitsOf({ limits = {} }: AuditExporter): ExporterLimits {
  const whole = { ...LIMITS, ...limits };
  const room = whole.maxBytes - whole.frameBytes - whole.separatorBytes;
  return { ...whole, maxEventBytes: Math.min(limits.maxEventBytes ?? room, room) };
}

/** How an exporter wants to be asked after what it sent, complete. */
export function confirmationOf({ confirmation = {} }: AuditExporter): ConfirmationTimes {
  return { ...CONFIRMATION, ...confirmation };
}

/**
 * The format that a destination sends: the one that was asked for, else the exporter's own, else `record`.
 *
 * @throws OptionsInvalidError when the receiver does not take it
 */
export function formatterFor(exporter: AuditExporter, asked?: EventFormatter): EventFormatter {
  const { formats } = exporter;
  if (asked !== undefined && formats !== undefined && !formats.includes(asked.name)) {
    throw new OptionsInvalidError(
      'format',
      `is "${asked.name}", which "${exporter.type ?? 'custom'}" does not take`,
      `Use one of: ${formats.join(', ')}.`,
    );
  }
  return asked ?? exporter.format ?? recordFormatter();
}

/** A record as it goes out. Throws what the exporter or the format throws. */
export function deliverable(exporter: AuditExporter, formatter: EventFormatter, record: AuditRecord): DeliverableEvent {
  const text = exporter.encode === undefined ? formatter.format(record) : exporter.encode(record, formatter);
  return { record, text, bytes: Buffer.byteLength(text) };
}
