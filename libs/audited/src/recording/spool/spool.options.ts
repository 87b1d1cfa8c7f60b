/** Bounds and places of the spool. */
export interface SpoolOptions {
  /** Folder of the spool; made (mode 0700) when the first event has to wait. Several processes may share it. */
  readonly directory: string;
  /** What this process may keep waiting, in bytes on disk. @default 1 GiB */
  readonly maxBytes: number;
  /** A file of the spool is closed at about this size, and removed once its events are stored. @default 16 MiB */
  readonly maxSegmentBytes: number;
  /**
   * What happens to an event when the spool is full, too. `refuse`: fail-closed actions are refused; `drop-and-count`:
   * they go on. The loss is counted and sealed into the log either way. @default 'refuse'
   */
  readonly whenFull: 'refuse' | 'drop-and-count';
  /** The first wait between two attempts to reach the store, in milliseconds; doubled each time, with full jitter. @default 200 */
  readonly retryInitialMs: number;
  /** The longest wait between two attempts, in milliseconds. @default 10 000 */
  readonly retryMaxMs: number;
  /** Events that are moved to the store in one transaction. @default 500 */
  readonly replayBatchEvents: number;
}

/** What the spool does unless it is told otherwise; the folder depends on the application. */
export const DEFAULT_SPOOL_OPTIONS: Omit<SpoolOptions, 'directory'> = Object.freeze({
  maxBytes: 1024 * 1024 * 1024,
  maxSegmentBytes: 16 * 1024 * 1024,
  whenFull: 'refuse',
  retryInitialMs: 200,
  retryMaxMs: 10_000,
  replayBatchEvents: 500,
});

/** How processes that share a folder find out which of them are dead. */
export interface SpoolTimes {
  /** A living owner touches its file this often. */
  readonly heartbeatMs: number;
  /** An owner that was silent for so long is dead, whatever its process id says. */
  readonly adoptAfterMs: number;
  /** How often to look for what dead owners left. */
  readonly lookEveryMs: number;
}

/** Not options: they must be the same for all processes that share a folder. */
export const SPOOL_TIMES: SpoolTimes = Object.freeze({ heartbeatMs: 2000, adoptAfterMs: 30_000, lookEveryMs: 15_000 });
