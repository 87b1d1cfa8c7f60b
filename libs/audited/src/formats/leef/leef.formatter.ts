import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkOneOf } from '../../event/option-checks.js';
import { LINES, type EventFormatter } from '../event-formatter.js';
import { categoriesOf } from '../event-type-table.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { eventTypeId } from '../key-value/flat-facts.js';
import { jsonMembers } from '../key-value/json-members.js';
import { perEventType } from '../per-event-type.js';
import { delimiterOf, TAB } from './leef-delimiter.js';
import type { LeefFact } from './leef-key.js';
import { LEEF_EVENT_ID_BYTES, LEEF_KEYS } from './leef-keys.js';
import { leefHeaderText, LeefValues } from './leef-text.js';

export interface LeefFormatOptions extends FormatOptions {
  /** @default '2.0' */
  readonly version?: '1.0' | '2.0';
  /**
   * What separates attributes in version 2.0: a punctuation mark such as `^`, or the number of one such as `x5E`. It
   * becomes a space inside values. Choose one if what carries the line changes tabs, as rsyslog does unless told.
   * @default 'x09', the tab
   */
  readonly delimiter?: string;
}

/**
 * QRadar's Log Event Extended Format: one line of a header and `key=value` attributes. {@link LEEF_KEYS} says what each
 * attribute carries and how much of it. The EventID is the event's type; with `cat`, the outcome, it chooses what QRadar
 * calls the event.
 *
 * @throws OptionsInvalidError for an unknown option or version, a delimiter that could be mistaken or that version 1.0
 * has not, and for a product without a visible character
 */
export function leefFormatter(options: LeefFormatOptions = {}): EventFormatter {
  const { product, catalogues } = formatSettings(options, ['version', 'delimiter']);
  const { version = '2.0', delimiter: named = TAB } = options;
  checkOneOf('version', version, ['1.0', '2.0']);
  if (version === '1.0' && options.delimiter !== undefined) {
    throw new OptionsInvalidError('delimiter', 'has no place in LEEF 1.0', 'Leave it out, or use version "2.0".');
  }
  const delimiter = delimiterOf(named);
  const values = new LeefValues(delimiter);
  // A tab by itself would be an invisible field of the header, and a second separator to a careless reader.
  const delimiterField = version === '1.0' ? '' : `${named === '\t' ? TAB : named}|`;
  const device = [
    headerOption('product.vendor', product.vendor),
    headerOption('product.name', product.name),
    headerOption('product.version', product.version),
  ].join('|');

  const categories = categoriesOf(catalogues);
  const ofType = perEventType((type) => ({
    header: `LEEF:${version}|${device}|${eventTypeId(type, LEEF_EVENT_ID_BYTES)}|${delimiterField}`,
    category: categories.get(type),
  }));

  function valueOf(fact: NonNullable<LeefFact>, bytes: number): string {
    if (typeof fact === 'string') return values.text(fact, bytes);
    if (typeof fact === 'object') return jsonMembers(fact, bytes, values.json) ?? '';
    return fact === true || Number.isSafeInteger(fact) ? String(fact) : '';
  }

  return {
    name: 'leef',
    contentType: 'text/plain; charset=utf-8',
    fileExtension: 'leef',
    specification: {
      title: 'IBM Log Event Extended Format (LEEF), QRadar DSM Configuration Guide',
      url: 'https://www.ibm.com/docs/en/dsm?topic=overview-leef-event-components',
    },
    document: LINES,
    format: (record) => {
      const { header, category } = ofType(record.event.type);
      let attributes = '';
      for (const { key, bytes, of } of LEEF_KEYS) {
        const fact = of(record, category);
        const value = fact === undefined ? '' : valueOf(fact, bytes);
        if (value === '') continue;
        attributes += attributes === '' ? `${key}=${value}` : `${delimiter}${key}=${value}`;
      }
      return header + attributes;
    },
  };
}

function headerOption(option: string, text: string): string {
  const field = leefHeaderText(text);
  if (field === '') throw new OptionsInvalidError(option, 'holds no visible character but "|"', 'Give it a name.');
  return field;
}
