/** What became of the events of one process, since it started. */
export interface RecorderCounts {
  /** Events that were taken in. */
  readonly accepted: number;
  /** Events that this process put into their chain at once. */
  readonly stored: number;
  /** Events that went to the local spool first. */
  readonly spooled: number;
  /** Events that this process moved from the inbox of the application's transactions into their chain. */
  readonly sequenced: number;
  /** Events that are lost, by cause; causes without loss are absent. */
  readonly lost: Readonly<Record<string, number>>;
}

/** Counts events by what became of them, for the operator and for the record of the shutdown. */
export class RecorderCounters {
  private accepted = 0;
  private stored = 0;
  private spooled = 0;
  private sequenced = 0;
  private readonly lost = new Map<string, number>();

  countAccepted(): void {
    this.accepted += 1;
  }

  countStored(): void {
    this.stored += 1;
  }

  countSpooled(): void {
    this.spooled += 1;
  }

  countSequenced(events: number): void {
    this.sequenced += events;
  }

  countLost(cause: string): void {
    this.lost.set(cause, (this.lost.get(cause) ?? 0) + 1);
  }

  /** Events that this process put into their chain itself. Cheap: asked every second. */
  get inTheLog(): number {
    return this.stored + this.sequenced;
  }

  /** Accepted events whose fate is still open. */
  get pending(): number {
    const lost = [...this.lost.values()].reduce((sum, count) => sum + count, 0);
    return this.accepted - this.stored - this.spooled - lost;
  }

  snapshot(): RecorderCounts {
    const { accepted, stored, spooled, sequenced } = this;
    return { accepted, stored, spooled, sequenced, lost: Object.fromEntries(this.lost) };
  }
}
