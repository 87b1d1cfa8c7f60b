import type { ChainId } from '../../event/audit-record.js';
import { SpoolUnusableError } from '../../event/audit.error.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import type { MoveEvents } from './segment-replay.js';
import type { Spool } from './spool.js';
import { StallLimit } from './stall-limit.js';
import { limited, type LimitedCall } from './time-limit.js';

/** The local disk is the last resort: it gets this long, however short the patience with the store is. */
const LEAST_PATIENCE_MS = 5000;

/** A spool whose disk may hang without anybody hanging with it. */
export class BoundedSpool {
  /** True while an append has not ended in time. */
  isHung = false;

  private readonly limitMs: number;
  private readonly replayLimit: StallLimit;

  constructor(
    private readonly spool: Spool,
    commitTimeoutMs: number,
  ) {
    this.limitMs = Math.max(commitTimeoutMs, LEAST_PATIENCE_MS);
    this.replayLimit = new StallLimit(this.limitMs, () => this.tooLate('gave nothing back'));
  }

  append(chain: ChainId, events: readonly AppendableEvent[]): LimitedCall<void> {
    if (this.isHung) {
      // A disk that hangs is not sent more and more to keep in mind.
      return limited(
        () => Promise.reject(this.tooLate()),
        this.limitMs,
        () => this.tooLate(),
      );
    }
    const call = limited(
      () => this.spool.append(chain, events),
      this.limitMs,
      () => {
        this.isHung = true;
        return this.tooLate();
      },
    );
    const answers = (): void => {
      this.isHung = false;
    };
    call.finally.then(answers, answers);
    return call;
  }

  /**
   * Like `Spool.replay`; rejects when the disk stands still for too long, although the replay itself goes on when that
   * answers again.
   *
   * @param move ends in time by itself
   */
  replay(move: MoveEvents): Promise<boolean> {
    if (this.isHung) {
      return Promise.reject(this.tooLate());
    }
    return this.replayLimit.waitFor(
      this.spool.replay(async (chain, events) => {
        this.replayLimit.pause();
        try {
          await move(chain, events);
        } finally {
          this.replayLimit.resume();
        }
      }),
    );
  }

  private tooLate(what = 'took nothing'): SpoolUnusableError {
    return new SpoolUnusableError(this.spool.options.directory, `${what} within ${this.limitMs} ms`);
  }
}
