import type { PositionSpan } from '../../../integrity/position-ranges.js';

/** What was found where a position was expected. */
export type PositionFinding =
  /** It is the next one that is expected. */
  | { readonly is: 'expected' }
  /** It is expected, but others before it are missing. */
  | { readonly is: 'late'; readonly firstMissing: number; readonly missing: number }
  /** It is not expected here, or came already. */
  | { readonly is: 'strange' };

/** Goes through ranges of positions beside the records; the ranges may be absurdly wide, so nothing counts them one by one. */
export class ExpectedPositions {
  private index = 0;
  private next: number;

  constructor(private readonly spans: readonly PositionSpan[]) {
    this.next = spans[0]?.[0] ?? Infinity;
  }

  /** Looks at the position of the next record; one that is expected is behind the cursor then. */
  meet(position: number): PositionFinding {
    if (position === this.next) {
      this.moveBehind(position);
      return { is: 'expected' };
    }
    if (position < this.next || !this.holds(position)) {
      return { is: 'strange' };
    }
    const firstMissing = this.next;
    const missing = this.countBefore(position);
    this.moveBehind(position);
    return { is: 'late', firstMissing, missing };
  }

  /** What is still expected at the end; `undefined` when nothing is. */
  rest(): { readonly firstMissing: number; readonly missing: number } | undefined {
    return this.next === Infinity ? undefined : { firstMissing: this.next, missing: this.countBefore(Infinity) };
  }

  private holds(position: number): boolean {
    // Searched by halves: a hostile bundle may have a million of ranges and of strange records.
    let [low, high] = [this.index, this.spans.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.spans[middle]?.[1] ?? Infinity) < position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return (this.spans[low]?.[0] ?? Infinity) <= position;
  }

  /** How many expected positions are from the cursor on and below a position. */
  private countBefore(position: number): number {
    let count = 0;
    for (let at = this.index; at < this.spans.length; at++) {
      const [from, through] = this.spans[at] ?? [Infinity, Infinity];
      if (from >= position) {
        break;
      }
      count += Math.min(through, position - 1) - Math.max(from, this.next) + 1;
    }
    return count;
  }

  private moveBehind(position: number): void {
    while ((this.spans[this.index]?.[1] ?? Infinity) <= position) {
      this.index++;
    }
    this.next = Math.max(this.spans[this.index]?.[0] ?? Infinity, position + 1);
  }
}
