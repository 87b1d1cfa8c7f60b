import { explainedSpans, type FaultPlace, type StatedExplanation } from '../fault-explanations.js';
import type { IntegrityFaultKind } from '../integrity-fault.js';
import type { PositionSpan } from '../position-ranges.js';

/** So many ranges are kept of each kind. */
const MAX_RANGES = 10_000;

/** Neighbouring faults of one kind. */
interface CountedRange {
  from: number;
  through: number;
  count: number;
}

/**
 * Counts the faults of one chain that are too many to be named, with the positions that each kind was found at: so that
 * it can still be told how many of them an explanation covers. Memory is bounded: of very many ranges the last grows
 * over the sound positions between faults, and is then explained only by what covers all of it. That errs on the side of
 * `broken`.
 */
export class FaultTally {
  private readonly ranges = new Map<IntegrityFaultKind, CountedRange[]>();
  private total = 0;

  get count(): number {
    return this.total;
  }

  add({ kind, position, through = position }: FaultPlace): void {
    this.total++;
    const ranges = this.ranges.get(kind) ?? [];
    this.ranges.set(kind, ranges);
    const last = ranges.at(-1);
    if (last !== undefined && (ranges.length >= MAX_RANGES || continues(last, position))) {
      last.from = Math.min(last.from, position);
      last.through = Math.max(last.through, through);
      last.count++;
    } else {
      ranges.push({ from: position, through, count: 1 });
    }
  }

  /** How many of the faults are explained. */
  explained(explanations: readonly StatedExplanation[]): number {
    let explained = 0;
    for (const [kind, ranges] of this.ranges) {
      const spans = united(explainedSpans(kind, explanations));
      for (const range of spans.length === 0 ? [] : ranges) {
        explained += explainedIn(range, spans);
      }
    }
    return explained;
  }
}

function continues(range: CountedRange, position: number): boolean {
  return position >= range.from && position <= range.through + 1;
}

/** One fault at each position of the range: so many as are covered. Otherwise all or none. */
function explainedIn({ from, through, count }: CountedRange, spans: readonly PositionSpan[]): number {
  const overlaps = spans.map(([first, last]) => Math.max(0, Math.min(last, through) - Math.max(first, from) + 1));
  const covered = overlaps.reduce((sum, overlap) => sum + overlap, 0);
  const length = through - from + 1;
  return count === length ? covered : covered === length ? count : 0;
}

/** Without overlap, so that nothing is counted twice. Positions of faults may be 0 or less. */
function united(spans: readonly PositionSpan[]): readonly PositionSpan[] {
  const joined: [from: number, through: number][] = [];
  for (const [from, through] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1] + 1) {
      last[1] = Math.max(last[1], through);
    } else {
      joined.push([from, through]);
    }
  }
  return joined;
}
