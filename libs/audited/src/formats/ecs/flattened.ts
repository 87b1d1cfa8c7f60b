import type { JsonObject, JsonValue } from '../../event/json-value.js';

/** `depth_limit` of a `flattened` field: a document with more levels is refused. Lists count here, which is stricter. */
const MAX_LEVELS = 20;
/**
 * A value is indexed together with the names that lead to it, in at most 32,766 bytes. A value of `ignore_above` 8,191
 * takes at most 24,573 of them, and one byte separates the two.
 */
const MAX_PATH_BYTES = 8_192;
/** At most, of a UTF-16 code unit in UTF-8. */
const BYTES_PER_UNIT = 3;
/**
 * A part between dots that is blank. Before 8.6 Elasticsearch refuses it in a name as it does in a path; later it takes
 * it, and a search that has to rebuild the document (synthetic source, the default of logs) fails at dots alone.
 */
const BLANK_PART = /(?:^|\.)\s*(?:\.|$)/;

/**
 * Whether Elasticsearch takes an object for a `flattened` field whose `ignore_above` is 8191. It refuses the whole
 * document, and the audit event would be missing, for names with NUL or without anything between two dots, for more
 * than 20 levels, and for names that make a term too long. Names with lone surrogates do not fit either: they would
 * become one name.
 *
 * @see https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/flattened
 * @see https://github.com/elastic/elasticsearch/pull/90822 names that are blank
 * @see https://github.com/elastic/elasticsearch/issues/130139 names of dots alone
 */
export function fitsFlattened(value: JsonObject): boolean {
  return membersFit(value, 1, 0);
}

function membersFit(members: JsonObject, level: number, pathBytes: number): boolean {
  for (const name of Object.keys(members)) {
    // The dot between two names counts too.
    const bytes = pathBytes + name.length * BYTES_PER_UNIT + 1;
    if (bytes > MAX_PATH_BYTES || name.includes('\0') || BLANK_PART.test(name) || !name.isWellFormed()) return false;
    if (!valueFits(members[name] as JsonValue, level + 1, bytes)) return false;
  }
  return true;
}

function valueFits(value: JsonValue, level: number, pathBytes: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (level > MAX_LEVELS) return false;
  return Array.isArray(value)
    ? value.every((item: JsonValue) => valueFits(item, level + 1, pathBytes))
    : membersFit(value as JsonObject, level, pathBytes);
}
