import type { AuditRecord } from '../../event/audit-record.js';
import { LINES, type EventFormatter } from '../event-formatter.js';
import { formatSettings } from '../format.options.js';
import { jsonText } from '../json-text.js';

/** The common options, which envelopes hand on, change nothing: a record is written as it is. */
export type RecordFormatOptions = Readonly<Record<never, never>>;

/**
 * The record as this package knows it, whole: event, seal, and whether its personal part was erased or masked. The one
 * format that loses nothing, so `audited format` reads it back and converts it to any other. It proves nothing by itself:
 * evidence is a bundle, which keeps the sealed bytes.
 *
 * @throws OptionsInvalidError for an option that it does not know, or that is malformed
 */
export function recordFormatter(options: RecordFormatOptions = {}): EventFormatter {
  formatSettings(options);
  return {
    name: 'record',
    contentType: 'application/x-ndjson',
    fileExtension: 'jsonl',
    specification: { title: 'nestjs-audited record, JSON Lines', url: 'https://jsonlines.org/' },
    document: LINES,
    format: ({ event, seal, erased, masked }: AuditRecord) => jsonText({ event, seal, erased, masked }),
  };
}
