import type { CheckedQuery } from '../../storage/audit-query.js';
import type { CustodyDialect } from '../custody/custody-database.js';
import type { RawRow } from '../server/server-database.js';
import type { SqlValue } from '../server/server-dialect.js';
import { WHOLE_RANGE, type RecordSource } from './reading-dialect.js';
import { knownTypes } from './known-types.js';
import type { WalkPlan } from './record-walk.js';
import { MOST_SOURCES, searchPaths, type SearchPath } from './search-plan.js';
import { FEW_RECORDS, searchPrelude } from './search-prelude.js';

type Read = (sql: string, values?: readonly SqlValue[]) => Promise<readonly RawRow[]>;

/** More ways than this are not compared. */
const MOST_COMPARED = 4;

/**
 * Decides how a query is answered: by which index, if any, and whether in steps. What only one index answers is asked for at
 * once; else it is counted first what each of them finds.
 */
export async function planWalk(query: CheckedQuery, dialect: CustodyDialect, read: Read): Promise<WalkPlan> {
  const { filters, from, to, tenants, terms } = query;
  const hasConditions = filters.length + terms.length > 0 || [from, to, tenants].some((one) => one !== undefined);
  if (!hasConditions) {
    return { ...EVERYTHING, isSelective: true };
  }
  const paths = await withTypes(searchPaths(query, dialect), dialect, read);
  const [first] = paths;
  if (first !== undefined && paths.length === 1 && first.isWhole && !first.isIndexed) {
    return { ...EVERYTHING, sources: first.sources, isSelective: true };
  }
  const compared = paths.filter(({ isCountable }) => isCountable).slice(0, MOST_COMPARED);
  const isCounted = compared.length > 1 || compared[0]?.isWhole === false;
  const { counts, border, oldest, newest } = await searchPrelude(
    isCounted ? compared.map(({ sources }) => sources) : [],
    dialect,
    read,
  );
  const fewest = Math.min(...counts);
  const best = isCounted ? compared[counts.indexOf(fewest)] : compared[0];
  // Reading documents through is less than reading records, but more than reading what few records an index leads to.
  const chosen =
    best !== undefined && (fewest <= FEW_RECORDS || terms.length === 0) ? best : (documents(paths) ?? best);
  return {
    oldest,
    newest,
    border: chosen?.isIndexed === true ? border : WHOLE_RANGE.through,
    isSelective: chosen !== undefined && (chosen.isWhole || (chosen === best && isCounted && fewest <= FEW_RECORDS)),
    ...(chosen === undefined ? {} : { sources: chosen.sources }),
  };
}

const EVERYTHING = { oldest: WHOLE_RANGE.after, newest: WHOLE_RANGE.through, border: WHOLE_RANGE.through };

function documents(paths: readonly SearchPath[]): SearchPath | undefined {
  return paths.find(({ sources }) => sources[0]?.kind === 'documents');
}

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
