import type { HecEnvelope } from '../hec/hec-envelopes.js';

/** What tells one audit event from another; members that the sender did not give are absent. */
export interface EventIdentity {
  readonly id?: string;
  readonly type?: string;
  readonly chain?: string;
  /** Place in its chain, from the seal. */
  readonly position?: number;
}

/** Out of the indexed fields `audit_event_id` and so on; else out of the record itself, `{ event, seal }`. */
export function eventIdentity({ event, fields = {} }: HecEnvelope): EventIdentity {
  const record = objectOf(event);
  const described = objectOf(record['event']);
  const seal = objectOf(record['seal']);
  const members = {
    id: textOf(fields['audit_event_id']) ?? textOf(described['id']),
    type: textOf(fields['audit_event_type']) ?? textOf(described['type']),
    chain: textOf(fields['audit_chain']) ?? textOf(seal['chain']),
    position: positionOf(fields['audit_position']) ?? positionOf(seal['position']),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Senders may write numbers of indexed fields as text. */
function positionOf(value: unknown): number | undefined {
  const position = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(position) ? (position as number) : undefined;
}
