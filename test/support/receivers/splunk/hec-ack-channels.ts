type AckState = 'queued' | 'indexed';

/** The acknowledgements of a collector: numbers by channel, each told as true once and then forgotten. */
export class HecAckChannels {
  private readonly channels = new Map<string, { next: number; readonly states: Map<number, AckState> }>();

  isFull(channel: string, most: number): boolean {
    return (this.channels.get(channel)?.states.size ?? 0) >= most;
  }

  /** A request was taken. @returns its number */
  take(channel: string, isIndexed: boolean): number {
    const known = this.channels.get(channel) ?? { next: 0, states: new Map<number, AckState>() };
    this.channels.set(channel, known);
    known.states.set(known.next, isIndexed ? 'indexed' : 'queued');
    return known.next++;
  }

  /** Everything that was taken is indexed now. */
  index(): void {
    for (const { states } of this.channels.values()) {
      states.forEach((_state, ackId) => states.set(ackId, 'indexed'));
    }
  }

  tell(channel: string, ackId: number): boolean {
    const states = this.channels.get(channel)?.states;
    return states?.get(ackId) === 'indexed' && states.delete(ackId);
  }
}
