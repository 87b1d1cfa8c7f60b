import type { AuditEvent } from '../../event/audit-event.js';
import type { ChainId } from '../../event/audit-record.js';
import { CustodyInputError } from '../../event/custody.error.js';

/** Which records a legal hold keeps. All given facts must match; without any it keeps everything. */
export interface HoldSelection {
  readonly chain?: ChainId;
  readonly actorId?: string;
  readonly tenantId?: string;
  /** Exactly this event type. */
  readonly type?: string;
  readonly resourceType?: string;
  readonly resourceId?: string;
  readonly correlationId?: string;
  /** ISO 8601, UTC: events that occurred at or after it. */
  readonly from?: string;
  /** ISO 8601, UTC: events that occurred before it. */
  readonly to?: string;
}

/** A legal hold that is in force. */
export interface LegalHold {
  readonly name: string;
  readonly selection: HoldSelection;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly placedAt: string;
  /** Id of who placed it, or the kind of actor where it has none. */
  readonly placedBy: string;
  /** Position of its `audit.hold_placed` record in the chain `main`. */
  readonly position: number;
}

/** What was written past us may have no actor. */
type HeldEvent = Omit<AuditEvent, 'actor'> & { readonly actor?: AuditEvent['actor'] | null };

const TEXT_FACTS: Readonly<
  Record<Exclude<keyof HoldSelection, 'chain' | 'from' | 'to'>, (event: HeldEvent) => string | undefined>
> = {
  actorId: ({ actor }) => actor?.id,
  tenantId: ({ actor }) => actor?.tenantId,
  type: (event) => event.type,
  resourceType: (event) => event.resource?.type,
  resourceId: (event) => event.resource?.id,
  correlationId: (event) => event.correlationId,
};
const FACT_NAMES = ['chain', ...Object.keys(TEXT_FACTS), 'from', 'to'];

/** Whether the hold keeps this event of this chain. */
export function isHeld({ selection }: Pick<LegalHold, 'selection'>, chain: ChainId, event: AuditEvent): boolean {
  return (
    (selection.chain === undefined || selection.chain === chain) &&
    // The other way round: what has no time, because it was written past us, is kept.
    !(selection.from !== undefined && event.occurredAt < selection.from) &&
    !(selection.to !== undefined && event.occurredAt >= selection.to) &&
    Object.entries(TEXT_FACTS).every(([fact, read]) => {
      const wanted = selection[fact as keyof typeof TEXT_FACTS];
      return wanted === undefined || read(event) === wanted;
    })
  );
}

/**
 * Checks a selection and brings its times into the one form that events have.
 *
 * @throws CustodyInputError naming the field and the cure: a misspelt fact must not widen or narrow a hold
 */
export function checkedSelection(given: unknown): HoldSelection {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new CustodyInputError('selection', 'is no object', `It may hold: ${FACT_NAMES.join(', ')}.`);
  }
  const checked: Record<string, string> = {};
  for (const [fact, value] of Object.entries(given)) {
    if (value === undefined) {
      continue;
    }
    if (!FACT_NAMES.includes(fact)) {
      throw new CustodyInputError(`selection.${fact}`, 'is unknown', `Known are: ${FACT_NAMES.join(', ')}.`);
    }
    if (typeof value !== 'string' || value === '') {
      throw new CustodyInputError(`selection.${fact}`, 'is no text', 'Leave it out to hold everything.');
    }
    checked[fact] = fact === 'from' || fact === 'to' ? isoTime(fact, value) : value;
  }
  return checked;
}

function isoTime(fact: string, value: string): string {
  const time = new Date(value);
  if (!/^\d{4}-\d{2}-\d{2}/.test(value) || Number.isNaN(time.getTime())) {
    throw new CustodyInputError(
      `selection.${fact}`,
      `is no time: ${JSON.stringify(value)}`,
      'Give ISO 8601 with a zone, e.g. 2026-11-21T00:00:00Z.',
    );
  }
  return time.toISOString();
}
