import { canonicalJson } from '../../event/canonical-json.js';
import type { AuditEvent } from '../../event/audit-event.js';
import type { JsonObject } from '../../event/json-value.js';
import { withPersonalPart } from '../../storage/stored-record.js';

/** What the journal needs of an event that is ready to be sealed. */
export interface JournalEvent {
  /** Canonical JSON of the redacted event, personal values left out. */
  readonly body: string;
  /** Canonical JSON of the personal part. */
  readonly personal?: string;
}

/** White space of JSON that is not a blank: canonical JSON has none, and a line feed would end the line. */
const BREAKS_LINE = /[\t\n\r]/;
/**
 * Characters that JSON allows unescaped, but that end a line for some readers (U+0085, U+2028, U+2029) or command a
 * terminal (DEL and the C1 controls).
 */
const CONTROLS = /[\u007f-\u009f\u2028\u2029]/;
const EVERY_CONTROL = new RegExp(CONTROLS, 'g');

/**
 * One event as one line, without the line feed: the personal part is back in its place and every control character is
 * escaped. Parsed, it is the event; as text it is canonical JSON except for those escapes.
 *
 * @throws SyntaxError when body or personal part is no JSON
 */
export function journalLine({ body, personal }: JournalEvent): string {
  const text = personal === undefined && !BREAKS_LINE.test(body) ? body : merged(body, personal);
  return CONTROLS.test(text) ? text.replaceAll(EVERY_CONTROL, escaped) : text;
}

function merged(body: string, personal: string | undefined): string {
  const event = JSON.parse(body) as AuditEvent;
  return canonicalJson((personal === undefined ? event : withPersonalPart(event, personal)) as unknown as JsonObject);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
