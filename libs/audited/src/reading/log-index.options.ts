import { checkFlag, checkShape, checkWhole } from '../event/option-checks.js';

/** How the index behind the log is kept. The defaults suit nearly everybody. */
export interface IndexOptions {
  /**
   * Whether this process brings the index forward. Without anybody who does, every answer stays right, but filters, searches
   * and statistics read the log itself, which takes the longer the larger it is.
   *
   * @default true
   */
  readonly enabled: boolean;
  /** Records that one transaction takes in at most, 1 to 1000. More are taken in faster; those who append wait longer. @default 250 */
  readonly batchSize: number;
  /** How long after an append it rests before it looks: what comes meanwhile goes along. In milliseconds, 1 to 60 000. @default 200 */
  readonly restMs: number;
}

export const DEFAULT_INDEX_OPTIONS: IndexOptions = Object.freeze({ enabled: true, batchSize: 250, restMs: 200 });

/** @throws OptionsInvalidError naming the option and the cure */
export function resolveIndexOptions(given: Partial<IndexOptions> = {}): IndexOptions {
  checkShape('index', given, Object.keys(DEFAULT_INDEX_OPTIONS));
  const options = { ...DEFAULT_INDEX_OPTIONS, ...given };
  checkFlag('index.enabled', options.enabled);
  checkWhole('index.batchSize', options.batchSize, 1, 1000);
  checkWhole('index.restMs', options.restMs, 1, 60_000);
  return Object.freeze(options);
}
