import type { Clock } from '../../event/clock.js';
import { endedInTime, NO_ANSWER } from './deadline.js';
import type { JournalFolder } from './journal-folder.js';
import type { JournalTroubles } from './journal-troubles.js';
import { expiredFiles } from './journal-retention.js';
import type { ResolvedJournalOptions } from './journal.options.js';
import { utcDayOf } from './utc-day.js';

const MAX_NAMES_TOLD = 20;
/** A clock that goes this much faster than time itself was set; whether rightly, the next look shows. */
const LEAP_MS = 86_400_000;

/** Size of the files that are not being written by this process. */
export interface KeptFiles {
  readonly files: number;
  readonly bytes: number;
}

/** Makes the folder, removes files that are too old, and knows how much there is. Its failures are told, never thrown. */
export class JournalKeeper {
  private kept: KeptFiles = { files: 0, bytes: 0 };
  private tidying: Promise<void> = Promise.resolve();
  private lastLook: { readonly clockMs: number; readonly steadyMs: number } | undefined;

  constructor(
    private readonly options: Pick<ResolvedJournalOptions, 'retentionDays'>,
    private readonly folder: JournalFolder,
    private readonly parts: { readonly clock: Clock; readonly oldestUnstoredAt: () => string | undefined },
    private readonly troubles: JournalTroubles,
  ) {}

  get others(): KeptFiles {
    return this.kept;
  }

  async open(): Promise<void> {
    if (!(await endedInTime(this.begin()))) {
      this.troubles.tell('disk', 'the folder is not ready', NO_ANSWER);
    }
  }

  /** Begins to clean up, after whatever is being cleaned up now. @param writing name of the file that is written */
  tidy(writing?: string): void {
    this.tidying = this.tidying.then(async () => {
      try {
        if (!this.clockLeapt()) {
          await this.removeExpired(writing);
        }
        this.kept = await this.count(writing);
      } catch (error) {
        this.troubles.tell('retention', 'old files could not be looked for or removed', error);
      }
    });
  }

  /** Cleans up once more, and waits for it for a limited time. */
  async close(): Promise<void> {
    this.tidy();
    if (!(await endedInTime(this.tidying))) {
      this.troubles.tell('retention', 'old files could not be removed', NO_ANSWER);
    }
  }

  private async begin(): Promise<void> {
    try {
      await this.folder.make();
    } catch (error) {
      this.troubles.tell('disk', 'the folder cannot be made; give the process the right to, or name another', error);
      return;
    }
    this.tidy();
    await this.tidying;
  }

  /** A clock that is years ahead for a minute must not take the whole journal with it. */
  private clockLeapt(): boolean {
    const look = { clockMs: this.parts.clock.now(), steadyMs: performance.now() };
    const before = this.lastLook ?? look;
    this.lastLook = look;
    const leapMs = look.clockMs - before.clockMs - (look.steadyMs - before.steadyMs);
    if (leapMs <= LEAP_MS) {
      return false;
    }
    const days = Math.floor(leapMs / LEAP_MS);
    this.troubles.note(`the clock leapt ${days} day(s) ahead; nothing is removed before the next file is begun`);
    return true;
  }

  private async removeExpired(writing: string | undefined): Promise<void> {
    const expired = expiredFiles(await this.folder.files(), {
      today: utcDayOf(this.parts.clock.now()),
      retentionDays: this.options.retentionDays,
      oldestUnstoredAt: this.parts.oldestUnstoredAt(),
    });
    const removed: string[] = [];
    try {
      for (const { name } of expired) {
        if (name !== writing && (await this.folder.remove(name))) {
          removed.push(name);
        }
      }
    } finally {
      this.tellRemoved(removed);
    }
  }

  private tellRemoved(removed: readonly string[]): void {
    if (removed.length > 0) {
      const names = removed.slice(0, MAX_NAMES_TOLD).join(', ');
      const more = removed.length > MAX_NAMES_TOLD ? ` and ${removed.length - MAX_NAMES_TOLD} more` : '';
      const { retentionDays } = this.options;
      this.troubles.note(`${removed.length} file(s) older than ${retentionDays} day(s) were removed: ${names}${more}`);
    }
  }

  private async count(writing: string | undefined): Promise<KeptFiles> {
    let files = 0;
    let bytes = 0;
    for (const { name } of await this.folder.files()) {
      const size = name === writing ? undefined : await this.folder.sizeOf(name);
      if (size !== undefined) {
        files += 1;
        bytes += size;
      }
    }
    return { files, bytes };
  }
}
