import fc from 'fast-check';
import { anyRecord } from '../testing/formats/audit-record.arbitrary.js';
import { createFormatter, EVENT_FORMATTERS, FORMAT_NAMES, type FormatName } from './event-formatters.js';
import { formattedDocument } from './formatted-document.js';

/** Formats that quote line ends instead of escaping them: RFC 4180 section 2, rule 6. */
const QUOTING: readonly FormatName[] = FORMAT_NAMES.filter((name) => name === ('csv' as string));

describe.each(FORMAT_NAMES)('Every formatter keeps the contract: %s', (name) => {
  const formatter = createFormatter(name);

  it('is described', () => {
    expect(formatter.name).toBe(name);
    expect(formatter.contentType).toMatch(/^[a-z]+\/[a-z0-9.+-]+(; ?charset=utf-8)?$/);
    expect(formatter.fileExtension).toMatch(/^[a-z0-9]+$/);
    expect(formatter.specification.title).not.toBe('');
    expect(new URL(formatter.specification.url).protocol).toBe('https:');
  });

  it('never throws, is the same each time, leaves the record alone, and gives well-formed text', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const before = structuredClone(record);
        const text = formatter.format(record);
        expect(text).toBe(createFormatter(name).format(record));
        expect(text.isWellFormed()).toBe(true);
        expect(record).toEqual(before);
      }),
    );
  });

  it('holds no control character and no line end, unless it quotes them', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        // oxlint-disable-next-line no-control-regex -- what must not be there; LEEF separates its attributes by tabs
        const forbidden = QUOTING.includes(name) ? /\u0000/ : /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/;
        expect(formatter.format(record)).not.toMatch(forbidden);
      }),
    );
  });

  it('makes a document of no record at all', async () => {
    let text = '';
    for await (const piece of formattedDocument(formatter, [])) text += piece;
    expect(text).toBe(formatter.document.start + formatter.document.end);
  });

  it.each(['billing', [null], [{}], [{ types: { 'invoice.paid': null } }]])(
    'refuses catalogues that are none: %j',
    (catalogues) => {
      expect(() => EVENT_FORMATTERS[name]({ catalogues } as never)).toThrow(
        expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option: 'catalogues' }),
      );
    },
  );

  it('refuses an option that it does not know', () => {
    expect(() => EVENT_FORMATTERS[name]({ colour: 'red' } as never)).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option: 'colour' }),
    );
  });
});

describe('createFormatter', () => {
  it.each(['xml', 'toString', '__proto__', ''])('refuses the name %j and lists those that exist', (name) => {
    expect(() => createFormatter(name as FormatName)).toThrow(/^Audit option "format" is ".*"\. Use one of: .*record/);
  });
});
