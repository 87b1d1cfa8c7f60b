import type { AuditRecord } from '../../event/audit-record.js';

/** What a fact may be: a list or an object becomes JSON; a number that is not whole is left out. */
export type LeefFact = string | number | true | object | undefined;

/** One attribute of the line, and what of a record it carries. */
export interface LeefKey {
  readonly key: string;
  /** Whether IBM defines the key; QRadar reads those by itself, and others once somebody made a property of them. */
  readonly defined: 'IBM' | 'own';
  /**
   * The most bytes of UTF-8 of the value. IBM limits names to 255 characters and most values not at all; the other
   * limits are ours, because QRadar cuts a message that exceeds its own (4,096 bytes over TCP unless configured).
   */
  readonly bytes: number;
  /** What the value is, for people: `actor.id`. */
  readonly fact: string;
  /** @param category of the event's type, if its catalogue gives one */
  readonly of: (record: AuditRecord, category: string | undefined) => LeefFact;
}

type Read = LeefKey['of'];

/** An attribute that IBM defines. */
export function predefined(key: string, bytes: number, fact: string, of: Read): LeefKey {
  return Object.freeze({ key, defined: 'IBM', bytes, fact, of });
}

/** An attribute of ours: one word, called as in our own event where that is one word. */
export function own(key: string, bytes: number, fact: string, of: Read): LeefKey {
  return Object.freeze({ key, defined: 'own', bytes, fact, of });
}
