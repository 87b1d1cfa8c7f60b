import type { Clock } from '../../event/clock.js';
import type { AuditRecorder } from '../audit-recorder.js';
import type { FailureLog } from '../accounting/failure-log.js';
import { settledWithin } from '../spool/time-limit.js';
import { startedDraft, stoppedDraft, type Backlog, type LifecycleTypes } from './lifecycle-records.js';
import type { RecorderCounters } from '../accounting/recorder-counters.js';

/** One thing that has to be ended at shutdown, in its turn. */
export interface Closing {
  /** For the operator, when it fails: `the spool`. */
  readonly name: string;
  /** @param timeoutMs what is left of the shutdown's time */
  readonly close: (timeoutMs: number) => Promise<unknown>;
}

/** What a lifecycle is made of; one instance of each per module. */
export interface AuditLifecycleParts {
  readonly recorder: AuditRecorder;
  readonly counters: RecorderCounters;
  readonly failures: FailureLog;
  readonly clock: Clock;
  /** `undefined`: no records of start and end. */
  readonly types: LifecycleTypes | undefined;
  readonly backlog: () => Backlog | undefined;
  readonly shutdownTimeoutMs: number;
  /** Ended first: what still brings events in. */
  readonly sources: readonly Closing[];
  /** Ended last, in this order: writer, journal, spool, store. */
  readonly resources: readonly Closing[];
}

/** A close that got no time at all would not even begin. */
const LEAST_TIME_MS = 250;
/** The local disk gets this long when the time for the database is over. */
const LAST_WORDS_MS = 1000;

/**
 * Begins and ends the audit trail of a process. An end drains: intake stops, everything that was accepted becomes
 * durable in the database or, when that does not answer in time, in the spool.
 */
export class AuditLifecycle {
  private readonly startedAt: number;
  private stopping: Promise<void> | undefined;

  constructor(private readonly parts: AuditLifecycleParts) {
    this.startedAt = parts.clock.now();
  }

  /** Writes the first record of this process. */
  async start(): Promise<void> {
    const { recorder, types, backlog } = this.parts;
    if (types !== undefined) {
      await recorder.record(startedDraft(types, backlog()), 'recorded');
    }
  }

  /**
   * Ends everything, once, whatever fails on the way. Takes `shutdownTimeoutMs` at most, and where the database did not
   * take everything in that time, about a second more for the spool.
   */
  stop(): Promise<void> {
    this.stopping ??= this.drain();
    return this.stopping;
  }

  private async drain(): Promise<void> {
    const { recorder, counters, clock, types, backlog, shutdownTimeoutMs, sources, resources } = this.parts;
    const deadline = performance.now() + shutdownTimeoutMs;
    const timeLeft = (): number => Math.max(LEAST_TIME_MS, deadline - performance.now());
    const lastWords = (): number => Math.max(LEAST_TIME_MS, deadline + LAST_WORDS_MS - performance.now());
    for (const source of sources) {
      await this.close(source, timeLeft());
    }
    await recorder.settled(timeLeft());
    if (counters.pending > 0 && recorder.spoolFromNow()) {
      await recorder.settled(lastWords());
    }
    recorder.sealLosses();
    if (types !== undefined) {
      const stopped = stoppedDraft(types, counters.snapshot(), backlog(), clock.now() - this.startedAt);
      void recorder.record(stopped, 'recorded');
    }
    const closed = recorder.close();
    await settledWithin(closed, timeLeft());
    const patience = recorder.spoolFromNow() ? lastWords : timeLeft;
    await this.close({ name: 'the recorder', close: () => closed }, patience());
    for (const resource of resources) {
      await this.close(resource, timeLeft(), patience());
    }
  }

  private async close({ name, close }: Closing, timeoutMs: number, patienceMs = timeoutMs): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`it did not end within ${Math.round(patienceMs)} ms`)), patienceMs);
    });
    try {
      await Promise.race([close(timeoutMs), deadline]);
    } catch (error) {
      this.parts.failures.report('shutdown', `At shutdown ${name} could not be ended cleanly`, error);
    } finally {
      clearTimeout(timer);
    }
  }
}
