import type { ChainHead, ChainId, StoredRecord } from '../../event/audit-record.js';
import type { PositionRange, RecordStream } from '../../storage/record-stream.js';
import type { AuditRecordRow } from '../audit-record.entity.js';
import { recordRow, STORED_COLUMNS, storedRecord } from '../server/record-row.js';
import { SqlConditions } from '../server/server-dialect.js';
import type { CustodyDatabase } from './custody-database.js';

const FIRST_ROWS = 50;
const MOST_ROWS = 500;
/** About so much text is asked for at a time, whatever the size of a record. */
const PAGE_CHARACTERS = 2_000_000;

/** Reads records from page to page by the key, so that nothing is held open between two pages. */
export class TableRecordStream implements RecordStream {
  constructor(private readonly database: CustodyDatabase) {}

  async heads(): Promise<readonly ChainHead[]> {
    const { dialect } = this.database;
    const rows = await this.database.read(
      // A head at 0 belongs to an append that is under way.
      `SELECT chain, position, hash FROM ${dialect.table('audit_heads')} WHERE position > 0 ORDER BY chain`,
    );
    return rows.map(({ chain, position, hash }) => ({
      chain: String(chain),
      position: Number(position),
      hash: String(hash),
    }));
  }

  async *records(chain: ChainId, range: PositionRange = {}): AsyncGenerator<readonly StoredRecord[], void, void> {
    let limit = FIRST_ROWS;
    let coming = this.page(chain, range, limit, undefined);
    for (;;) {
      const rows = await coming;
      const last = rows.at(-1);
      if (last !== undefined && rows.length === limit) {
        limit = nextLimit(rows, limit);
        coming = this.page(chain, range, limit, last);
        // While a page is looked at, the next is on its way; whoever stops here does not want to know of it.
        coming.catch(() => undefined);
        yield rows.map(storedRecord);
        continue;
      }
      if (last !== undefined) {
        yield rows.map(storedRecord);
      }
      return;
    }
  }

  async positionsOfType(chain: ChainId, type: string): Promise<readonly number[]> {
    if (!type.isWellFormed()) {
      return [];
    }
    const { dialect } = this.database;
    const conditions = new SqlConditions(dialect);
    conditions.equals('type', type);
    conditions.equals('chain', chain);
    const rows = await this.database.read(
      `SELECT position FROM ${dialect.table('audit_records')} ${conditions.where}`,
      conditions.values,
    );
    return rows.map(({ position }) => Number(position)).sort((a, b) => a - b);
  }

  private async page(
    chain: ChainId,
    { from, through }: PositionRange,
    limit: number,
    after: AuditRecordRow | undefined,
  ): Promise<readonly AuditRecordRow[]> {
    const { dialect } = this.database;
    const conditions = new SqlConditions(dialect);
    conditions.equals('chain', chain);
    if (after !== undefined) {
      // Whoever tampers may have written a position twice.
      conditions.compare('position', '>=', after.position);
      conditions.holds(
        `(position > ${conditions.bind(after.position)} OR sequence > ${conditions.bind(after.sequence)})`,
      );
    } else if (from !== undefined) {
      conditions.compare('position', '>=', from);
    }
    if (through !== undefined) {
      conditions.compare('position', '<=', through);
    }
    const rows = await this.database.read(
      `SELECT ${STORED_COLUMNS} FROM ${dialect.table('audit_records')} ${conditions.where}
       ORDER BY position, sequence LIMIT ${limit}`,
      conditions.values,
    );
    return rows.map(recordRow);
  }
}

function nextLimit(rows: readonly AuditRecordRow[], limit: number): number {
  const characters = rows.reduce((sum, { body, personal }) => sum + String(body).length + String(personal).length, 0);
  const fitting = Math.floor((PAGE_CHARACTERS / characters) * rows.length);
  return Math.max(1, Math.min(fitting, limit * 2, MOST_ROWS));
}
