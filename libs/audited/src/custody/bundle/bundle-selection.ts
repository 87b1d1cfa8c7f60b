import type { AuditEvent } from '../../event/audit-event.js';
import type { ChainId } from '../../event/audit-record.js';
import { QueryInvalidError } from '../../event/audit.error.js';
import { checkChainName } from '../../storage/chain-name.js';

/** Which records go into a bundle. Nothing given: all that are left. */
export interface BundleSelection {
  /** @default all chains */
  readonly chain?: ChainId;
  /** Only events that occurred at or after this time. */
  readonly from?: Date;
  /** Only events that occurred before this time. */
  readonly to?: Date;
  /** Only this tenant's, one by one; nothing of others goes into the bundle. */
  readonly tenantId?: string;
  /** Exactly these positions, both included. Nothing else may be given then. */
  readonly positions?: { readonly chain: ChainId; readonly from: number; readonly through: number };
}

/** A selection that was checked; times are ISO texts. The manifest repeats it. */
export interface CheckedSelection extends Omit<BundleSelection, 'from' | 'to'> {
  readonly from?: string;
  readonly to?: string;
}

const MAX_TENANT = 1024;

/** @throws QueryInvalidError naming the field; ChainInvalidError */
export function checkSelection(selection: BundleSelection): CheckedSelection {
  const { chain, tenantId, positions } = selection;
  const from = timeText('from', selection.from);
  const to = timeText('to', selection.to);
  if (chain !== undefined) {
    checkChainName(chain);
  }
  if (tenantId !== undefined && (typeof tenantId !== 'string' || tenantId === '' || tenantId.length > MAX_TENANT)) {
    throw new QueryInvalidError('tenantId', 'must be a text that is not empty', 'Leave it out to take all tenants.');
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw new QueryInvalidError('to', `is not after "from" (${from})`, 'Nothing can have occurred in between.');
  }
  if (positions !== undefined) {
    checkPositions(positions, [chain, from, to, tenantId]);
  }
  return {
    ...(chain === undefined ? {} : { chain }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(positions === undefined
      ? {}
      : { positions: { chain: positions.chain, from: positions.from, through: positions.through } }),
  };
}

/** Whether an event lies in the interval of the selection. */
export function isInInterval({ from, to }: CheckedSelection, { occurredAt }: AuditEvent): boolean {
  return (from === undefined || occurredAt >= from) && (to === undefined || occurredAt < to);
}

/** Whether an event is one that a slice of this selection holds. */
export function isSelected(selection: CheckedSelection, event: AuditEvent): boolean {
  return (
    (selection.tenantId === undefined || event.actor?.tenantId === selection.tenantId) && isInInterval(selection, event)
  );
}

function timeText(parameter: string, time: Date | undefined): string | undefined {
  if (time !== undefined && (!(time instanceof Date) || Number.isNaN(time.getTime()))) {
    throw new QueryInvalidError(parameter, 'must be a valid Date', 'Give a time with zone, e.g. 2026-11-21T00:00:00Z.');
  }
  return time?.toISOString();
}

function checkPositions(
  { chain, from, through }: NonNullable<BundleSelection['positions']>,
  others: readonly unknown[],
): void {
  checkChainName(chain);
  if (others.some((other) => other !== undefined)) {
    throw new QueryInvalidError('positions', 'is given together with another filter', 'Give one or the other.');
  }
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(through) || from < 1 || through < from) {
    throw new QueryInvalidError(
      'positions',
      `is ${String(from)} to ${String(through)}`,
      'Give whole numbers from 1, the smaller one first.',
    );
  }
}
