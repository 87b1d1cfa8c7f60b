import type { FileSettings } from './file.options.js';
import { addDays, type LogFileName, type UtcDay } from './log-file-name.js';

/** A file and its size. */
export interface SizedFile extends LogFileName {
  readonly bytes: number;
}

/**
 * The files that the retention removes: those of days longer ago than `retentionDays`, then the oldest until no more than
 * `maxFiles` and `maxTotalBytes` are left.
 *
 * @param files oldest first
 * @param isKept the file that is being written: it counts, and stays
 */
export function surplusFiles(
  files: readonly SizedFile[],
  limits: Pick<FileSettings, 'retentionDays' | 'maxFiles' | 'maxTotalBytes'>,
  today: UtcDay,
  isKept: (file: LogFileName) => boolean,
): readonly LogFileName[] {
  const { retentionDays, maxFiles, maxTotalBytes } = limits;
  const firstKept = retentionDays === 0 ? '' : addDays(today, -retentionDays);
  let count = files.length;
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return files.filter((file) => {
    const isTooMuch = (maxFiles > 0 && count > maxFiles) || (maxTotalBytes > 0 && bytes > maxTotalBytes);
    if (isKept(file) || (file.day >= firstKept && !isTooMuch)) {
      return false;
    }
    count -= 1;
    bytes -= file.bytes;
    return true;
  });
}
