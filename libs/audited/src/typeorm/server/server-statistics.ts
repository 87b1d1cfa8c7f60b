import type { AuditStatistics, StatisticsQuery } from '../../storage/reading/audit-statistics.js';
import { checkReadOptions } from '../../storage/reading/checked-read-options.js';
import type { ReadOptions } from '../../storage/reading/read-options.js';
import { checkStatistics } from '../../storage/reading/statistics-query.js';
import type { InCustody } from '../custody/custody-database.js';
import { withinLimits } from '../reading/read-limits.js';
import { readStatistics } from '../reading/statistics/log-statistics.js';
import type { RunQuery, ServerDatabase } from './server-database.js';

/** The log on a server in numbers: several statements, one snapshot. */
export async function serverStatistics(
  database: ServerDatabase & InCustody,
  query: StatisticsQuery,
  options: ReadOptions,
): Promise<AuditStatistics> {
  const checked = checkStatistics(query);
  const limits = checkReadOptions(options);
  const { tenants, timeLimitMs } = limits;
  const { dialect } = database.custody;
  return withinLimits(limits, (ended) =>
    database.snapshot((snapshot) => {
      const run: RunQuery = (sql, values) => {
        ended.throwIfAborted();
        return snapshot.query(sql, values);
      };
      const storageBytes = async (): Promise<number> => Number((await run(dialect.storageSize))[0]?.['bytes'] ?? 0);
      return readStatistics(
        { dialect, query: run, storageBytes },
        { query: checked, ...(tenants === undefined ? {} : { tenants }) },
      );
    }, timeLimitMs),
  );
}
