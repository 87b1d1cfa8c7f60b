import type { RawRow } from '../server/server-database.js';
import { SqlConditions, type SqlValue } from '../server/server-dialect.js';
import type { CustodyDialect } from '../custody/custody-database.js';
import type { RecordSource } from './reading-dialect.js';

type Read = (sql: string, values?: readonly SqlValue[]) => Promise<readonly RawRow[]>;

/** Records of a source are counted up to so many: fewer are read without asking how long it may take. */
export const FEW_RECORDS = 1000;

/** What has to be known before a search. */
export interface SearchPrelude {
  /** Sequence numbers of the first and the last record; 0 in an empty log. */
  readonly oldest: number;
  readonly newest: number;
  /** Up to here the index of facets and documents has every record. */
  readonly border: number;
  /** How many records each list of sources has, up to one more than {@link FEW_RECORDS}. */
  readonly counts: readonly number[];
}

/**
 * Looks where the log begins and ends, how far its index has come, and how many records are found by what, in one
 * statement. The border may be too low when it is used, never too high for records that were there before.
 */
export async function searchPrelude(
  lists: readonly (readonly RecordSource[])[],
  dialect: CustodyDialect,
  read: Read,
): Promise<SearchPrelude> {
  const records = dialect.table('audit_records');
  const { bind, values } = new SqlConditions(dialect);
  const counts = lists.map((sources, place) => {
    const counted = sources.map((source) => {
      const { from, conditions } = dialect.reading.numbers(source, bind);
      return `(SELECT COUNT(*) FROM (SELECT 1 FROM ${from} WHERE ${conditions.join(' AND ')} LIMIT ${FEW_RECORDS + 1}) AS found)`;
    });
    return `, ${counted.join(' + ') || '0'} AS count${place}`;
  });
  const sql = `SELECT (SELECT MIN(sequence) FROM ${records}) AS oldest, (SELECT MAX(sequence) FROM ${records}) AS newest,
      behind.border AS border, behind.missing AS missing${counts.join('')}
    FROM (
      SELECT MIN(next.sequence) AS border, SUM(CASE WHEN next.sequence IS NULL THEN 1 ELSE 0 END) AS missing
      ${behind(dialect)}
      LEFT JOIN ${records} AS next ON next.chain = head.chain AND next.position = COALESCE(taken.position, 0) + 1
      WHERE head.position > COALESCE(taken.position, 0)
    ) AS behind`;
  const [row] = await read(sql, values);
  const borders = [numberIn(row, 'border')];
  if ((numberIn(row, 'missing') ?? 0) > 0) {
    borders.push(await borderBehindGaps(dialect, read));
  }
  const first = Math.min(...borders.map((border) => border ?? Number.MAX_SAFE_INTEGER));
  return {
    oldest: numberIn(row, 'oldest') ?? 0,
    newest: numberIn(row, 'newest') ?? 0,
    border: first === Number.MAX_SAFE_INTEGER ? first : first - 1,
    counts: lists.map((_, place) => numberIn(row, `count${place}`) ?? 0),
  };
}

function behind(dialect: CustodyDialect): string {
  return `FROM ${dialect.table('audit_heads')} AS head LEFT JOIN ${dialect.table('audit_projections')} AS taken
    ON taken.projection = 'search' AND taken.chain = head.chain`;
}

/** Where the next record was pruned before the index came to it, the one that is left behind the gap counts. */
async function borderBehindGaps(dialect: CustodyDialect, read: Read): Promise<number | undefined> {
  const chains = await read(
    `SELECT head.chain AS chain, COALESCE(taken.position, 0) AS position ${behind(dialect)}
     WHERE head.position > COALESCE(taken.position, 0)`,
  );
  let border: number | undefined;
  for (const { chain, position } of chains) {
    const conditions = new SqlConditions(dialect);
    conditions.equals('chain', String(chain));
    conditions.compare('position', '>', Number(position));
    const [row] = await read(
      `SELECT sequence FROM ${dialect.table('audit_records')} ${conditions.where} ORDER BY position LIMIT 1`,
      conditions.values,
    );
    const sequence = numberIn(row, 'sequence');
    border = sequence === undefined ? border : Math.min(border ?? sequence, sequence);
  }
  return border;
}

function numberIn(row: RawRow | undefined, column: string): number | undefined {
  const value = row?.[column] ?? null;
  return value === null ? undefined : Number(value);
}
