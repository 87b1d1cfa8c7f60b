/**
 * The sequence of a row orders the pages; it is not sealed, but it must rise with the position, or readers would be shown
 * another order of events than the one that is proven. Told one row late: only the row after it shows which of two is
 * out of place.
 */
export class SequenceOrder {
  /** SQLite numbers rows from 1. */
  private lastInOrder = 0;
  private pending: { readonly position: number; readonly sequence: number } | undefined;

  /** @param report called with the position of a row whose sequence is out of order */
  constructor(private readonly report: (position: number) => void) {}

  add(position: number, sequence: number): void {
    this.judge(sequence);
    this.pending = { position, sequence };
  }

  end(): void {
    this.judge(Infinity);
    this.pending = undefined;
  }

  private judge(nextSequence: number): void {
    if (this.pending === undefined) {
      return;
    }
    const { position, sequence } = this.pending;
    const risesToNext = sequence < nextSequence || nextSequence <= this.lastInOrder;
    if (sequence > this.lastInOrder && risesToNext) {
      this.lastInOrder = sequence;
    } else {
      this.report(position);
    }
  }
}
