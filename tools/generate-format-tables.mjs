/**
 * Writes what is known of the formats into docs/guide/formats.md and docs/formats/<name>.md, between their markers:
 * their facts and tables from the built package, an example line from the golden files. The pages cannot disagree with
 * what a receiver gets. What a format is for is the first paragraph of its page.
 *
 *   node tools/generate-format-tables.mjs           writes the pages
 *   node tools/generate-format-tables.mjs --check   writes nothing; exit code 1 when a page is out of date
 */
import { readdir, readFile } from 'node:fs/promises';
import { createFormatter, FORMAT_NAMES } from 'nestjs-audited/formats';
import { FORMAT_TABLES } from './format-tables.mjs';
import { absolute, table, updatePages, withParts } from './marked-pages.mjs';

const GUIDE = 'docs/guide/formats.md';
const PAGES = 'docs/formats';
/** The record of the examples among the golden records: "denied by a guard". */
const EXAMPLE_ID = '019aa7a1-0b7b-7000-8000-000000000003';
const SHAPES = { '': 'one record a line, each line ended by LF', '[': 'a JSON array' };

const pageOf = (name) => `${PAGES}/${name}.md`;

function factsOf({ contentType, fileExtension, specification, document }) {
  const shape =
    document.terminator === '\r\n' ? 'a heading, then records, each ended by CRLF' : SHAPES[document.start.trim()];
  if (shape === undefined) throw new Error(`Say in SHAPES what a document is that starts with "${document.start}".`);
  return table(
    ['media type', 'file extension', 'a document is', 'specification'],
    [[`\`${contentType}\``, `\`.${fileExtension}\``, shape, `[${specification.title}](${specification.url})`]],
  );
}

async function exampleOf({ name, fileExtension }) {
  const golden = await readFile(absolute(`test/golden/formats/${name}.golden.${fileExtension}`), 'utf8');
  const line = golden.split(/\r?\n/).find((text) => text.includes(EXAMPLE_ID));
  if (line === undefined) throw new Error(`No line of the golden file of "${name}" has the id ${EXAMPLE_ID}.`);
  // The comma belongs to the array.
  return ['```text', line.replace(/,$/, ''), '```'].join('\n');
}

async function partsOf(formatter) {
  const tables = Object.entries(FORMAT_TABLES[formatter.name] ?? {}).map(([part, make]) => [part, make()]);
  return { facts: factsOf(formatter), example: await exampleOf(formatter), ...Object.fromEntries(tables) };
}

async function purposeOf(name) {
  const paragraph = (await readFile(absolute(pageOf(name)), 'utf8')).split(/\n{2,}/)[1] ?? '';
  return paragraph.replaceAll('\n', ' ').replace(/\.$/, '');
}

async function overview(formatters) {
  const rows = await Promise.all(
    formatters.map(async ({ name, contentType, fileExtension, specification: { title, url } }) => [
      `[\`${name}\`](../formats/${name}.md)`,
      await purposeOf(name),
      `\`${contentType}\``,
      `\`.${fileExtension}\``,
      `[${title}](${url})`,
    ]),
  );
  return table(['format', 'for', 'media type', 'file', 'specification'], rows);
}

const formatters = FORMAT_NAMES.map((name) => createFormatter(name));
const strangers = (await readdir(absolute(PAGES)))
  .map((file) => file.replace(/\.md$/, ''))
  .filter((name) => !FORMAT_NAMES.includes(name));
if (strangers.length > 0) throw new Error(`${PAGES} has a page of no format: ${strangers.join(', ')}. Remove it.`);

const parts = await Promise.all(formatters.map(async (formatter) => [formatter.name, await partsOf(formatter)]));
const pages = parts.map(([name, own]) => [pageOf(name), (page) => withParts(page, pageOf(name), own)]);
const guide = { formats: await overview(formatters) };
await updatePages(
  { [GUIDE]: (page) => withParts(page, GUIDE, guide), ...Object.fromEntries(pages) },
  'node tools/generate-format-tables.mjs',
);
