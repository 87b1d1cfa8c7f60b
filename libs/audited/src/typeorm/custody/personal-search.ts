import type { ChainId } from '../../event/audit-record.js';
import { checkSelection, type CheckedSelection } from '../../storage/checked-selection.js';
import type { ErasureSelection, PersonalMatch } from '../../storage/custody-store.js';
import { holdsEmail } from '../../storage/email-match.js';
import { factsMatcher } from '../../storage/query-match.js';
import { readFacts } from '../../storage/stored-record.js';
import type { RawRow } from '../server/server-database.js';
import { SqlConditions } from '../server/server-dialect.js';
import { recordRow, STORED_COLUMNS, storedRecord } from '../server/record-row.js';
import { columnConditions, matchesNothing, needsRecord } from '../reading/record-conditions.js';
import type { CustodyDatabase } from './custody-database.js';
import { emailPattern } from './email-pattern.js';
import { firstPosition } from './first-position.js';

/** Matches that an index finds at once are sorted here, up to so many; then the log is read through instead. */
const MOST_FOUND_AT_ONCE = 20_000;
/** Positions that one statement looks at when the log is read through, so that each is short. */
const POSITIONS_PER_STATEMENT = 10_000;
/** Columns that have an index, so that one of them tells at once which records are meant. */
const INDEXED_COLUMNS: ReadonlySet<string> = new Set(['actor_id', 'resource_type', 'correlation_id']);

/** Finds records that still have a personal part. */
export class PersonalSearch {
  constructor(private readonly database: CustodyDatabase) {}

  async match(selection: ErasureSelection, limit: number, after?: PersonalMatch): Promise<readonly PersonalMatch[]> {
    const search = checkSelection(selection);
    // What is no text was never stored; a driver would ask for something else instead.
    if (matchesNothing(search.query)) {
      return [];
    }
    const found = await this.foundAtOnce(search);
    return found === undefined ? this.readThrough(search, limit, after) : page(found, limit, after);
  }

  /** By an index; `undefined` when none helps, or when too many are found. */
  private async foundAtOnce(search: CheckedSelection): Promise<readonly PersonalMatch[] | undefined> {
    const isIndexed = search.query.filters.some(
      ({ column, isNegated, values }) =>
        !isNegated && INDEXED_COLUMNS.has(column ?? '') && values.every((value) => 'exact' in value),
    );
    if (!isIndexed || isDecidedByRecord(search)) {
      return undefined;
    }
    const { dialect } = this.database;
    const conditions = this.conditions(search);
    const rows = await this.database.read(
      `SELECT chain, position FROM ${dialect.table('audit_records')} ${conditions.where} LIMIT ${MOST_FOUND_AT_ONCE + 1}`,
      conditions.values,
    );
    return rows.length > MOST_FOUND_AT_ONCE
      ? undefined
      : rows.map(({ chain, position }) => ({ chain: String(chain), position: Number(position) }));
  }

  /** Chain by chain, some thousand records at a time. */
  private async readThrough(
    search: CheckedSelection,
    limit: number,
    after?: PersonalMatch,
  ): Promise<readonly PersonalMatch[]> {
    const found: PersonalMatch[] = [];
    let chain = after?.chain ?? (await this.chainAfter(''));
    let from = after === undefined ? undefined : after.position + 1;
    while (chain !== undefined) {
      const first = mayMean(search, chain) ? await firstPosition(this.database, chain, from) : undefined;
      if (first === undefined) {
        chain = await this.chainAfter(chain);
        from = undefined;
        continue;
      }
      from = first + POSITIONS_PER_STATEMENT;
      found.push(...(await this.matchesWithin(search, chain, first, from - 1)));
      if (found.length >= limit) {
        return found.slice(0, limit);
      }
    }
    return found;
  }

  /** Chains are looked for in the records, so that none is missed whose head is gone. */
  private async chainAfter(chain: ChainId): Promise<ChainId | undefined> {
    const { dialect } = this.database;
    const sql = `SELECT MIN(chain) AS chain FROM ${dialect.table('audit_records')} WHERE chain > ${dialect.placeholder(1)}`;
    const next = (await this.database.read(sql, [chain]))[0]?.['chain'];
    return typeof next === 'string' ? next : undefined;
  }

  private async matchesWithin(
    search: CheckedSelection,
    chain: ChainId,
    from: number,
    through: number,
  ): Promise<readonly PersonalMatch[]> {
    const { dialect } = this.database;
    const conditions = this.conditions(search);
    conditions.equals('chain', chain);
    conditions.compare('position', '>=', from);
    conditions.compare('position', '<=', through);
    const columns = isDecidedByRecord(search)
      ? STORED_COLUMNS
      : search.email === undefined
        ? 'position'
        : 'position, personal';
    const rows = await this.database.read(
      `SELECT ${columns} FROM ${dialect.table('audit_records')} ${conditions.where} ORDER BY position`,
      conditions.values,
    );
    const isMeant = recordDecision(search);
    return rows.filter(isMeant).map(({ position }) => ({ chain, position: Number(position) }));
  }

  private conditions({ query, email }: CheckedSelection): SqlConditions {
    const conditions = new SqlConditions(this.database.dialect);
    conditions.holds('personal IS NOT NULL');
    columnConditions(query, this.database.dialect, conditions.bind).forEach((condition) => conditions.holds(condition));
    if (email !== undefined) {
      conditions.holds(`LOWER(personal) LIKE ${conditions.bind(emailPattern(email))} ESCAPE '!'`);
    }
    return conditions;
  }
}

/** Whether no column says it. */
function isDecidedByRecord({ query }: CheckedSelection): boolean {
  return needsRecord({ ...query, terms: [] });
}

/** What is left to be decided when a row was read. */
function recordDecision(search: CheckedSelection): (row: RawRow) => boolean {
  const { email, query } = search;
  if (email !== undefined) {
    return ({ personal }) => holdsEmail(String(personal), email);
  }
  if (!isDecidedByRecord(search)) {
    return () => true;
  }
  const matches = factsMatcher({ ...query, terms: [] });
  return (row) => matches(readFacts(storedRecord(recordRow(row))));
}

/** Chains that no filter means are not read through. */
function mayMean({ query }: CheckedSelection, chain: ChainId): boolean {
  return query.filters.every(
    ({ name, values, isNegated }) =>
      name !== 'chain' || values.some((value) => 'exact' in value && value.exact === chain) !== isNegated,
  );
}

function page(
  found: readonly PersonalMatch[],
  limit: number,
  after: PersonalMatch | undefined,
): readonly PersonalMatch[] {
  return found
    .filter((match) => after === undefined || inOrder(after, match) < 0)
    .sort(inOrder)
    .slice(0, limit);
}

function inOrder(a: PersonalMatch, b: PersonalMatch): number {
  if (a.chain !== b.chain) {
    return a.chain < b.chain ? -1 : 1;
  }
  return a.position - b.position;
}
