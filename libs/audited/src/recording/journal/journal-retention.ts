import type { JournalFileName } from './journal-file-name.js';
import { addDays, isUtcDay, type UtcDay } from './utc-day.js';

/** What decides whether a file may go. */
export interface RetentionRule {
  readonly today: UtcDay;
  /** 0: nothing is ever removed. */
  readonly retentionDays: number;
  /** Time (ISO, UTC) of the oldest event that is not in the database yet; `undefined` when all are. */
  readonly oldestUnstoredAt: string | undefined;
}

/**
 * The files whose every line is older than the retention: a file goes when its whole day lies further back than
 * `retentionDays`. Files of the day of the oldest event that is not stored, and of later days, stay: until the database
 * has these events, the journal may be their only copy. A time that cannot be read keeps everything.
 */
export function expiredFiles(files: readonly JournalFileName[], rule: RetentionRule): readonly JournalFileName[] {
  if (rule.retentionDays === 0) {
    return [];
  }
  const firstKept = addDays(rule.today, -rule.retentionDays);
  const unstored = rule.oldestUnstoredAt?.slice(0, 10);
  if (unstored !== undefined && !isUtcDay(unstored)) {
    return [];
  }
  return files.filter(({ day }) => day < firstKept && (unstored === undefined || day < unstored));
}
