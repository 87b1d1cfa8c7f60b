import { QueryInvalidError } from '../../event/audit.error.js';
import { foldedText } from './folded-text.js';

/** Longest text to search for. */
export const MAX_TEXT_CHARACTERS = 1000;
/** Most words in it. */
export const MAX_TERMS = 20;

/**
 * The words of a text to search for, folded; what stands in double quotes is one of them. Errors do not repeat the text: they may
 * be recorded where nobody can erase them, and people search for persons.
 *
 * @throws QueryInvalidError when there is none, or too much
 */
export function searchTerms(text: unknown): readonly string[] {
  if (typeof text !== 'string' || text.trim() === '') {
    throw new QueryInvalidError('text', 'must have a word', 'Leave it out to match everything.');
  }
  if (text.length > MAX_TEXT_CHARACTERS) {
    throw new QueryInvalidError('text', `has ${text.length} characters`, `Give at most ${MAX_TEXT_CHARACTERS}.`);
  }
  if (text.split('"').length % 2 === 0) {
    throw new QueryInvalidError('text', 'has a quote without its end', 'Write "two words" in quotes.');
  }
  const found = [...text.matchAll(/"([^"]*)"|[^\s"]+/g)].map(([word, phrase]) => foldedText(phrase ?? word));
  if (found.some((term) => term.trim() === '')) {
    throw new QueryInvalidError('text', 'has quotes with nothing in them', 'Leave them out.');
  }
  const terms = [...new Set(found)];
  if (terms.length > MAX_TERMS) {
    throw new QueryInvalidError('text', `has ${terms.length} words`, `Give at most ${MAX_TERMS}.`);
  }
  return terms;
}
