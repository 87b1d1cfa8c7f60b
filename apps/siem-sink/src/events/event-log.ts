import type { HecEnvelope } from '../hec/hec-envelopes.js';
import { eventIdentity, type EventIdentity } from './event-identity.js';

/** An event as it is shown. */
export interface ReceivedEvent extends EventIdentity, HecEnvelope {
  /** Place in the order of arrival; the first is 1. */
  readonly sequence: number;
  readonly receivedAt: string;
  /** It was here before: its sender repeated it. */
  readonly isDuplicate: boolean;
  /** It is new, and one of a later position in its chain was here before. */
  readonly isOutOfOrder: boolean;
}

/** What arrived since the start, or since everything was cleared. */
export interface EventCounts {
  /** With repetitions. */
  readonly received: number;
  readonly distinct: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
  /** Events without an id: nobody can tell whether they are repetitions. */
  readonly withoutId: number;
  /** So many can be shown. */
  readonly kept: number;
  /** ISO 8601; null: never. */
  readonly lastReceivedAt: string | null;
  /** The greatest position that arrived, by chain. */
  readonly chains: Readonly<Record<string, number>>;
}

/** Texts of the kept events together. */
const MOST_KEPT_BYTES = 64 * 2 ** 20;
/** Ids that are remembered; a repetition of an older one counts as new. */
const MOST_IDS = 200_000;
const MOST_CHAINS = 1000;

/** The latest events in memory, and counts of all of them. Memory is bounded, whatever arrives. */
export class EventLog {
  /** JSON of the shown events by sequence, ascending and without gaps. */
  private readonly texts = new Map<number, { readonly text: string; readonly bytes: number }>();
  private readonly ids = new Set<string>();
  private readonly heads = new Map<string, number>();
  private keptBytes = 0;
  private sequence = 0;
  private tally = { received: 0, distinct: 0, duplicates: 0, outOfOrder: 0, withoutId: 0 };
  private lastReceivedAt: string | null = null;

  /** @param keep so many events can be shown */
  constructor(
    private readonly keep: number,
    private readonly now: () => Date,
  ) {}

  add(envelopes: readonly HecEnvelope[]): void {
    const receivedAt = this.now().toISOString();
    for (const envelope of envelopes) {
      const identity = eventIdentity(envelope);
      const isDuplicate = this.isKnown(identity.id);
      const isOutOfOrder = this.isBehind(identity) && !isDuplicate;
      this.sequence += 1;
      this.count(identity, { isDuplicate, isOutOfOrder });
      this.show({ sequence: this.sequence, receivedAt, ...identity, isDuplicate, isOutOfOrder, ...envelope });
      this.lastReceivedAt = receivedAt;
    }
  }

  /** JSON of an array of {@link ReceivedEvent}, the newest first. */
  latest(limit: number): string {
    const texts: string[] = [];
    for (let sequence = this.sequence; texts.length < limit; sequence -= 1) {
      const shown = this.texts.get(sequence);
      if (shown === undefined) break;
      texts.push(shown.text);
    }
    return `[${texts.join(',')}]`;
  }

  counts(): EventCounts {
    return {
      ...this.tally,
      kept: this.texts.size,
      lastReceivedAt: this.lastReceivedAt,
      chains: Object.fromEntries(this.heads),
    };
  }

  /** Forgets everything, ids and counts included. */
  clear(): void {
    this.texts.clear();
    this.ids.clear();
    this.heads.clear();
    this.keptBytes = 0;
    this.tally = { received: 0, distinct: 0, duplicates: 0, outOfOrder: 0, withoutId: 0 };
    this.lastReceivedAt = null;
  }

  private isKnown(id: string | undefined): boolean {
    if (id === undefined) {
      return false;
    }
    const isKnown = this.ids.has(id);
    this.ids.add(id);
    forgetOldest(this.ids, MOST_IDS);
    return isKnown;
  }

  private isBehind({ chain, position }: EventIdentity): boolean {
    if (chain === undefined || position === undefined) {
      return false;
    }
    const head = this.heads.get(chain) ?? -1;
    this.heads.set(chain, Math.max(head, position));
    forgetOldest(this.heads, MOST_CHAINS);
    return position < head;
  }

  private count({ id }: EventIdentity, event: Pick<ReceivedEvent, 'isDuplicate' | 'isOutOfOrder'>): void {
    this.tally.received += 1;
    if (id === undefined) this.tally.withoutId += 1;
    else if (event.isDuplicate) this.tally.duplicates += 1;
    else this.tally.distinct += 1;
    if (event.isOutOfOrder) this.tally.outOfOrder += 1;
  }

  private show(event: ReceivedEvent): void {
    const text = JSON.stringify(event);
    const bytes = Buffer.byteLength(text);
    this.texts.set(event.sequence, { text, bytes });
    this.keptBytes += bytes;
    for (const [sequence, oldest] of this.texts) {
      if (this.texts.size <= this.keep && this.keptBytes <= MOST_KEPT_BYTES) break;
      this.texts.delete(sequence);
      this.keptBytes -= oldest.bytes;
    }
  }
}

/** Maps and sets give their keys in the order in which they came. */
function forgetOldest(kept: Map<string, unknown> | Set<string>, most: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= most) {
      return;
    }
    kept.delete(key);
  }
}
