/** What this process did for one destination since it started. */
export interface DeliveryCounts {
  /** Calls of `deliver`. */
  readonly attempts: number;
  /** Attempts at which nothing, or not everything, arrived. */
  readonly failedAttempts: number;
  /** Events that the receiver has, as far as its answers say; some may have been sent twice. */
  readonly events: number;
  /** Bytes of their texts. */
  readonly bytes: number;
  readonly deadLetters: number;
  /** Events refused without a name; they are in no dead letter. */
  readonly unnamed: number;
  /** Batches sent again because nobody confirmed them. */
  readonly unconfirmed: number;
  /** How long the last successful attempt took. */
  readonly lastLatencyMs: number;
}

/** Counts for one destination. */
export class DeliveryCounters {
  private counts: DeliveryCounts = {
    attempts: 0,
    failedAttempts: 0,
    events: 0,
    bytes: 0,
    deadLetters: 0,
    unnamed: 0,
    unconfirmed: 0,
    lastLatencyMs: 0,
  };

  add(more: Partial<DeliveryCounts>): void {
    const entries = Object.entries(this.counts) as [keyof DeliveryCounts, number][];
    this.counts = Object.fromEntries(
      entries.map(([name, count]) => [
        name,
        name === 'lastLatencyMs' ? (more[name] ?? count) : count + (more[name] ?? 0),
      ]),
    ) as unknown as DeliveryCounts;
  }

  snapshot(): DeliveryCounts {
    return this.counts;
  }
}
