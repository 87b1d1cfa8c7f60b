import type { AuditEvent } from '../../../event/audit-event.js';
import type { ChainId, PersonalPart } from '../../../event/audit-record.js';
import { columnValues, type ColumnValue } from '../../../storage/record-columns.js';
import type { CustodyDatabase } from '../../custody/custody-database.js';
import type { RawRow } from '../../server/server-database.js';
import { SqlConditions } from '../../server/server-dialect.js';
import type { ProjectedRecord } from './log-projection.js';

/** So many records are taken apart before others get their turn: a millisecond, about. */
const RECORDS_PER_TURN = 100;
const POSITIONS_PER_READ = 500;

/** Some records, and how much there was to read. */
export interface ProjectedPage {
  readonly records: readonly ProjectedRecord[];
  /** Rows that were read; those that no JSON can be made of are not among the records. */
  readonly rows: number;
  readonly characters: number;
}

/** Reads records as projections take them in. */
export class ProjectedRecords {
  constructor(private readonly database: Pick<CustodyDatabase, 'dialect' | 'read'>) {}

  /** Between two positions, both included. */
  async between(chain: ChainId, from: number, through: number): Promise<ProjectedPage> {
    return this.where(chain, (conditions) => {
      conditions.compare('position', '>=', from);
      conditions.compare('position', '<=', through);
    });
  }

  /** Those at the positions. */
  async at(chain: ChainId, positions: readonly number[]): Promise<readonly ProjectedRecord[]> {
    const records: ProjectedRecord[] = [];
    for (let start = 0; start < positions.length; start += POSITIONS_PER_READ) {
      const some = positions.slice(start, start + POSITIONS_PER_READ);
      const page = await this.where(chain, (conditions) =>
        conditions.holds(`position IN (${some.map(conditions.bind).join(', ')})`),
      );
      records.push(...page.records);
    }
    return records;
  }

  private async where(chain: ChainId, restrict: (conditions: SqlConditions) => void): Promise<ProjectedPage> {
    const { dialect } = this.database;
    const conditions = new SqlConditions(dialect);
    conditions.equals('chain', chain);
    restrict(conditions);
    const rows = await this.database.read(
      `SELECT position, sequence, body, personal FROM ${dialect.table('audit_records')} ${conditions.where}
       ORDER BY position`,
      conditions.values,
    );
    const records: ProjectedRecord[] = [];
    for (let start = 0; start < rows.length; start += RECORDS_PER_TURN) {
      if (start > 0) {
        await new Promise(setImmediate);
      }
      records.push(...rows.slice(start, start + RECORDS_PER_TURN).flatMap((row) => projected(chain, row)));
    }
    const characters = rows.reduce((sum, { body, personal }) => sum + lengthOf(body) + lengthOf(personal), 0);
    return { records, rows: rows.length, characters };
  }
}

function lengthOf(text: RawRow[string] | undefined): number {
  return typeof text === 'string' ? text.length : 0;
}

/** One that somebody damaged contributes nothing to any projection. */
function projected(chain: ChainId, { position, sequence, body, personal }: RawRow): readonly ProjectedRecord[] {
  try {
    const event = JSON.parse(String(body)) as AuditEvent;
    const part = personal === null ? undefined : (JSON.parse(String(personal)) as PersonalPart);
    // Every event has these; one that lacks them was not sealed like this.
    const isWhole = columnValues(event, part).every((value: ColumnValue | undefined) => value !== undefined);
    return isWhole ? [{ chain, position: Number(position), sequence: Number(sequence), event, personal: part }] : [];
  } catch {
    return [];
  }
}
