import type { CustodyDialect } from '../../custody/custody-database.js';
import type { LogProjection } from './log-projection.js';
import { NamesProjection } from './names.projection.js';
import { SearchProjection } from './search.projection.js';
import { StatisticsProjection } from './statistics.projection.js';

/** Every projection of a log, in the order in which their rows are locked. */
export function logProjections(dialect: CustodyDialect): readonly LogProjection[] {
  return [new SearchProjection(dialect), new StatisticsProjection(dialect), new NamesProjection(dialect)];
}
