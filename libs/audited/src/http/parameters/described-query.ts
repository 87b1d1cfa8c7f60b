import type { JsonObject } from '../../event/json-value.js';
import type { FrameworkRequest } from '../../capture/http/framework-request.js';
import { FILTER_PARAMETERS } from './filter-parameters.js';
import { ROUTE_PARAMETERS } from './route-parameters.js';
import { withNegations } from './parameter.js';
import { queryPairs } from './query-string.js';
import { saidName } from './said-name.js';

/** What a record says in place of a value that must not be sealed into the log, where nobody can erase it. */
export const WITHHELD = '(given)';

const MOST_DESCRIBED = 50;
const MOST_CHARACTERS = 200;

const KNOWN = new Set(Object.values(ROUTE_PARAMETERS).flatMap((set) => set.map(({ name }) => name)));
const PERSONAL = new Set(
  withNegations(FILTER_PARAMETERS.filter(({ isPersonal }) => isPersonal === true)).map(({ name }) => name),
);

/** Where words that were searched for stand in a record: what people type may name a person, so it stays erasable. */
export const SEARCHED_TEXT = '/details/query/text';

/**
 * What was asked for, as the record of a request says it, whether it was understood or not. Of personal filters, and of
 * parameters that nobody knows, it says that they were given, but not with which value.
 */
export function describedQuery(request: unknown): JsonObject {
  const pairs = queryPairs(request as FrameworkRequest).slice(0, MOST_DESCRIBED);
  return Object.fromEntries(
    pairs.map(([name, value]) => [
      saidName(name),
      KNOWN.has(name) && !PERSONAL.has(name) ? value.slice(0, MOST_CHARACTERS) : WITHHELD,
    ]),
  );
}
