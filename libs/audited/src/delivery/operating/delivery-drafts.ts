import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditActor } from '../../event/audit-event.js';
import type { NewDeadLetter } from '../delivery-ledger.js';
import type { DestinationFailure } from '../engine/delivery-notices.js';

/** Who does something to a destination, and why. Both go into a sealed record. */
export interface DestinationAct {
  /** @default whoever acts in the running request or job; outside of any, the system itself */
  readonly by?: AuditActor;
  readonly reason?: string;
  readonly ticket?: string;
}

/** Of many dead letters, so many are named in the record; all are in the ledger. */
const MOST_NAMED = 20;

const resourceOf = (destination: string) => ({ type: 'audit.destination', id: destination });

export function changedDraft(destination: string, sentence: string, act: DestinationAct, details: object): AuditDraft {
  return actDraft('audit.destination_changed', sentence, act, { ...details }, destination);
}

export function replayedDraft(count: number, act: DestinationAct, selection: object): AuditDraft {
  return actDraft('audit.dead_letter_replayed', `Sent ${count} dead letters again`, act, { count, selection });
}

export function discardedDraft(count: number, act: DestinationAct, selection: object): AuditDraft {
  return actDraft('audit.dead_letter_discarded', `Discarded ${count} dead letters`, act, { count, selection });
}

export function failedDraft({ destination, state, reason, cure }: DestinationFailure): AuditDraft {
  const words = state === 'held' ? 'takes nothing until it is mended' : 'has been failing for a while';
  return {
    type: 'audit.destination_failed',
    action: `Destination "${destination}" ${words}`,
    outcome: 'failure',
    actor: { kind: 'system' },
    resource: resourceOf(destination),
    details: { state, reason, cure },
  };
}

export function recoveredDraft(destination: string, afterMs: number): AuditDraft {
  return {
    type: 'audit.destination_recovered',
    action: `Destination "${destination}" takes events again`,
    outcome: 'success',
    actor: { kind: 'system' },
    resource: resourceOf(destination),
    details: { afterMs: Math.round(afterMs) },
  };
}

export function diedDraft(destination: string, letters: readonly NewDeadLetter[], unnamed: number): AuditDraft {
  const count = letters.length + unnamed;
  return {
    type: 'audit.dead_letter',
    action: `Destination "${destination}" did not take ${count} ${count === 1 ? 'event' : 'events'}`,
    outcome: 'failure',
    actor: { kind: 'system' },
    resource: resourceOf(destination),
    details: {
      count: letters.length,
      ...(unnamed === 0 ? {} : { unnamed }),
      letters: letters
        .slice(0, MOST_NAMED)
        .map(({ chain, position, eventId, cause, reason }) => ({ chain, position, eventId, cause, reason })),
    },
  };
}

export function missedDraft(
  destination: string,
  chain: string,
  from: number,
  through: number,
  missing: number,
): AuditDraft {
  return {
    type: 'audit.dead_letter',
    action: `${missing} records were gone from the log before destination "${destination}" had them`,
    outcome: 'failure',
    actor: { kind: 'system' },
    resource: resourceOf(destination),
    details: { chain, from, through, missing },
  };
}

function actDraft(
  type: string,
  action: string,
  { by, reason, ticket }: DestinationAct,
  details: object,
  destination?: string,
): AuditDraft {
  return {
    type,
    action,
    outcome: 'success',
    ...(by === undefined ? {} : { actor: by }),
    ...(destination === undefined ? {} : { resource: resourceOf(destination) }),
    ...(reason === undefined ? {} : { reason }),
    ...(ticket === undefined ? {} : { ticket }),
    details,
  };
}
