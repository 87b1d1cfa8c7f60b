import { stringify } from 'csv-stringify/sync';
import type { AuditRecord } from '../../event/audit-record.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkFlag } from '../../event/option-checks.js';
import type { EventFormatter } from '../event-formatter.js';
import { EventTitles } from '../event-titles.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { jsonText } from '../json-text.js';
import { CSV_COLUMNS, DEFAULT_CSV_COLUMNS, type CsvColumn, type CsvColumnName } from './csv-columns.js';
import { cellText, guardedJson, guardedText } from './csv-text.js';

/** Of the common options only `catalogues` matters here: it gives the column `title`. */
export interface CsvFormatOptions extends FormatOptions {
  /**
   * The columns, in this order, each at most once.
   *
   * @default every column; see the table of them in the guide
   */
  readonly columns?: readonly CsvColumnName[];
  /**
   * Keeps a spreadsheet from running what an attacker wrote into a field: an apostrophe stands before everything that
   * could begin a formula. Numbers stay numbers, JSON stays the same JSON. With `false` every text is exactly as it was
   * recorded; right for programs, dangerous for whoever opens the file in a spreadsheet.
   *
   * @default true
   */
  readonly formulaGuard?: boolean;
  /**
   * Begins the file with the byte order mark EF BB BF: Excel reads UTF-8 with it, some programs stumble over it.
   *
   * @default false
   */
  readonly bom?: boolean;
  /**
   * Between two cells. A spreadsheet of a country with a decimal comma expects `;`.
   *
   * @default ','
   */
  readonly delimiter?: ',' | ';' | '\t';
}

const OWN_OPTION_NAMES = ['columns', 'formulaGuard', 'bom', 'delimiter'];

/**
 * Comma-separated values: RFC 4180, in UTF-8, with a line of headings, every line ended by CRLF. For spreadsheets and
 * for people; evidence is a bundle.
 *
 * Texts stand in quotes and keep their line ends; numbers do not. An absent fact is an empty cell, an empty text is
 * `""`. Lists and objects are JSON. Control characters, tabs among them, are a space: RFC 4180 has none in its grammar.
 *
 * @throws OptionsInvalidError for an unknown or repeated column, an empty list of columns, and another delimiter
 */
export function csvFormatter(options: CsvFormatOptions = {}): EventFormatter {
  const { catalogues } = formatSettings(options, OWN_OPTION_NAMES);
  const { columns = DEFAULT_CSV_COLUMNS, formulaGuard = true, bom = false, delimiter = ',' } = options;
  checkColumns(columns);
  checkFlag('formulaGuard', formulaGuard);
  checkFlag('bom', bom);
  checkDelimiter(delimiter);
  const titles = new EventTitles(catalogues);
  const chosen = columns.map((name): CsvColumn => CSV_COLUMNS[name]);
  const textOf = formulaGuard ? guardedText : cellText;
  const jsonOf = formulaGuard ? (value: object) => guardedJson(jsonText(value)) : jsonText;

  const cellOf = (column: CsvColumn, record: AuditRecord): string | number | undefined => {
    const value = column.read(record, titles);
    switch (typeof value) {
      case 'string':
        return textOf(value);
      case 'object':
        return jsonOf(value);
      case 'boolean':
        return 'true';
      default:
        return value;
    }
  };
  const layout = {
    delimiter,
    record_delimiter: '\r\n',
    // The default is false as soon as `record_delimiter` is given: a lone LF or CR would stand without quotes.
    quote_record_delimiter: true,
    eof: false,
  };
  const quoted = { ...layout, quoted_string: true };
  return {
    name: 'csv',
    contentType: 'text/csv; charset=utf-8',
    fileExtension: 'csv',
    specification: {
      title: 'RFC 4180 Common Format and MIME Type for Comma-Separated Values (CSV) Files',
      url: 'https://www.rfc-editor.org/rfc/rfc4180',
    },
    document: {
      start: `${bom ? '\ufeff' : ''}${stringify([columns], layout)}\r\n`,
      separator: '',
      terminator: '\r\n',
      end: '',
    },
    format: (record) => {
      const row = stringify([chosen.map((column) => cellOf(column, record))], quoted);
      // A line without a character is skipped by many readers: the record would be lost.
      return row === '' ? '""' : row;
    },
  };
}

function checkColumns(columns: unknown): void {
  const known = `Known are: ${Object.keys(CSV_COLUMNS).join(', ')}.`;
  if (!Array.isArray(columns)) throw new OptionsInvalidError('columns', 'must be a list', known);
  if (columns.length === 0) {
    throw new OptionsInvalidError('columns', 'is an empty list', 'Leave it out for every column.');
  }
  const unknown: unknown = columns.find((name) => typeof name !== 'string' || !Object.hasOwn(CSV_COLUMNS, name));
  if (unknown !== undefined || columns.includes(undefined)) {
    throw new OptionsInvalidError('columns', `has the unknown column ${JSON.stringify(unknown)}`, known);
  }
  const repeated: unknown = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new OptionsInvalidError('columns', `has the column ${JSON.stringify(repeated)} twice`, 'Name each once.');
  }
}

function checkDelimiter(delimiter: unknown): void {
  if (delimiter !== ',' && delimiter !== ';' && delimiter !== '\t') {
    throw new OptionsInvalidError(
      'delimiter',
      `is ${JSON.stringify(delimiter) ?? 'undefined'}`,
      'Use ",", ";" or a tab.',
    );
  }
}
