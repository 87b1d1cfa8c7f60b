import { HistoryChangedError } from '../../event/custody.error.js';
import type { CheckpointState } from '../../recording/accounting/checkpoint-state.js';
import type { FailureLog } from '../../recording/accounting/failure-log.js';
import { settledWithin } from '../../recording/spool/time-limit.js';
import type { Checkpointer, CheckpointNeed } from './checkpointer.js';
import type { CheckpointTimes } from './checkpoints.options.js';

/** What a schedule needs. */
export interface CheckpointScheduleParts {
  readonly checkpointer: Checkpointer;
  readonly times: CheckpointTimes;
  /** How many records this process has put into the log so far. Called every second: cheap. */
  readonly recorded: () => number;
  readonly failures: FailureLog;
  /** Milliseconds that only go forward. @default performance.now */
  readonly elapsed?: () => number;
}

const CAUSE = 'checkpoint';
/** How often it is looked whether enough records came. */
const LOOK_MS = 1000;
/** Another process that signed a moment less than an interval ago has signed in this interval. */
const NEARLY = 0.9;
/** What closing the store needs of the time of a shutdown. */
const LEFT_FOR_OTHERS_MS = 1000;

/** Signs the log at an interval, by count, in quiet times, and one last time at the end. Never rejects. */
export class CheckpointSchedule {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private lastRunAt: number;
  private recordedThen: number;
  private problem: string | undefined;
  private historyChanged = false;

  constructor(private readonly parts: CheckpointScheduleParts) {
    this.lastRunAt = this.elapsed();
    this.recordedThen = parts.recorded();
  }

  /** Has no effect where nobody signs. Its timer does not keep the process alive. */
  start(): void {
    const { checkpointer, times } = this.parts;
    if (checkpointer.signs && this.timer === undefined) {
      this.timer = setInterval(() => void this.look(), Math.min(LOOK_MS, times.intervalMs));
      this.timer.unref();
    }
  }

  /** Signs what is due. @returns when that is done; at once when nothing is, or a run is under way */
  async look(): Promise<void> {
    const { times, recorded } = this.parts;
    if (this.running !== undefined) {
      return;
    }
    const isFull = recorded() - this.recordedThen >= times.everyRecords;
    const isTime = this.elapsed() - this.lastRunAt >= times.intervalMs;
    if (isFull || isTime) {
      await this.run((need) => this.isDue(need, isFull));
    }
  }

  /**
   * Signs the end of the log, `audit.stopped` included, unless the time is over before.
   *
   * @param timeoutMs what is left of the shutdown's time
   */
  async close(timeoutMs: number): Promise<void> {
    clearInterval(this.timer);
    const { checkpointer, failures } = this.parts;
    if (!checkpointer.signs) {
      return;
    }
    let isDone = false;
    const last = (this.running ?? Promise.resolve())
      .then(() => this.run(({ hasNews }) => hasNews()))
      .then(() => {
        isDone = true;
      });
    await settledWithin(last, Math.max(timeoutMs / 2, timeoutMs - LEFT_FOR_OTHERS_MS));
    checkpointer.close();
    if (!isDone) {
      failures.report(CAUSE, 'The last checkpoint was not signed', new Error('the time for the shutdown was over'));
    }
  }

  /** How it goes. `undefined` where nobody signs. */
  state(): CheckpointState | undefined {
    const { checkpointer } = this.parts;
    if (!checkpointer.signs) {
      return undefined;
    }
    const { newest, made } = checkpointer;
    return {
      made,
      ...(newest === undefined ? {} : { last: { chain: newest.chain, size: newest.size, signedAt: newest.signedAt } }),
      ...(this.problem === undefined ? {} : { problem: this.problem }),
    };
  }

  private run(isDue: (need: CheckpointNeed) => boolean | Promise<boolean>): Promise<void> {
    this.lastRunAt = this.elapsed();
    this.recordedThen = this.parts.recorded();
    const run = this.attempt(isDue).finally(() => {
      this.running = undefined;
    });
    this.running = run;
    return run;
  }

  private async attempt(isDue: (need: CheckpointNeed) => boolean | Promise<boolean>): Promise<void> {
    const { checkpointer, failures } = this.parts;
    try {
      await checkpointer.checkpoint(undefined, { isDue });
      failures.recovered(CAUSE);
      this.problem = undefined;
      this.historyChanged = false;
    } catch (error) {
      const isChange = error instanceof HistoryChangedError;
      const consequence = isChange
        ? 'CRITICAL: the audit log was changed, and is not signed any more'
        : 'A checkpoint could not be made; it is tried again at the next interval';
      // A change of the log must be told even when a key service was out of order before.
      if (isChange && !this.historyChanged) {
        failures.reportAnother(CAUSE, consequence, error);
      } else {
        failures.report(CAUSE, consequence, error);
      }
      this.historyChanged ||= isChange;
      this.problem = wordFor(error);
    }
  }

  private async isDue({ ageMs, records, hasNews }: CheckpointNeed, isFull: boolean): Promise<boolean> {
    const { intervalMs, quietIntervalMs, everyRecords } = this.parts.times;
    if (ageMs >= quietIntervalMs * NEARLY) {
      return true;
    }
    const isRipe = ageMs >= intervalMs * NEARLY || (isFull && records >= everyRecords);
    return isRipe && hasNews();
  }

  private elapsed(): number {
    return this.parts.elapsed?.() ?? performance.now();
  }
}

/** Never the message: it may hold what a key service or a database says about itself. */
function wordFor(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  return [code, name].find((word) => typeof word === 'string') ?? 'unknown';
}
