import type { Database, Statement } from 'better-sqlite3';
import { addOnConflict } from '../custody/upsert-on-conflict.js';
import { countRows } from '../reading/statistics/count-rows.js';
import { COUNT_KEY, countValues, STATISTICS } from '../reading/statistics/count-statements.js';
import type { CountedFacts } from '../reading/statistics/counted-facts.js';

/** Keeps what statistics count, in the transaction of the append. */
export class SqliteCounts {
  private readonly movePosition: Statement<[number, string, number]>;
  private readonly beginPosition: Statement<[string, number]>;
  private readonly addCount: Statement<unknown[]>;

  constructor(handle: Database) {
    this.movePosition = handle.prepare(
      `UPDATE audit_projections SET position = ? WHERE projection = '${STATISTICS}' AND chain = ? AND position = ?`,
    );
    this.beginPosition = handle.prepare(
      `INSERT INTO audit_projections (projection, chain, position) VALUES ('${STATISTICS}', ?, ?) ON CONFLICT DO NOTHING`,
    );
    const places = [...COUNT_KEY, 'count'].map(() => '?').join(', ');
    this.addCount = handle.prepare(
      addOnConflict(
        `INSERT INTO audit_counts (${COUNT_KEY.join(', ')}, count) VALUES (${places})`,
        'audit_counts',
        COUNT_KEY,
      ),
    );
  }

  /**
   * Adds the records that were appended. Where the counts were not as far as the head was, nothing: whoever takes in the
   * log does it.
   *
   * @param before position of the head before them
   */
  add(chain: string, before: number, records: readonly CountedFacts[]): void {
    if (!this.follows(chain, before, before + records.length)) {
      return;
    }
    for (const row of countRows(records)) {
      this.addCount.run(...countValues(chain, row));
    }
  }

  private follows(chain: string, before: number, after: number): boolean {
    return (
      this.movePosition.run(after, chain, before).changes === 1 ||
      (before === 0 && this.beginPosition.run(chain, after).changes === 1)
    );
  }
}
