import type { ActorCount, ResourceCount } from '../../../storage/reading/audit-statistics.js';
import type { RawRow } from '../../server/server-database.js';
import { DAY, MINUTE_MS } from './count-rows.js';
import { CountedNames, NameCounts } from './counted-names.js';
import type { CountedRecords } from './counted-records.js';
import { KEY_BYTES, keyText, textOfKey } from './counted-facts.js';
import { isByTenantAlone, type FactSelection } from './fact-conditions.js';
import { ACTOR, RESOURCE, type NameKind } from './name-rows.js';
import { numberOf, type CountedChain, type StatisticsAccess } from './statistics-access.js';
import { cut, intersection, slices, type TimeRange } from './time-range.js';

const DAY_MS = DAY * MINUTE_MS;
/** Records of so much time are read at once. */
const SLICE_MS = 4 * 60 * MINUTE_MS;
const COLUMNS: Readonly<Record<NameKind, readonly string[]>> = {
  [ACTOR]: ['actor_id'],
  [RESOURCE]: ['resource_type', 'resource_id'],
};

/** What names are read from. */
export interface NameParts {
  readonly access: StatisticsAccess;
  readonly selection: FactSelection;
  readonly chains: readonly CountedChain[];
  readonly records: CountedRecords;
  readonly range: TimeRange;
}

/** Who acted most often, and what was acted on. */
export class LogNames {
  private readonly counts = { [ACTOR]: new NameCounts(), [RESOURCE]: new NameCounts() };

  constructor(
    private readonly parts: NameParts,
    private readonly top: number,
  ) {}

  /**
   * @param days numbers of all days that have a record that is meant; asked for only where records have to be read
   */
  async read(days: () => Promise<readonly number[]>): Promise<void> {
    if (isByTenantAlone(this.parts.selection)) {
      await this.readCounted();
      return;
    }
    // What was counted beforehand knows no other filter than the tenant.
    for (const day of await days()) {
      const { from, to } = intersection({ from: day * DAY_MS, to: (day + 1) * DAY_MS }, this.parts.range);
      await this.readRecords({ from, to });
    }
  }

  get actors(): readonly ActorCount[] {
    return this.counts[ACTOR].top(this.top).map(({ name, count }) => ({ id: this.shown(name) ?? '', count }));
  }

  get resources(): readonly ResourceCount[] {
    return this.counts[RESOURCE].top(this.top).map(({ type, name, count }) => {
      const id = this.shown(name);
      return { type: this.shown(type) ?? '', ...(id === undefined ? {} : { id }), count };
    });
  }

  private async readCounted(): Promise<void> {
    const { access, selection, chains, records, range } = this.parts;
    const { whole, edges } = cut(range, DAY);
    for (const edge of edges) {
      await this.readRecords({ from: edge.from, to: edge.to });
    }
    if (whole === undefined) {
      return;
    }
    for (const chain of chains) {
      for (const kind of [ACTOR, RESOURCE] as const) {
        for await (const rows of records.behind(chain, chain.named, whole, { columns: COLUMNS[kind] })) {
          rows.forEach((row) => this.add(kind, row));
        }
      }
    }
    const names = new CountedNames(access, selection, chains);
    for (const kind of [ACTOR, RESOURCE] as const) {
      await names.addTo(this.counts[kind], kind, whole, this.top);
    }
  }

  private async readRecords(range: Required<TimeRange>): Promise<void> {
    for (const slice of slices(range, SLICE_MS)) {
      for (const kind of [ACTOR, RESOURCE] as const) {
        const rows = await this.parts.records.within(slice, { columns: COLUMNS[kind] });
        rows.forEach((row) => this.add(kind, row));
      }
    }
  }

  private add(kind: NameKind, row: RawRow): void {
    const count = numberOf(row, 'count');
    if (kind === ACTOR) {
      const name = textOf(row, 'actor_id');
      if (name !== null) {
        this.counts[ACTOR].add({ type: '', name: keyText(name, KEY_BYTES.name) }, count);
      }
      return;
    }
    const type = textOf(row, 'resource_type');
    if (type !== null) {
      const name = keyText(textOf(row, 'resource_id'), KEY_BYTES.name);
      this.counts[RESOURCE].add({ type: keyText(type, KEY_BYTES.resource_type), name }, count);
    }
  }

  private shown(key: string): string | undefined {
    const text = textOfKey(key);
    return text === null ? undefined : this.parts.access.dialect.textOf(text);
  }
}

function textOf(row: RawRow, column: string): string | null {
  const text = row[column];
  return text === null || text === undefined ? null : String(text);
}
