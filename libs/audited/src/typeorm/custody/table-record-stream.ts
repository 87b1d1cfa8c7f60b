import type { ChainHead, ChainId, StoredRecord } from '../../event/audit-record.js';
import type { PositionRange, RecordStream } from '../../storage/record-stream.js';
import type { AuditRecordRow } from '../audit-record.entity.js';
import { recordRow, STORED_COLUMNS, storedRecord } from '../server/record-row.js';
import { SqlConditions } from '../server/server-dialect.js';
import type { CustodyDatabase } from './custody-database.js';
import { firstPosition } from './first-position.js';

const FIRST_ROWS = 50;
const MOST_ROWS = 500;
/** About so much text is asked for at a time, whatever the size of a record. */
const PAGE_CHARACTERS = 2_000_000;

/** Where to go on: at a position, or after one of the rows that stand there. */
interface Place {
  readonly position: number;
  readonly afterSequence?: number;
}

interface Page {
  readonly rows: readonly AuditRecordRow[];
  /** The position after the last one that was looked at. */
  readonly end: number;
  /** Where to go on; absent where positions are missing. */
  readonly next?: Place;
  readonly nextLimit: number;
}

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
    const through = range.through ?? Number.MAX_SAFE_INTEGER;
    let coming = this.pageFrom(chain, range.from, through, FIRST_ROWS);
    for (let page = await coming; page !== undefined; page = await coming) {
      coming = this.pageAfter(chain, page, through);
      // While a page is looked at, the next is on its way; whoever stops here does not want to know of it.
      coming.catch(() => undefined);
      yield page.rows.map(storedRecord);
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

  /** The page that begins with the first record at or after a position. */
  private async pageFrom(
    chain: ChainId,
    from: number | undefined,
    through: number,
    limit: number,
  ): Promise<Page | undefined> {
    const position = await firstPosition(this.database, chain, from);
    return position === undefined || position > through ? undefined : this.page(chain, { position }, through, limit);
  }

  private async pageAfter(chain: ChainId, before: Page, through: number): Promise<Page | undefined> {
    const { next, nextLimit, end } = before;
    const page = next === undefined ? undefined : await this.page(chain, next, through, nextLimit);
    // Where positions are missing, or at the end.
    return page !== undefined && page.rows.length > 0
      ? page
      : this.pageFrom(chain, page?.end ?? end, through, nextLimit);
  }

  /** The rows of the next positions, at most so many. */
  private async page(chain: ChainId, place: Place, through: number, limit: number): Promise<Page> {
    const { dialect } = this.database;
    const { position, afterSequence } = place;
    // Whoever tampers may have written a position twice; so the page goes on behind a row, not behind its position.
    const end = Math.min(position + limit + (afterSequence === undefined ? 0 : 1), through + 1);
    const conditions = new SqlConditions(dialect);
    conditions.equals('chain', chain);
    conditions.compare('position', '>=', position);
    conditions.compare('position', '<', end);
    if (afterSequence !== undefined) {
      conditions.holds(`(position > ${conditions.bind(position)} OR sequence > ${conditions.bind(afterSequence)})`);
    }
    const raw = await this.database.read(
      `SELECT ${STORED_COLUMNS} FROM ${dialect.table('audit_records')} ${conditions.where}
       ORDER BY position, sequence LIMIT ${limit}`,
      conditions.values,
    );
    const rows = raw.map(recordRow);
    const last = rows.at(-1);
    const isFull = last !== undefined && rows.length === limit;
    return {
      rows,
      end,
      nextLimit: nextLimit(rows, limit),
      ...(isFull ? { next: { position: last.position, afterSequence: last.sequence } } : {}),
    };
  }
}

function nextLimit(rows: readonly AuditRecordRow[], limit: number): number {
  if (rows.length === 0) {
    return limit;
  }
  const characters = rows.reduce((sum, { body, personal }) => sum + String(body).length + String(personal).length, 0);
  const fitting = Math.floor((PAGE_CHARACTERS / characters) * rows.length);
  return Math.max(1, Math.min(fitting, limit * 2, MOST_ROWS));
}
