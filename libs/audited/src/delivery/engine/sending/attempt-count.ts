/** Counts attempts at one batch; the next batch begins at 1. */
export class AttemptCount {
  private id = '';
  private count = 0;

  next(id: string): number {
    this.count = id === this.id ? this.count + 1 : 1;
    this.id = id;
    return this.count;
  }
}
