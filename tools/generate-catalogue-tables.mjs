/**
 * Writes the tables of the shipped catalogues into docs/guide/catalogues.md, between their markers,
 * from the built package: the guide cannot disagree with what an application gets.
 *
 *   node tools/generate-catalogue-tables.mjs           writes the page
 *   node tools/generate-catalogue-tables.mjs --check   writes nothing; exit code 1 when the page is out of date
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  auditCatalogue,
  deploymentCatalogue,
  EventClassifier,
  owaspCatalogue,
  scamIntelligenceCatalogue,
} from 'nestjs-audited';
import { format, resolveConfig } from 'prettier';

const PAGE = fileURLToPath(new URL('../docs/guide/catalogues.md', import.meta.url));
const CATALOGUES = [auditCatalogue, deploymentCatalogue, scamIntelligenceCatalogue, owaspCatalogue];
const OUTCOMES = ['success', 'failure', 'denied', 'pending', 'unknown'];

const classifier = new EventClassifier(CATALOGUES);

/** One word when it is the same for every outcome, else each word with its outcomes. */
function byOutcome(type, field) {
  const outcomes = new Map();
  for (const outcome of OUTCOMES) {
    const word = classifier.classify(type, outcome)[field];
    outcomes.set(word, [...(outcomes.get(word) ?? []), outcome]);
  }
  if (outcomes.size === 1) return [...outcomes.keys()][0];
  // The word of most outcomes reads as the rule, the others as its exceptions.
  const [usual, ...exceptions] = [...outcomes].toSorted((one, other) => other[1].length - one[1].length);
  return `${usual[0]} (${exceptions.map(([word, when]) => `${when.join(', ')}: ${word}`).join('; ')})`;
}

function table({ name, types }) {
  const rows = Object.entries(types).map(
    ([type, { title, category, atLeastRecorded }]) =>
      `| \`${type}\` | ${title} | ${category} | ${byOutcome(type, 'severity')} | ${byOutcome(type, 'risk')} | ${atLeastRecorded ? 'yes' : ''} |`,
  );
  return [
    `${rows.length} types, catalogue \`${name}\`.`,
    '',
    '| type | title | category | severity | risk | at least recorded |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function withTable(page, catalogue) {
  const [start, end] = [`<!-- catalogue:${catalogue.name} -->`, `<!-- /catalogue:${catalogue.name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no pair of markers "${start}" and "${end}". Add them.`);
  return `${page.slice(0, from + start.length)}\n\n${table(catalogue)}\n\n${page.slice(to)}`;
}

const current = await readFile(PAGE, 'utf8');
const generated = await format(CATALOGUES.reduce(withTable, current), {
  ...(await resolveConfig(PAGE)),
  parser: 'markdown',
});
if (generated === current) {
  console.log('docs/guide/catalogues.md is up to date');
} else if (process.argv.includes('--check')) {
  console.error('docs/guide/catalogues.md is out of date. Run: node tools/generate-catalogue-tables.mjs');
  process.exitCode = 1;
} else {
  await writeFile(PAGE, generated);
  console.log('docs/guide/catalogues.md written');
}
