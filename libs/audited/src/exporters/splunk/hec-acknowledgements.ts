import { randomUUID } from 'node:crypto';
import type { Confirmation } from '../../delivery/delivery-verdict.js';

/** More handles are not kept; the oldest are lost, which sends their events again. Engines wait for 20000 events at most. */
const MOST_HANDLES = 20_000;
/** So often may Splunk count anew without confirming anything in between; then it is a fault of the set-up. */
const MOST_RESTARTS = 3;

/** A number that Splunk gave to a request. */
interface AckNumber {
  readonly channel: string;
  /** How often Splunk had begun to count anew on this channel. */
  readonly life: number;
  readonly ackId: number;
}

/** A request that Splunk took. */
interface Awaited extends AckNumber {
  readonly handle: string;
}

/** Requests to ask after together: all of one channel and one life. */
export interface AckQuestion extends Omit<AckNumber, 'ackId'> {
  readonly ackIds: readonly number[];
}

/**
 * Which requests wait for being indexed. Splunk says yes once and forgets it, so every yes is kept here.
 *
 * Splunk numbers the requests of a channel, and begins at 0 again when it restarts or forgets the channel. A yes may then be
 * about another request with the same number, and believing it would lose events. So
 * - a number that does not grow begins a new life, and what was not confirmed before is lost;
 * - a request without an answer may have taken one of the first numbers of a life that nobody knows of yet: what has such a
 *   number is lost when the request ended, and not believed while it is under way.
 */
export class HecAcknowledgements {
  private current: string;
  private life = 0;
  private highest = -1;
  /** Requests since the last that was numbered. */
  private unanswered = 0;
  private isUnderWay = false;
  private restarts = 0;
  private isOff = false;
  private readonly awaited = new Map<string, Awaited>();
  /** Of those: Splunk said yes, and may have meant the request that is under way. */
  private readonly doubted = new Set<Awaited>();
  private readonly confirmed = new Set<string>();

  /** @param fixed the channel to keep; without it a random one, and another where Splunk's is full */
  constructor(private readonly fixed?: string) {
    this.current = fixed ?? randomUUID();
  }

  get channel(): string {
    return this.current;
  }

  /** Splunk said that the token has no acknowledgement: being taken is all there is, until it numbers requests again. */
  get isSwitchedOff(): boolean {
    return this.isOff;
  }

  /** A request with events is on its way. */
  begin(): void {
    this.isUnderWay = true;
  }

  /** Splunk answered it, and gave it no number. */
  answered(): void {
    this.isUnderWay = false;
    this.doubted.forEach((entry) => this.confirm(entry));
  }

  /**
   * Splunk took the request and numbered it.
   *
   * @returns the handle to ask after; undefined when Splunk counts anew again and again and confirms nothing, which is what
   * several nodes look like that do not know each other
   */
  accepted(ackId: number): string | undefined {
    if (ackId <= this.highest) {
      this.forget((entry) => this.isCurrent(entry));
      this.life += 1;
      this.restarts += 1;
    }
    this.answered();
    this.isOff = false;
    this.highest = ackId;
    // Had Splunk restarted during the requests that have no answer, this number would not have grown.
    this.unanswered = 0;
    if (this.restarts >= MOST_RESTARTS) {
      this.restarts = 0;
      return undefined;
    }
    const number = { channel: this.current, life: this.life, ackId };
    const handle = handleOf(number);
    this.awaited.set(handle, { ...number, handle });
    forgetOldest(this.awaited);
    return handle;
  }

  /** The request is over. Without an answer, nobody knows which number it has. */
  end(): void {
    if (this.isUnderWay) {
      this.isUnderWay = false;
      this.unanswered += 1;
      this.forget((entry) => this.isCurrent(entry) && entry.ackId < this.unanswered);
    }
  }

  /** The channel is full: goes on with a new one, unless it has to be kept, or is new itself. */
  renewChannel(): void {
    if (this.fixed === undefined && this.highest >= 0) {
      this.current = randomUUID();
      this.life = 0;
      this.highest = -1;
      this.unanswered = 0;
    }
  }

  /** What to ask Splunk about these handles, `most` numbers at a time. */
  questions(handles: readonly string[], most: number): readonly AckQuestion[] {
    const asked: { readonly channel: string; readonly life: number; readonly ackIds: number[] }[] = [];
    for (const handle of handles) {
      const entry = this.awaited.get(handle);
      if (entry !== undefined && !this.doubted.has(entry)) {
        const { channel, life, ackId } = entry;
        const open = asked.findLast((question) => question.channel === channel && question.life === life);
        if (open !== undefined && open.ackIds.length < most) open.ackIds.push(ackId);
        else asked.push({ channel, life, ackIds: [ackId] });
      }
    }
    return asked;
  }

  /** Splunk says that these are indexed; it will not say so again. */
  told({ channel, life }: AckQuestion, ackIds: readonly number[]): void {
    for (const ackId of ackIds) {
      const entry = this.awaited.get(handleOf({ channel, life, ackId }));
      if (entry === undefined) continue;
      if (this.isUnderWay && this.isCurrent(entry) && ackId <= this.unanswered) this.doubted.add(entry);
      else this.confirm(entry);
    }
  }

  /** Splunk says that the token has no acknowledgement: what it took is as good as it gets. */
  switchOff(): void {
    this.isOff = true;
    this.awaited.forEach((entry) => this.confirm(entry));
  }

  stateOf(handle: string): Confirmation {
    if (this.confirmed.has(handle)) {
      return 'confirmed';
    }
    return this.awaited.has(handle) ? 'pending' : 'lost';
  }

  private isCurrent({ channel, life }: AckNumber): boolean {
    return channel === this.current && life === this.life;
  }

  private confirm(entry: Awaited): void {
    this.restarts = 0;
    this.doubted.delete(entry);
    this.awaited.delete(entry.handle);
    this.confirmed.add(entry.handle);
    forgetOldest(this.confirmed);
  }

  private forget(isLost: (entry: Awaited) => boolean): void {
    for (const entry of this.awaited.values()) {
      if (isLost(entry)) {
        this.doubted.delete(entry);
        this.awaited.delete(entry.handle);
      }
    }
  }
}

function handleOf({ channel, life, ackId }: AckNumber): string {
  return life === 0 ? `${channel}:${ackId}` : `${channel}:${ackId}:${life}`;
}

/** Maps and sets give their keys in the order in which they came. */
function forgetOldest(kept: Map<string, unknown> | Set<string>): void {
  for (const key of kept.keys()) {
    if (kept.size <= MOST_HANDLES) {
      return;
    }
    kept.delete(key);
  }
}
