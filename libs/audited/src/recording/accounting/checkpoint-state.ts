/** How the signing of checkpoints goes, for operators and health checks. */
export interface CheckpointState {
  /** How many checkpoints this process made. */
  readonly made: number;
  /** The newest of them; absent before the first. */
  readonly last?: {
    readonly chain: string;
    /** How many records it covers. */
    readonly size: number;
    /** ISO 8601, UTC. */
    readonly signedAt: string;
  };
  /** Code of the error that the last attempt failed with: `AUDIT_HISTORY_CHANGED`; absent when it did not fail. */
  readonly problem?: string;
}
