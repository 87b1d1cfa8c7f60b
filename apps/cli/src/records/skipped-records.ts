import { InputError } from '../input-error.js';
import type { Terminal } from '../output/terminal.js';

/** So many are named; a file of another kind would name each of its lines. */
const MOST_NAMED = 10;

/** What could not be read: it ends the work, or is counted and left out. */
export class SkippedRecords {
  private named = 0;
  count = 0;

  /** @param skips go on without it, instead of ending */
  constructor(
    private readonly terminal: Terminal,
    private readonly skips: boolean,
  ) {}

  /** @throws InputError unless such lines are left out */
  badLine(sentence: string): void {
    if (!this.skips) {
      throw new InputError(`${sentence}. Nothing behind it was converted; --skip-bad leaves out such lines.`);
    }
    this.leftOut(sentence);
  }

  /** @throws the error, unless such records are left out; what is wrong in the log itself is for `audited verify` */
  damaged(error: Error): void {
    if (!this.skips) {
      throw Object.assign(new Error(`${error.message} --skip-bad leaves out such records.`, { cause: error }), {
        code: 'AUDIT_RECORD_DAMAGED',
      });
    }
    this.leftOut(error.message);
  }

  /** Says how many were left out: what is not in the result must not be overlooked, not even by who wants it quiet. */
  report(): void {
    if (this.count > 0) {
      this.terminal.fail(`${this.count} could not be read and ${this.count === 1 ? 'was' : 'were'} left out`);
    }
  }

  private leftOut(sentence: string): void {
    this.count++;
    if (this.named < MOST_NAMED) {
      this.named++;
      this.terminal.note(`left out: ${sentence}`);
    } else if (this.named === MOST_NAMED) {
      this.named++;
      this.terminal.note('left out: ... more, which are only counted');
    }
  }
}
