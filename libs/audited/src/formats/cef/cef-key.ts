import type { AuditRecord } from '../../event/audit-record.js';

/** Types of the standard's dictionary. */
export type CefType = 'String' | 'IPv4 address' | 'IPv6 address' | 'Long' | 'Time stamp';

/** What a fact may be: a list or an object becomes JSON; a number that is not whole is left out. */
export type CefFact = string | number | true | object | undefined;

/** One key of the extension, and what of a record it carries. */
export interface CefKey {
  readonly key: string;
  /** What the standard calls it in full: `sourceUserName`. Our own keys have no other name. */
  readonly fullName: string;
  readonly type: CefType;
  /** The most bytes of UTF-8 of its value, before escaping; of types with a size of their own, the most they take. */
  readonly bytes: number;
  /** What the value is, for people: `actor.id`. */
  readonly fact: string;
  /** Constant value of the key's `...Label`, which a custom key must have. */
  readonly label?: string;
  /** The edition of the CEF specification that brought the key; `own` for a key of this package. */
  readonly since: '0.1' | '1.2' | 'own';
  /** @param category of the event's type, if its catalogue gives one */
  readonly of: (record: AuditRecord, category: string | undefined) => CefFact;
}

type Read = CefKey['of'];

/** A text of the dictionary. */
export function text(key: string, fullName: string, bytes: number, fact: string, of: Read, label?: string): CefKey {
  return cefKey({ key, fullName, type: 'String', bytes, fact, since: '0.1', of }, label);
}

const BYTES_OF_TYPE = { 'IPv4 address': 15, 'IPv6 address': 45, Long: 20, 'Time stamp': 20 } as const;

/** A key of the dictionary that is no text. */
export function typed(
  type: Exclude<CefType, 'String'>,
  key: string,
  fullName: string,
  fact: string,
  of: Read,
  label?: string,
): CefKey {
  return cefKey({ key, fullName, type, bytes: BYTES_OF_TYPE[type], fact, since: '0.1', of }, label);
}

/** A text that only CEF 1.2 has. */
export function text12(key: string, fullName: string, bytes: number, fact: string, of: Read): CefKey {
  return cefKey({ key, fullName, type: 'String', bytes, fact, since: '1.2', of });
}

/**
 * A key of this package: `VendornameProductnameExplanatoryKeyName`, letters and digits only. Vendor and product are
 * those who define the key, not those of the application: its meaning is the same wherever it comes from.
 */
export function own(name: string, bytes: number, fact: string, of: Read): CefKey {
  const key = `NestjsAudited${name}`;
  return cefKey({ key, fullName: key, type: 'String', bytes, fact, since: 'own', of });
}

function cefKey(key: Omit<CefKey, 'label'>, label?: string): CefKey {
  return Object.freeze(label === undefined ? key : { ...key, label });
}
