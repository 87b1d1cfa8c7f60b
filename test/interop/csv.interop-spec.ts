import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { createFormatter, formattedDocument, type CsvFormatOptions } from 'nestjs-audited/formats';
import { anyRecord } from '../../libs/audited/src/testing/formats/audit-record.arbitrary.js';
import { GOLDEN_RECORDS } from '../../libs/audited/src/testing/formats/golden-records.js';

const PROGRAM = fileURLToPath(new URL('./read_csv.py', import.meta.url));
const isThere = spawnSync('python3', ['--version']).status === 0;
if (!isThere) {
  console.log('skipped: there is no python3 on this machine');
}

type Rows = readonly (readonly string[])[];

const RECORDS = [...GOLDEN_RECORDS.map(([, record]) => record), ...fc.sample(anyRecord, { numRuns: 300, seed: 4180 })];

function rowsOfPython(text: string, delimiter: string): Rows {
  const { stdout, stderr, status } = spawnSync('python3', [PROGRAM, delimiter], {
    input: text,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout) as Rows;
}

async function documentOf(options: CsvFormatOptions): Promise<string> {
  let text = '';
  for await (const piece of formattedDocument(createFormatter('csv', options), RECORDS)) text += piece;
  return text;
}

(isThere ? describe : describe.skip)("Python's csv module", () => {
  it.each<CsvFormatOptions>([
    {},
    { formulaGuard: false },
    { delimiter: ';', bom: true },
    { delimiter: '\t' },
    { columns: ['ticket'] },
    { columns: ['reason', 'action', 'details'], delimiter: ';' },
  ])('reads as many rows as there are records, and the same cells as csv-parse: %j', async (options) => {
    const { delimiter = ',', bom = false } = options;
    const text = await documentOf(options);
    const rows = rowsOfPython(text, delimiter);
    expect(rows).toHaveLength(RECORDS.length + 1);
    expect(rows).toEqual(parse(text, { delimiter, bom, record_delimiter: '\r\n' }));
  });

  it('gives back what was recorded, where nothing had to be replaced', async () => {
    const columns = ['id', 'position', 'hash', 'details'] as const;
    const [, ...rows] = rowsOfPython(await documentOf({ columns }), ',');
    expect(rows.map(([id, position, hash]) => [id, position, hash])).toEqual(
      RECORDS.map(({ event, seal }) => [event.id, String(seal.position), seal.hash]),
    );
    GOLDEN_RECORDS.forEach(([, { event }], index) => {
      const details = rows[index]?.[3] as string;
      expect(details === '' ? undefined : JSON.parse(details)).toEqual(event.details);
    });
  });
});
