import type { CustodyDialect } from '../../custody/custody-database.js';
import type { LogProjection } from './log-projection.js';
import { SearchProjection } from './search.projection.js';

/** Every projection of a log, in the order in which their rows are locked. */
export function logProjections(dialect: CustodyDialect): readonly LogProjection[] {
  return [new SearchProjection(dialect)];
}
