import { GOLDEN_RECORDS } from '../testing/formats/golden-records.js';
import type { AuditRecord } from '../event/audit-record.js';
import { LINES, type DocumentShape, type EventFormatter } from './event-formatter.js';
import { formattedDocument } from './formatted-document.js';

const records = GOLDEN_RECORDS.slice(0, 3).map(([, record]) => record);

function aFormatter(document: DocumentShape): EventFormatter {
  return {
    name: 'test',
    contentType: 'text/plain',
    fileExtension: 'txt',
    specification: { title: 'none', url: 'https://example.com/' },
    document,
    format: ({ seal }) => String(seal.position),
  };
}

async function written(document: DocumentShape, given: readonly AuditRecord[]): Promise<string> {
  let text = '';
  for await (const piece of formattedDocument(aFormatter(document), given)) text += piece;
  return text;
}

describe('formattedDocument', () => {
  const ARRAY = { start: '[', separator: ',\n', terminator: '', end: ']\n' };

  it.each([
    ['lines', LINES, '1\n2\n3\n', ''],
    ['an array', ARRAY, '[1,\n2,\n3]\n', '[]\n'],
    [
      'a header',
      { ...LINES, start: 'position\r\n', terminator: '\r\n' },
      'position\r\n1\r\n2\r\n3\r\n',
      'position\r\n',
    ],
  ])('writes %s', async (_name, shape, many, none) => {
    expect(await written(shape, records)).toBe(many);
    expect(await written(shape, [])).toBe(none);
  });

  it('reads a record only when the piece before was taken, and lets the source go when its reader stops', async () => {
    const read: number[] = [];
    let isClosed = false;
    async function* source(): AsyncGenerator<AuditRecord> {
      try {
        for (const record of records) {
          read.push(record.seal.position);
          yield record;
        }
      } finally {
        isClosed = true;
      }
    }
    for await (const piece of formattedDocument(aFormatter(LINES), source())) {
      expect(piece).toBe('1\n');
      break;
    }
    expect(read).toEqual([1]);
    expect(isClosed).toBe(true);
  });
});
