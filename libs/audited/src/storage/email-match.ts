import type { JsonValue } from '../event/json-value.js';

/**
 * Whether a personal part holds an e-mail address as a value, at any depth. Upper and lower case mean the same person:
 * no mail system in use tells them apart.
 *
 * @param personal canonical JSON of the personal part; one that is damaged is searched as text, since what cannot be
 *   read may still name the person
 */
export function holdsEmail(personal: string, email: string): boolean {
  const wanted = folded(email);
  const inJson = JSON.stringify(wanted).slice(1, -1);
  if (/^[ -~]*$/.test(wanted) && !mayHold(personal, inJson)) {
    return false;
  }
  try {
    return holds(JSON.parse(personal) as JsonValue, wanted);
  } catch {
    // Damaged: the verifier reports it; here only the person counts.
    return folded(personal).includes(inJson);
  }
}

/** Cheap and never wrong about absence: most personal parts need no parsing. */
function mayHold(personal: string, text: string): boolean {
  return personal.includes('\\') || folded(personal).includes(text);
}

function holds(value: JsonValue | undefined, wanted: string): boolean {
  if (typeof value === 'string') {
    return folded(value) === wanted;
  }
  return typeof value === 'object' && value !== null && Object.values(value).some((inner) => holds(inner, wanted));
}

function folded(text: string): string {
  // Once more at the end: lower letters may compose with a mark where capital ones do not.
  return text.normalize('NFC').toLowerCase().normalize('NFC');
}
