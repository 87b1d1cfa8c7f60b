import type { AuditRecord } from '../../event/audit-record.js';
import type { DocumentShape, EventFormatter } from '../event-formatter.js';
import { EventLabels, type Labels } from '../event-labels.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { oneLine } from '../json-text.js';
import { cutToBytes } from '../plain-text.js';
import { SENTINEL_COLUMNS } from './sentinel-columns.js';
import { stableText } from './stable-text.js';

/** The common options only. Labels of `eventTypes` stand in `Labels`. */
export type SentinelLegacyFormatOptions = FormatOptions;

/**
 * Most bytes of UTF-8 of one value. The documents say 32 KB; the service cuts at 32,766 bytes, as its own warnings in
 * the workspace's `Operation` table say (Azure-Sentinel issues 8575 and 10826).
 */
const MAX_VALUE_BYTES = 32_766;

/** The body of a request is an array. */
const ARRAY: DocumentShape = { start: '[', separator: ',\n', terminator: '', end: ']\n' };

/**
 * The flat record of the HTTP Data Collector API of Azure Monitor, API version 2016-04-01, which Microsoft retired on
 * 2026-09-14 in favour of the Logs Ingestion API: for those whose collectors still speak it. For Sentinel there is the
 * format `asim`.
 *
 * `sentinel-columns.ts` lists the properties. `EventTime` is for the header `time-generated-field`. Each property keeps
 * its type for ever, whatever a record holds:
 *
 * - `EventId` and `CausationId` are UUIDs, so their columns end in `_g`; a causation id that is none is in `Remarks`.
 * - Every other identifier is a text. One that looks like a GUID or a date, as a trace id always does, has `text:` in
 *   front, and so has a text that begins with `text:` itself. A reader removes it once.
 * - An address that is no IP address, and a text that is empty, have no property.
 * - A text longer than 32,766 bytes is cut, JSON too; `CutColumns` then lists names and whole sizes: `Details=40960`.
 *
 * @throws OptionsInvalidError for an option that it does not know, or that is malformed
 */
export function sentinelLegacyFormatter(options: SentinelLegacyFormatOptions = {}): EventFormatter {
  const labels = new EventLabels(formatSettings(options));
  return {
    name: 'sentinel-legacy',
    contentType: 'application/json',
    fileExtension: 'json',
    specification: {
      title: 'Azure Monitor HTTP Data Collector API, 2016-04-01',
      url: 'https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api',
    },
    document: ARRAY,
    format: (record) => recordText(record, labels.of(record.event.type)),
  };
}

const COLUMNS = SENTINEL_COLUMNS.map(({ name, suffix, value }) => ({ name, before: `"${name}":`, suffix, value }));

/** What stands in JSON as it is. Most texts do, and JSON.stringify would take longer than all the rest. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Property by property, because an object of names that come from a table costs more than its text. */
function recordText(record: AuditRecord, labels: Labels | undefined): string {
  const properties: string[] = [];
  const cut: string[] = [];
  for (const { name, before, suffix, value } of COLUMNS) {
    const found = value(record, labels);
    if (typeof found !== 'string') {
      if (found !== undefined) properties.push(before + String(found));
    } else if (found !== '') {
      const whole = suffix === 's' ? stableText(found.toWellFormed()) : found;
      const kept = cutToBytes(whole, MAX_VALUE_BYTES);
      if (kept.length < whole.length) cut.push(`${name}=${Buffer.byteLength(whole)}`);
      properties.push(before + quoted(kept));
    }
  }
  if (cut.length > 0) properties.push(`"CutColumns":${JSON.stringify(cut.join(','))}`);
  return oneLine(`{${properties.join(',')}}`);
}
