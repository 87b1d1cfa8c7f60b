import type { IntegrityFault } from '../integrity-fault.js';
import { PositionSet, type PositionSpan } from '../position-ranges.js';

/**
 * A statement may name an event that had no position yet by its id, and the record may come a little before the
 * statement: so many ids of erased records are remembered for that.
 */
const MAX_REMEMBERED = 65_536;

/**
 * Watches for personal parts that are gone without a statement that says so. Statements may come long after the records
 * they are about, so the balance is drawn at the end; until then positions are kept as ranges.
 */
export class ErasureWatch {
  private readonly gone = new PositionSet();
  private readonly stated = new PositionSet();
  private readonly statedIds = new Set<string>();
  private readonly recent = new Map<string, number>();
  private total = 0;

  constructor(private readonly report: (fault: Omit<IntegrityFault, 'chain'>) => void) {}

  /** How many records have lost their personal part. */
  get count(): number {
    return this.total;
  }

  /** The personal part of the record at a position is gone. */
  add(position: number, eventId: string): void {
    this.total++;
    if (position < 1 || this.statedIds.has(eventId)) {
      return;
    }
    this.gone.add(position, position);
    this.recent.set(eventId, position);
    if (this.recent.size > MAX_REMEMBERED) {
      const [oldest] = this.recent.keys();
      this.recent.delete(oldest ?? eventId);
    }
  }

  /**
   * Takes note of an accepted statement.
   *
   * @param before its own position: what it says about later ones counts for nothing
   */
  state(spans: readonly PositionSpan[], eventIds: readonly string[], before: number): void {
    for (const [from, through] of spans) {
      if (from < before) {
        this.stated.add(from, Math.min(through, before - 1));
      }
    }
    for (const id of eventIds) {
      this.statedIds.add(id);
      const position = this.recent.get(id);
      if (position !== undefined) {
        this.stated.add(position, position);
      }
    }
  }

  /** Reports what no statement covers. */
  finish(): void {
    for (const [from, through] of uncovered(this.gone.ranges(), this.stated.ranges())) {
      const where =
        from === through ? 'the personal part is' : `the personal parts of positions ${from} to ${through} are`;
      this.report({
        kind: 'erasure',
        position: from,
        ...(through > from && { through }),
        message: `${where} gone, and no erasure record says so`,
      });
    }
  }
}

/** What is in `spans` and not in `cover`; both ascending and without overlap. */
function* uncovered(spans: readonly PositionSpan[], cover: readonly PositionSpan[]): Generator<PositionSpan> {
  let next = 0;
  for (const [from, through] of spans) {
    let start = from;
    while (start <= through) {
      while ((cover[next]?.[1] ?? Number.POSITIVE_INFINITY) < start) {
        next++;
      }
      const [coverFrom, coverThrough] = cover[next] ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      if (coverFrom > start) {
        yield [start, Math.min(through, coverFrom - 1)];
      }
      start = coverFrom > through ? through + 1 : coverThrough + 1;
    }
  }
}
