import type { IndexState, LogIndex } from '../storage/reading/log-index.js';
import { Bell } from './bell.js';
import type { IndexOptions } from './log-index.options.js';

/** What a keeper needs. */
export interface IndexKeeperParts extends IndexOptions {
  readonly index: LogIndex;
  /** Told of failures: of a store that is not there only when that lasts. Must not throw. */
  readonly report: (consequence: string, error: unknown) => void;
  /** Told whenever it goes well. */
  readonly recovered: () => void;
}

/** How often it is looked for what other processes appended. */
const LOOK_MS = 1000;
/** Of the time at most so much, as a share, goes into counting how far behind it is. */
const COUNTING_SHARE = 0.1;
/** While others wait for the same database, an index that is far behind leaves them half of the time, as long as a step is short. */
const LONGEST_PAUSE_MS = 100;
/** A store that is not there is told by whoever records; it is told here too when that many attempts in a row failed. */
const PATIENCE = 5;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

/**
 * Keeps the index behind the log: soon after this process appended, every second for what others did, and step by step when it
 * is far behind. One loop, which never rejects and never keeps the process alive.
 */
export class IndexKeeper {
  private readonly news = new Bell();
  private readonly ending = new Bell();
  private loop: Promise<void> | undefined;
  private isEnding = false;
  private hasNews = false;
  private failedSince = 0;
  private seen: Pick<IndexState, 'records' | 'seenAt'> = {};
  private countAgainAt = -Infinity;
  private problem: string | undefined;

  constructor(private readonly parts: IndexKeeperParts) {}

  /** Has no effect where the index is not to be kept. */
  start(): void {
    if (this.parts.enabled && !this.isEnding) {
      this.loop ??= this.run();
    }
  }

  /** There is something new at the end of a chain. Cheap. */
  readonly appended = (): void => {
    this.hasNews = true;
    this.news.ring();
  };

  /** How it goes; `undefined` where the index is not kept by this process. */
  state(): IndexState | undefined {
    return this.parts.enabled
      ? { ...this.seen, ...(this.problem === undefined ? {} : { problem: this.problem }) }
      : undefined;
  }

  /** Ends with the step under way, which is done or undone as a whole. @param timeoutMs how long that is waited for */
  async close(timeoutMs: number): Promise<void> {
    this.isEnding = true;
    this.news.ring();
    this.ending.ring();
    let timer: NodeJS.Timeout | undefined;
    const timeIsOver = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.loop, timeIsOver]);
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    while (!this.isEnding) {
      await this.step();
    }
  }

  private async step(): Promise<void> {
    const { index, batchSize, restMs, report, recovered } = this.parts;
    this.hasNews = false;
    const began = performance.now();
    try {
      const { records, isCaughtUp } = await index.advance(batchSize);
      await this.count(isCaughtUp);
      recovered();
      this.failedSince = 0;
      this.problem = undefined;
      if (isCaughtUp) {
        await this.rest(restMs);
      } else if (records > 0) {
        await this.pause(performance.now() - began);
      } else {
        // Another process is at it.
        await this.ending.wait(LOOK_MS * (0.5 + Math.random()));
      }
    } catch (error) {
      this.problem = wordFor(error);
      if (this.problem !== 'AUDIT_STORE_UNAVAILABLE' || this.failedSince >= PATIENCE) {
        report(
          'The index of the audit log is not brought forward at the moment; reading takes longer meanwhile',
          error,
        );
      }
      await this.ending.wait(Math.min(FIRST_RETRY_MS * 2 ** this.failedSince++, LONGEST_RETRY_MS));
    }
  }

  /** Until something was appended, and a moment longer. */
  private async rest(restMs: number): Promise<void> {
    const isNews = await this.news.wait(LOOK_MS);
    if (isNews && !this.isEnding) {
      await this.ending.wait(restMs);
    }
  }

  private async pause(stepMs: number): Promise<void> {
    if (this.hasNews) {
      await this.ending.wait(Math.min(stepMs, LONGEST_PAUSE_MS));
    } else {
      await new Promise(setImmediate);
    }
  }

  /** Counting takes a look at every chain: while there is much to do, not with every step. */
  private async count(isCaughtUp: boolean): Promise<void> {
    const began = performance.now();
    if (!isCaughtUp && began < this.countAgainAt) {
      return;
    }
    const lags = isCaughtUp ? [] : await this.parts.index.lag();
    const ended = performance.now();
    this.countAgainAt = ended + Math.max(LOOK_MS, (ended - began) / COUNTING_SHARE);
    this.seen = {
      records: lags.reduce((most, { records }) => Math.max(most, records), 0),
      seenAt: new Date().toISOString(),
    };
  }
}

/** Never the message: it may hold what a database says about itself. */
function wordFor(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  return [code, name].find((word) => typeof word === 'string') ?? 'unknown';
}
