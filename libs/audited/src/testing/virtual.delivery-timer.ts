import type { DeliveryTimer } from '../delivery/engine/delivery-timer.js';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** So many turns of the event loop without anything new mean that everybody sleeps. */
const QUIET_TURNS = 3;

/** Time that passes only when a test lets it: an hour of outages takes a moment, and the same every time. */
export class VirtualDeliveryTimer implements DeliveryTimer {
  private readonly sleepers = new Set<Sleeper>();
  private time: number;
  private activity = 0;

  constructor(startMs = Date.parse('2026-11-21T18:51:39.123Z')) {
    this.time = startMs;
  }

  now(): number {
    return this.time;
  }

  elapsed(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.activity += 1;
    if (signal?.aborted === true) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at: this.time + Math.max(0, ms),
        wake: () => {
          this.activity += 1;
          this.sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  breathe(): Promise<void> {
    this.activity += 1;
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets time pass: wakes whoever is due, in order, and lets each come to rest before the next. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await this.quiet();
      const next = [...this.sleepers].reduce<Sleeper | undefined>(
        (first, sleeper) => (first === undefined || sleeper.at < first.at ? sleeper : first),
        undefined,
      );
      if (next === undefined || next.at > end) {
        this.time = end;
        return;
      }
      this.time = Math.max(this.time, next.at);
      next.wake();
    }
  }

  private async quiet(): Promise<void> {
    for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
      const before = this.activity;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.activity !== before) {
        turns = -1;
      }
    }
  }
}
