import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkWhole } from '../../event/option-checks.js';
import { LINES, type EventFormatter } from '../event-formatter.js';
import { EventTitles } from '../event-titles.js';
import { categoriesOf } from '../event-type-table.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { eventTypeId, SEVERITY_NUMBERS } from '../key-value/flat-facts.js';
import { jsonMembers } from '../key-value/json-members.js';
import { perEventType } from '../per-event-type.js';
import { cefHeaderText, cefValueText } from './cef-text.js';
import { CEF_HEADER_BYTES, CEF_KEYS } from './cef-keys.js';
import type { CefFact } from './cef-key.js';

export interface CefFormatOptions extends FormatOptions {
  /**
   * `0` is `CEF:0`, specification 0.1, which every reader knows. `1` is `CEF:1`, specification 1.x: the same keys with
   * the same meaning, and those that only specification 1.2 has (`reportedResourceID`, `reportedDuration`, ...).
   * @default 0
   */
  readonly version?: 0 | 1;
}

/**
 * ArcSight's Common Event Format: one line of a header and `key=value` pairs. {@link CEF_KEYS} says what each key
 * carries and how much of it. The name of an event is the title of its type, never its action: a SIEM groups by it.
 *
 * `rt` is when the audit trail accepted the event, `start` when the action began.
 *
 * @throws OptionsInvalidError for an unknown option or version, and for a product that the header cannot hold
 */
export function cefFormatter(options: CefFormatOptions = {}): EventFormatter {
  const { product, catalogues } = formatSettings(options, ['version']);
  const { version = 0 } = options;
  checkWhole('version', version, 0, 1);
  const device = [
    headerOption('product.vendor', product.vendor, CEF_HEADER_BYTES.deviceVendor),
    headerOption('product.name', product.name, CEF_HEADER_BYTES.deviceProduct),
    headerOption('product.version', product.version, CEF_HEADER_BYTES.deviceVersion),
  ].join('|');

  const titles = new EventTitles(catalogues);
  const categories = categoriesOf(catalogues);
  const ofType = perEventType((type) => {
    const classId = eventTypeId(type, CEF_HEADER_BYTES.deviceEventClassId);
    const name = cefHeaderText(titles.of(type), CEF_HEADER_BYTES.name);
    return {
      header: `CEF:${version}|${device}|${classId}|${name === '' ? classId : name}`,
      category: categories.get(type),
    };
  });
  const columns = CEF_KEYS.filter(({ since }) => since !== '1.2' || version === 1).map(({ key, bytes, label, of }) => ({
    bytes,
    of,
    before: ` ${key}=`,
    after: label === undefined ? '' : ` ${key}Label=${label}`,
  }));

  return {
    name: 'cef',
    contentType: 'text/plain; charset=utf-8',
    fileExtension: 'cef',
    specification: {
      title: 'ArcSight Common Event Format (CEF) Implementation Standard, edition 27',
      url: 'https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors-25.1/cef-implementation-standard/Content/CEF/Chapter%201%20What%20is%20CEF.htm',
    },
    document: LINES,
    format: (record) => {
      const { header, category } = ofType(record.event.type);
      let extension = '';
      for (const { before, after, bytes, of } of columns) {
        const fact = of(record, category);
        const value = fact === undefined ? '' : valueOf(fact, bytes);
        if (value !== '') extension += before + value + after;
      }
      return `${header}|${SEVERITY_NUMBERS[record.event.severity]}|${extension.slice(1)}`;
    },
  };
}

/** The empty text for what CEF cannot carry. */
function valueOf(fact: NonNullable<CefFact>, bytes: number): string {
  if (typeof fact === 'string') return cefValueText(fact, bytes);
  if (typeof fact === 'object') return cefValueText(jsonMembers(fact, bytes) ?? '', bytes);
  return fact === true || Number.isSafeInteger(fact) ? String(fact) : '';
}

function headerOption(option: string, text: string, bytes: number): string {
  if (Buffer.byteLength(text) > bytes) {
    throw new OptionsInvalidError(option, `takes more than ${bytes} bytes of UTF-8`, 'Shorten it: CEF has no room.');
  }
  const field = cefHeaderText(text, bytes);
  if (field === '') throw new OptionsInvalidError(option, 'holds no visible character', 'Give it a name.');
  return field;
}
