import { OptionsInvalidError } from '../event/audit.error.js';
import { csvFormatter } from './csv/csv.formatter.js';
import type { EventFormatter } from './event-formatter.js';
import { jsonFormatter } from './json/json.formatter.js';
import { LINE_FORMATTERS, type FormatterFactory } from './line-formatters.js';
import { sentinelLegacyFormatter } from './sentinel/sentinel-legacy.formatter.js';
import { sentinelAuditFormatter } from './syslog/sentinel-audit.formatter.js';
import { syslogBsdFormatter } from './syslog/syslog-bsd.formatter.js';
import { syslogFormatter } from './syslog/syslog.formatter.js';

/**
 * Every format: a file, and a line here or, if a record is one line of it, in `line-formatters.ts`. Names of options,
 * choices of the command line, the pages of the guide and the contract's tests all come from this table.
 */
export const EVENT_FORMATTERS = {
  ...LINE_FORMATTERS,
  csv: csvFormatter,
  json: jsonFormatter,
  'sentinel-audit': sentinelAuditFormatter,
  'sentinel-legacy': sentinelLegacyFormatter,
  syslog: syslogFormatter,
  'syslog-bsd': syslogBsdFormatter,
} satisfies Record<string, FormatterFactory>;

export type FormatName = keyof typeof EVENT_FORMATTERS;

/** What a format may be told; see the format's own options. */
export type FormatOptionsOf<Name extends FormatName> = NonNullable<Parameters<(typeof EVENT_FORMATTERS)[Name]>[0]>;

/** Every name, from A to Z. */
export const FORMAT_NAMES = Object.keys(EVENT_FORMATTERS).toSorted() as readonly FormatName[];

/**
 * @throws OptionsInvalidError for a name that no format has, naming those that exist, and for options that the format
 * refuses
 */
export function createFormatter<Name extends FormatName>(name: Name, options?: FormatOptionsOf<Name>): EventFormatter {
  if (!Object.hasOwn(EVENT_FORMATTERS, name)) {
    throw new OptionsInvalidError('format', `is ${JSON.stringify(name)}`, `Use one of: ${FORMAT_NAMES.join(', ')}.`);
  }
  const factory: (options?: FormatOptionsOf<Name>) => EventFormatter = EVENT_FORMATTERS[name];
  return factory(options);
}
