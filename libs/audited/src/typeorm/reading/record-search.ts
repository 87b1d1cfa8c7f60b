import { setImmediate as nextTurn } from 'node:timers/promises';
import { RecordDamagedError } from '../../event/audit.error.js';
import type { AuditRecord, StoredRecord } from '../../event/audit-record.js';
import type { AuditPage, CheckedQuery, MatchCount } from '../../storage/audit-query.js';
import { factsMatcher } from '../../storage/query-match.js';
import type { CheckedReadOptions } from '../../storage/reading/checked-read-options.js';
import { cursorSequence, pageCursor } from '../../storage/reading/page-cursor.js';
import { maskedRecord, mergedRecord, readFacts, type RecordFacts } from '../../storage/stored-record.js';
import type { CustodyDatabase } from '../custody/custody-database.js';
import { recordRow, STORED_COLUMNS, storedRecord } from '../server/record-row.js';
import { SqlConditions, type SqlValue } from '../server/server-dialect.js';
import type { RawRow } from '../server/server-database.js';
import { CursorKey } from './cursor-key.js';
import { planWalk } from './plan-walk.js';
import { ReadClock } from './read-clock.js';
import { matchesNothing, needsRecord } from './record-conditions.js';
import { RowWalk } from './row-walk.js';

/** After so many records, or characters of them, others get their turn. */
const RECORDS_AT_ONCE = 64;
const CHARACTERS_AT_ONCE = 500_000;
/** Rows that are read at once where the record itself decides: large ones are fewer. */
const FIRST_ROWS = 100;
const MOST_ROWS = 500;
const CHARACTERS_OF_ROWS = 2_000_000;
/** Sequence numbers that are read at once to be passed over or counted. */
const MOST_NUMBERS = 2500;
/** Matches are counted up to so many. */
const MOST_COUNTED = 10_000;
/** Counting takes no longer: what was asked for are records. */
const COUNTING_MS = 2000;

interface Found {
  readonly stored: StoredRecord;
  readonly facts: RecordFacts;
  readonly sequence: number;
}

/** Finds records in the log of a database: one page, one record. */
export class RecordSearch {
  private readonly key: CursorKey;

  constructor(private readonly database: CustodyDatabase) {
    this.key = new CursorKey(database);
  }

  async find(query: CheckedQuery): Promise<AuditPage> {
    const clock = new ReadClock(query);
    const key = await clock.step(
      () => this.key.get(),
      () => false,
    );
    const start = query.cursor === undefined ? undefined : cursorSequence(query.cursor, query, key);
    if (matchesNothing(query)) {
      return { records: [], ...(query.total ? { total: { count: 0, relation: 'eq' } as const } : {}) };
    }
    const walk = await this.walk(query, clock);
    const found = await this.page(query, walk, start);
    const page = found.slice(0, query.limit);
    const records = page.map(({ stored, facts }) => (query.masked ? maskedRecord : mergedRecord)(stored, facts));
    const last = page.at(-1);
    const hasMore = found.length > page.length && last !== undefined;
    const isAll = !hasMore && start === undefined && (query.offset === 0 || page.length > 0);
    return {
      records,
      ...(hasMore ? { next: pageCursor(query, last.sequence, key) } : {}),
      ...(query.total
        ? {
            total: isAll ? { count: query.offset + page.length, relation: 'eq' } : await this.count(query, walk, clock),
          }
        : {}),
    };
  }

  async get(id: string, options: CheckedReadOptions): Promise<AuditRecord | undefined> {
    if (!id.isWellFormed()) {
      return undefined;
    }
    const { dialect } = this.database;
    const conditions = new SqlConditions(dialect);
    conditions.equals('id', id);
    // Neither ordered nor limited: that would invite a planner to walk the log in order instead of asking the index.
    const raw = await this.reader(new ReadClock(options))(
      `SELECT ${STORED_COLUMNS} FROM ${dialect.table('audit_records')} ${conditions.where}`,
      conditions.values,
    );
    const [first] = raw.map(recordRow).sort((a, b) => a.sequence - b.sequence);
    if (first === undefined) {
      return undefined;
    }
    const stored = storedRecord(first);
    const facts = readFacts(stored);
    const { tenants } = options;
    const isVisible = tenants === undefined || tenants.includes(facts.event.actor.tenantId ?? '');
    return isVisible ? (options.masked ? maskedRecord : mergedRecord)(stored, facts) : undefined;
  }

  private async walk(query: CheckedQuery, clock: ReadClock): Promise<RowWalk> {
    const { dialect } = this.database;
    const read = this.reader(clock);
    return new RowWalk(query, await planWalk(query, dialect, read), dialect, read);
  }

  private reader(clock: ReadClock): (sql: string, values?: readonly SqlValue[]) => Promise<readonly RawRow[]> {
    const isTimeout = (error: unknown): boolean => this.database.dialect.reading.isTimeout(error);
    return (sql, values = []) => clock.step(() => this.database.read(sql, values), isTimeout);
  }

  /** The records of a page, and one more where there is one. */
  private async page(query: CheckedQuery, walk: RowWalk, start: number | undefined): Promise<readonly Found[]> {
    const wanted = query.limit + 1;
    if (!needsRecord(query)) {
      const behind = query.offset === 0 ? start : await passedOver(walk, query.offset);
      return behind === 'end'
        ? []
        : taken(
            this.found(query, walk, behind, () => wanted),
            0,
            wanted,
          );
    }
    return taken(this.found(query, walk, start), query.offset, wanted);
  }

  /**
   * Records that match.
   *
   * @param rows how many rows to read at once; default: by their size
   * @param isOver asked after each of them: whether to stop, however few were found
   */
  private async *found(
    query: CheckedQuery,
    walk: RowWalk,
    behind: number | undefined,
    rows?: () => number,
    isOver: () => boolean = () => false,
  ): AsyncGenerator<Found, void, void> {
    const matches = needsRecord(query) ? factsMatcher(query) : (): boolean => true;
    let size = FIRST_ROWS;
    let sinceTurn = 0;
    for await (const raw of walk.rows({ columns: 'stored', behind, rows: rows ?? (() => size) })) {
      let characters = 0;
      for (const row of raw.map(recordRow)) {
        const stored = storedRecord(row);
        const facts = readFacts(stored);
        characters += stored.body.length;
        if (matched(matches, stored, facts)) {
          yield { stored, facts, sequence: row.sequence };
        }
        if (++sinceTurn >= RECORDS_AT_ONCE || characters > CHARACTERS_AT_ONCE) {
          sinceTurn = 0;
          await nextTurn();
        }
      }
      size = nextRows(raw.length, characters, size);
      if (isOver()) {
        return;
      }
    }
  }

  private async count(query: CheckedQuery, walk: RowWalk, clock: ReadClock): Promise<MatchCount> {
    const endAt = clock.elapsedMs + Math.min(COUNTING_MS, clock.leftMs / 2);
    let count = 0;
    if (needsRecord(query)) {
      const isOver = (): boolean => clock.elapsedMs > endAt;
      for await (const _ of this.found(query, walk, undefined, undefined, isOver)) {
        if (++count > MOST_COUNTED) {
          break;
        }
      }
      const isAll = count <= MOST_COUNTED && !isOver();
      return { count: Math.min(count, MOST_COUNTED), relation: isAll ? 'eq' : 'gte' };
    }
    const rows = (): number => Math.min(MOST_NUMBERS, MOST_COUNTED + 1 - count);
    for await (const numbers of walk.rows({ columns: 'sequence', behind: undefined, rows })) {
      count += numbers.length;
      if (count > MOST_COUNTED || clock.elapsedMs > endAt) {
        return { count: Math.min(count, MOST_COUNTED), relation: 'gte' };
      }
    }
    return { count, relation: 'eq' };
  }
}

/** The sequence number of the record before the page; `end` when there are not so many. */
async function passedOver(walk: RowWalk, offset: number): Promise<number | 'end'> {
  let left = offset;
  const rows = (): number => Math.min(MOST_NUMBERS, left);
  for await (const numbers of walk.rows({ columns: 'sequence', behind: undefined, rows })) {
    left -= numbers.length;
    if (left === 0) {
      return Number(numbers.at(-1)?.['sequence']);
    }
  }
  return 'end';
}

async function taken(found: AsyncIterable<Found>, skip: number, most: number): Promise<readonly Found[]> {
  const kept: Found[] = [];
  let skipped = 0;
  for await (const one of found) {
    if (skipped < skip) {
      skipped++;
    } else if (kept.push(one) === most) {
      break;
    }
  }
  return kept;
}

/** A filter looks into facts that every event has; what has none of them was never written by us. */
function matched(matches: (facts: RecordFacts) => boolean, { seal }: StoredRecord, facts: RecordFacts): boolean {
  try {
    return matches(facts);
  } catch (error) {
    throw new RecordDamagedError(seal.chain, seal.position, { cause: error });
  }
}

function nextRows(rows: number, characters: number, size: number): number {
  if (rows === 0) {
    return size;
  }
  const fitting = Math.floor(CHARACTERS_OF_ROWS / (characters / rows + 1));
  return Math.max(1, Math.min(fitting, size * 2, MOST_ROWS));
}
