import type { JsonValue } from '../../event/json-value.js';
import { jsonText } from '../json-text.js';

/** A text that says something: OCSF wants an object named by one of its texts, and an empty one names nothing. */
export function said(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** An object, or `undefined` when no member of it is known: OCSF omits what is empty. */
export function known<Members extends object>(members: Members): Members | undefined {
  for (const member of Object.values(members)) if (member !== undefined) return members;
  return undefined;
}

/** A JSON value as JSON text: one type of field, whatever it holds. */
export function jsonOf(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed());
  return typeof value === 'object' && value !== null ? jsonText(value) : JSON.stringify(value);
}
