/** Channels that are remembered; more, and the one that was unused for longest is forgotten. */
const MOST_CHANNELS = 1000;
/** Requests of one channel that may wait to be asked for. */
const MOST_PENDING = 10_000;

interface Channel {
  next: number;
  /** By ackId: when it was taken. */
  readonly taken: Map<number, number>;
}

/**
 * Indexer acknowledgement: each request that was taken has a number on the channel of its sender, and is acknowledged a moment
 * later, once; then it is forgotten.
 */
export class AckChannels {
  private readonly channels = new Map<string, Channel>();

  /**
   * @param delayMs how long "indexing" takes
   * @param now milliseconds of a clock that never goes back
   */
  constructor(
    private readonly delayMs: number,
    private readonly now: () => number,
  ) {}

  /** Nobody asks for the acknowledgements of this channel: it takes no more requests until somebody does. */
  isFull(name: string): boolean {
    return (this.channels.get(name)?.taken.size ?? 0) >= MOST_PENDING;
  }

  /** A request was taken. @returns its number */
  take(name: string): number {
    const channel = this.channels.get(name) ?? { next: 0, taken: new Map<number, number>() };
    // Set anew, so that the order of the map is that of their last use.
    this.channels.delete(name);
    this.channels.set(name, channel);
    for (const oldest of this.channels.keys()) {
      if (this.channels.size <= MOST_CHANNELS) break;
      this.channels.delete(oldest);
    }
    channel.taken.set(channel.next, this.now());
    return channel.next++;
  }

  /** Whether the request is indexed; true is told once. */
  tell(name: string, ackId: number): boolean {
    const taken = this.channels.get(name)?.taken;
    const takenAt = taken?.get(ackId);
    return takenAt !== undefined && this.now() - takenAt >= this.delayMs && taken?.delete(ackId) === true;
  }
}
