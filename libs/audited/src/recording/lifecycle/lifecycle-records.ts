import type { AuditDraft } from '../../event/audit-draft.js';
import type { RecorderCounts } from '../accounting/recorder-counters.js';

/** Event types of the records that a process leaves when it begins and when it ends. */
export interface LifecycleTypes {
  /** @default 'audit.started' */
  readonly started: string;
  /** @default 'audit.stopped' */
  readonly stopped: string;
}

export const DEFAULT_LIFECYCLE_TYPES: LifecycleTypes = { started: 'audit.started', stopped: 'audit.stopped' };

/** What waits on the local disk for its place in the chain. */
export interface Backlog {
  readonly events: number;
  readonly refused: number;
}

const SYSTEM = { kind: 'system' } as const;

/**
 * The first record of a process. One without a `stopped` of the same `origin.instanceId` behind it tells an unclean end.
 *
 * @param left what earlier processes left in the spool; it is on its way into the chain
 */
export function startedDraft(types: LifecycleTypes, left: Backlog | undefined): AuditDraft {
  return {
    type: types.started,
    outcome: 'success',
    actor: SYSTEM,
    action: 'Audit trail started',
    details: { pid: process.pid, node: process.version, ...(left === undefined ? {} : { leftInSpool: left }) },
  };
}

/** The last record of a process, with what became of everything it took in. */
export function stoppedDraft(
  types: LifecycleTypes,
  counts: RecorderCounts,
  left: Backlog | undefined,
  uptimeMs: number,
): AuditDraft {
  return {
    type: types.stopped,
    outcome: 'success',
    actor: SYSTEM,
    action: 'Audit trail stopped',
    details: { pid: process.pid, uptimeMs, ...counts, ...(left === undefined ? {} : { leftInSpool: left }) },
  };
}
