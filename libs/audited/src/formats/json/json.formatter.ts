import type { EventFormatter } from '../event-formatter.js';
import { EventLabels } from '../event-labels.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { jsonText } from '../json-text.js';
import { siemJson } from './siem-json.js';

/** The common options only. Labels of `eventTypes` stand in `labels`. */
export type JsonFormatOptions = FormatOptions;

/**
 * System A's SIEM JSON, see {@link siemJson}, as one document: an array with a record on each line. For a stream, or for
 * a reader that takes one record at a time, there is `jsonl`.
 *
 * @throws OptionsInvalidError for an option that it does not know, or that is malformed
 */
export function jsonFormatter(options: JsonFormatOptions = {}): EventFormatter {
  const labels = new EventLabels(formatSettings(options));
  return {
    name: 'json',
    contentType: 'application/json',
    fileExtension: 'json',
    specification: { title: 'RFC 8259 JSON', url: 'https://www.rfc-editor.org/rfc/rfc8259' },
    document: { start: '[\n', separator: ',\n', terminator: '', end: '\n]\n' },
    format: (record) => jsonText(siemJson(record, labels.of(record.event.type))),
  };
}
