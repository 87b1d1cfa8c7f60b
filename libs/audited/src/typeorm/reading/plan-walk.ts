import type { CheckedQuery } from '../../storage/audit-query.js';
import type { CustodyDialect } from '../custody/custody-database.js';
import type { RawRow } from '../server/server-database.js';
import type { SqlValue } from '../server/server-dialect.js';
import { WHOLE_RANGE, type RecordSource } from './reading-dialect.js';
import { knownTypes } from './known-types.js';
import type { WalkPlan } from './row-walk.js';
import { conditionCount, MOST_SOURCES, searchPaths, type SearchPath, type TimeRange } from './search-plan.js';
import { FEW_RECORDS, searchPrelude } from './search-prelude.js';

type Read = (sql: string, values?: readonly SqlValue[]) => Promise<readonly RawRow[]>;

/** More ways than this are not compared. */
const MOST_COMPARED = 4;

/**
 * Decides how a query is answered: by which index, if any, and whether in steps. What only one index answers is asked for at
 * once; else it is counted first what each of them finds.
 */
export async function planWalk(query: CheckedQuery, dialect: CustodyDialect, read: Read): Promise<WalkPlan> {
  if (conditionCount(query) === 0) {
    return { ...EVERYTHING, isSelective: true };
  }
  const paths = await withTypes(searchPaths(query, dialect, await timeRange(query, dialect, read)), dialect, read);
  const [first] = paths;
  if (first !== undefined && paths.length === 1 && first.isWhole && !first.isIndexed) {
    return { ...EVERYTHING, sources: first.sources, isSelective: true };
  }
  const compared = paths.filter(({ isCountable }) => isCountable).slice(0, MOST_COMPARED);
  const isCounted = compared.length > 1 || compared[0]?.isWhole === false;
  const lists = isCounted ? compared.map(({ sources }) => sources) : [];
  const { counts, border, oldest, newest } = await searchPrelude(lists, dialect, read);
  const { path, isSelective } = bestOf(paths, compared, counts);
  return {
    oldest,
    newest,
    border: path?.isIndexed === true ? border : WHOLE_RANGE.through,
    isSelective,
    ...(path === undefined ? {} : { sources: path.sources }),
  };
}

interface Choice {
  readonly path: SearchPath | undefined;
  readonly isSelective: boolean;
}

/** @param counts how many records each of the compared paths finds; empty where there was no choice */
function bestOf(paths: readonly SearchPath[], compared: readonly SearchPath[], counts: readonly number[]): Choice {
  const fewest = Math.min(...counts);
  const best = compared[Math.max(0, counts.indexOf(fewest))];
  if (best !== undefined && fewest <= FEW_RECORDS) {
    return { path: best, isSelective: true };
  }
  // Reading documents through is less than reading records, but more than reading what few records an index leads to.
  const path = paths.find(({ sources }) => sources[0]?.kind === 'documents') ?? best;
  return { path, isSelective: path?.isWhole === true };
}

/** A range that is open at the end where the walk does not begin is closed by what there is. */
async function timeRange(query: CheckedQuery, dialect: CustodyDialect, read: Read): Promise<TimeRange> {
  const { from, to, order } = query;
  const isFar = order === 'newest' ? from === undefined && to !== undefined : from !== undefined && to === undefined;
  if (!isFar) {
    return query;
  }
  const sought = order === 'newest' ? 'MIN' : 'MAX';
  const [row] = await read(`SELECT ${sought}(occurred_at) AS moment FROM ${dialect.table('audit_records')}`);
  const moment = row?.['moment'] ?? undefined;
  return typeof moment === 'string' ? { from: from ?? moment, to: to ?? moment } : query;
}

const EVERYTHING = { oldest: WHOLE_RANGE.after, newest: WHOLE_RANGE.through, border: WHOLE_RANGE.through };

/** Types that are only known by their beginning are replaced by those that there are; too many are no help. */
async function withTypes(
  paths: readonly SearchPath[],
  dialect: CustodyDialect,
  read: Read,
): Promise<readonly SearchPath[]> {
  const expanded: SearchPath[] = [];
  for (const path of paths) {
    const types = path.types === undefined ? undefined : await knownTypes(path.types, MOST_SOURCES, dialect, read);
    if (path.types === undefined) {
      expanded.push(path);
    } else if (types !== undefined) {
      const sources = types.map((type): RecordSource => ({ kind: 'column', columns: ['type'], values: [type] }));
      expanded.push({ ...path, sources });
    }
  }
  return expanded;
}
