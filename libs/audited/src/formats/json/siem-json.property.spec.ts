import fc from 'fast-check';
import type { AuditRecord } from '../../event/audit-record.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { asSaid, parseSiemJson } from '../../testing/formats/reading/older-systems.parser.js';
import { formattedDocument } from '../formatted-document.js';
import { jsonFormatter } from './json.formatter.js';
import { jsonLinesFormatter } from './jsonl.formatter.js';

/** An error of which nothing is known is none. */
function withoutEmpty({ event, ...record }: AuditRecord): AuditRecord {
  const { error, ...facts } = event;
  return { ...record, event: error === undefined || Object.keys(error).length === 0 ? facts : event };
}

describe('json and jsonl, whatever the records hold', () => {
  it('read back as the same record, and nothing else stands in it', () => {
    const formatter = jsonLinesFormatter();
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(parseSiemJson(formatter.format(record)).record).toEqual(withoutEmpty(asSaid(record)));
      }),
    );
  });

  it('hold as many records as were given: the array and the lines', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 4 }), async (records) => {
        const array: string[] = [];
        const lines: string[] = [];
        for await (const piece of formattedDocument(jsonFormatter(), records)) array.push(piece);
        for await (const piece of formattedDocument(jsonLinesFormatter(), records)) lines.push(piece);
        const read = lines.join('').split(/\r\n|[\n\r\u0085\u2028\u2029]/);
        expect(read.pop()).toBe('');
        expect(JSON.parse(array.join(''))).toEqual(read.map((line): unknown => JSON.parse(line)));
        expect(read.map((line) => parseSiemJson(line).record.event.id)).toEqual(records.map(({ event }) => event.id));
      }),
    );
  });
});
