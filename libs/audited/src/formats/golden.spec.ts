import { readFileSync, writeFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GOLDEN_RECORDS } from '../testing/formats/golden-records.js';
import { GOLDEN_VARIANTS, type GoldenVariant } from '../testing/formats/golden-variants.js';
import type { EventFormatter } from './event-formatter.js';
import { createFormatter, FORMAT_NAMES, type FormatName } from './event-formatters.js';
import { formattedDocument } from './formatted-document.js';

/**
 * One golden file a format: a document of all golden records, byte for byte. `AUDITED_WRITE_GOLDEN=1` writes the files
 * that are missing or differ; whoever does that reads the difference before committing it.
 */
const FOLDER = join(import.meta.dirname, '../../../../test/golden/formats');
const WRITES = process.env['AUDITED_WRITE_GOLDEN'] === '1';

const plain = FORMAT_NAMES.map((name): [string, EventFormatter] => [name, createFormatter(name)]);
const optioned = GOLDEN_VARIANTS.map((variant): [string, EventFormatter] => [variant.name, formatterOf(variant)]);
const files = [...plain, ...optioned].map(([name, formatter]) => ({
  file: `${name}.golden.${formatter.fileExtension}`,
  formatter,
}));

function formatterOf<Name extends FormatName>({
  format,
  options,
}: Extract<GoldenVariant, { format: Name }>): EventFormatter {
  return createFormatter(format, options as never);
}

async function documentOf(formatter: EventFormatter): Promise<string> {
  const records = GOLDEN_RECORDS.map(([, record]) => record);
  let text = '';
  for await (const piece of formattedDocument(formatter, records)) text += piece;
  return text;
}

describe('Golden files', () => {
  it.each(files)('$file', async ({ file, formatter }) => {
    const path = join(FOLDER, file);
    const text = await documentOf(formatter);
    if (WRITES && (!existsSync(path) || readFileSync(path, 'utf8') !== text)) writeFileSync(path, text);
    expect(text).toBe(readFileSync(path, 'utf8'));
  });

  it('has no file of a format that is gone', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(files.map(({ file }) => file).toSorted());
  });

  it('shows what must be shown: every outcome, severity and kind of actor', () => {
    const events = GOLDEN_RECORDS.map(([, { event }]) => event);
    expect(new Set(events.map(({ outcome }) => outcome))).toEqual(new Set(['success', 'failure', 'denied', 'pending']));
    expect(new Set(events.map(({ actor }) => actor.kind))).toEqual(new Set(['user', 'service', 'system', 'anonymous']));
    expect(GOLDEN_RECORDS.some(([, { erased }]) => erased)).toBe(true);
    expect(GOLDEN_RECORDS.some(([, { masked }]) => masked)).toBe(true);
    expect(events.some(({ truncated }) => truncated !== undefined)).toBe(true);
  });
});
