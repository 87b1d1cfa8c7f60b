import { columnValues } from '../../../storage/record-columns.js';
import type { CustodyDialect, SqlStatement } from '../../custody/custody-database.js';
import type { SqlValue } from '../../server/server-dialect.js';
import { countRows } from '../statistics/count-rows.js';
import { additions, COUNTS, countValues, STATISTICS, subtractions } from '../statistics/count-statements.js';
import { countedFacts, type CountedFacts } from '../statistics/counted-facts.js';
import type { LogProjection, ProjectedRecord } from './log-projection.js';

/** How many records there are of each kind, by minute, quarter hour and day: `audit_counts`. */
export class StatisticsProjection implements LogProjection {
  readonly name = STATISTICS;

  constructor(private readonly dialect: CustodyDialect) {}

  add(records: readonly ProjectedRecord[]): readonly SqlStatement[] {
    return additions(this.dialect, COUNTS, this.rows(records));
  }

  remove(records: readonly ProjectedRecord[]): readonly SqlStatement[] {
    return subtractions(this.dialect, COUNTS, this.rows(records), ['chain', 'span', 'step']);
  }

  /** No personal fact is counted. */
  erase(): readonly SqlStatement[] {
    return [];
  }

  private rows(records: readonly ProjectedRecord[]): readonly (readonly SqlValue[])[] {
    const chains = new Map<string, CountedFacts[]>();
    for (const { chain, event } of records) {
      const facts = countedFacts(this.columns(event));
      const ofChain = chains.get(chain);
      if (ofChain === undefined) {
        chains.set(chain, [facts]);
      } else {
        ofChain.push(facts);
      }
    }
    return [...chains].flatMap(([chain, ofChain]) => countRows(ofChain).map((row) => countValues(chain, row)));
  }

  private columns(event: ProjectedRecord['event']): readonly (string | number | null)[] {
    return columnValues(event, undefined).map((value) =>
      typeof value === 'string' ? this.dialect.columnText(value) : value,
    );
  }
}
