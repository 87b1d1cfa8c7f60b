/**
 * Writes the tables of the shipped catalogues into docs/guide/catalogues.md, between their markers,
 * from the built package: the guide cannot disagree with what an application gets.
 *
 *   node tools/generate-catalogue-tables.mjs           writes the page
 *   node tools/generate-catalogue-tables.mjs --check   writes nothing; exit code 1 when the page is out of date
 */
import {
  auditCatalogue,
  deploymentCatalogue,
  EventClassifier,
  owaspCatalogue,
  scamIntelligenceCatalogue,
} from 'nestjs-audited';
import { table, updatePages, withParts } from './marked-pages.mjs';

const PAGE = 'docs/guide/catalogues.md';
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

function tableOf({ name, types }) {
  const rows = Object.entries(types).map(([type, { title, category, atLeastRecorded }]) => [
    `\`${type}\``,
    title,
    category,
    byOutcome(type, 'severity'),
    byOutcome(type, 'risk'),
    atLeastRecorded ? 'yes' : '',
  ]);
  const headings = ['type', 'title', 'category', 'severity', 'risk', 'at least recorded'];
  return `${rows.length} types, catalogue \`${name}\`.\n\n${table(headings, rows)}`;
}

const parts = Object.fromEntries(CATALOGUES.map((catalogue) => [`catalogue:${catalogue.name}`, tableOf(catalogue)]));
await updatePages({ [PAGE]: (page) => withParts(page, PAGE, parts) }, 'node tools/generate-catalogue-tables.mjs');
