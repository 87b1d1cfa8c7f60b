import type { RawRow } from '../../server/server-database.js';
import { keyConditions, type FactSelection } from './fact-conditions.js';
import type { NameKind } from './name-rows.js';
import { listedChains, numberOf, type CountedChain, type StatisticsAccess } from './statistics-access.js';
import type { TimeRange } from './time-range.js';
import { DAY, MINUTE_MS } from './count-rows.js';

/** So many names are looked up by one statement. */
const NAMES_PER_LOOKUP = 400;
/** With more of them, all names are read at once instead. */
const MOST_LOOKED_UP = 10_000;

/** A name as keys hold it. */
export interface NameKey {
  readonly type: string;
  readonly name: string;
}

/** A name and how often it was counted. */
export interface NameCount extends NameKey {
  count: number;
}

/** Counts of names, each once. */
export class NameCounts {
  private readonly byKey = new Map<string, NameCount>();

  add({ type, name }: NameKey, count: number): void {
    const key = `${type}\0${name}`;
    const known = this.byKey.get(key);
    if (known === undefined) {
      this.byKey.set(key, { type, name, count });
    } else {
      known.count += count;
    }
  }

  has({ type, name }: NameKey): boolean {
    return this.byKey.has(`${type}\0${name}`);
  }

  get all(): readonly NameCount[] {
    return [...this.byKey.values()];
  }

  /** The most frequent ones; of equal ones in the order of their bytes. */
  top(limit: number): readonly NameCount[] {
    return this.all
      .toSorted((a, b) => b.count - a.count || byBytes(a.type, b.type) || byBytes(a.name, b.name))
      .slice(0, limit);
  }
}

/** Reads names that were counted beforehand, day by day. */
export class CountedNames {
  private readonly chains: readonly string[] | undefined;

  constructor(
    private readonly access: StatisticsAccess,
    private readonly selection: FactSelection,
    chains: readonly CountedChain[],
  ) {
    this.chains = listedChains(chains);
  }

  /**
   * Adds what was counted beforehand to names that were counted just now: all of it that the most frequent ones need.
   *
   * @param days whole days
   */
  async addTo(counted: NameCounts, kind: NameKind, days: TimeRange, limit: number): Promise<void> {
    if (this.chains?.length === 0) {
      return;
    }
    const recent = counted.all;
    const readsAll = recent.length > MOST_LOOKED_UP;
    // Of those that were not counted just now, none behind so many can be among the most frequent ones.
    const rows = await this.sums(kind, days, readsAll ? undefined : limit + recent.length);
    const known = new NameCounts();
    for (const row of rows) {
      known.add(keyOf(row), 0);
      counted.add(keyOf(row), numberOf(row, 'count'));
    }
    if (readsAll) {
      return;
    }
    const others = recent.filter((name) => !known.has(name));
    for (let start = 0; start < others.length; start += NAMES_PER_LOOKUP) {
      const some = others.slice(start, start + NAMES_PER_LOOKUP);
      for (const row of await this.sums(kind, days, undefined, some)) {
        counted.add(keyOf(row), numberOf(row, 'count'));
      }
    }
  }

  private sums(
    kind: NameKind,
    { from, to }: TimeRange,
    limit?: number,
    names?: readonly NameKey[],
  ): Promise<readonly RawRow[]> {
    const { dialect, query } = this.access;
    const conditions = keyConditions(dialect, this.selection);
    if (this.chains !== undefined) {
      conditions.holds(`chain IN (${this.chains.map(conditions.bind).join(', ')})`);
    }
    if (from !== undefined) {
      conditions.compare('day', '>=', from / (DAY * MINUTE_MS));
    }
    if (to !== undefined) {
      conditions.compare('day', '<', to / (DAY * MINUTE_MS));
    }
    conditions.holds(`kind = ${conditions.bind(kind)}`);
    if (names !== undefined) {
      const alternatives = names.map(
        ({ type, name }) => `(type = ${conditions.bind(type)} AND name = ${conditions.bind(name)})`,
      );
      conditions.holds(`(${alternatives.join(' OR ')})`);
    }
    return query(
      `SELECT type, name, SUM(count) AS count FROM ${dialect.table('audit_names')} ${conditions.where} ` +
        `GROUP BY type, name${limit === undefined ? '' : ` ORDER BY SUM(count) DESC, type, name LIMIT ${limit}`}`,
      conditions.values,
    );
  }
}

function keyOf(row: RawRow): NameKey {
  return { type: String(row['type']), name: String(row['name']) };
}

/** As databases sort them: not by UTF-16. */
function byBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
