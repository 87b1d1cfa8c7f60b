import { LINES, type EventFormatter } from '../event-formatter.js';
import { jsonFormatter, type JsonFormatOptions } from './json.formatter.js';

/** As of `json`. */
export type JsonLinesFormatOptions = JsonFormatOptions;

/**
 * The records of `json`, one on each line and nothing around them.
 *
 * @throws OptionsInvalidError for an option that it does not know, or that is malformed
 */
export function jsonLinesFormatter(options: JsonLinesFormatOptions = {}): EventFormatter {
  return {
    ...jsonFormatter(options),
    name: 'jsonl',
    contentType: 'application/x-ndjson',
    fileExtension: 'jsonl',
    specification: { title: 'JSON Lines', url: 'https://jsonlines.org/' },
    document: LINES,
  };
}
