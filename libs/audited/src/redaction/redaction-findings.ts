import type { AuditTruncation } from '../event/audit-event.js';
import { pointerToken, pointerTokens } from '../event/json-pointer.js';

/** What was cut and what was hidden; the redactor's calls add to it. One per event. */
export interface RedactionFindings {
  readonly truncated: AuditTruncation[];
  /** JSON Pointers (RFC 6901) of what was hidden. */
  readonly redacted: string[];
}

/** Entries of each kind; one more then says how many were left out. A record must not grow by its own remarks. */
export const MAX_FINDINGS = 64;

const REST = /^…and (\d+) more$/;

/** One step of a JSON Pointer: `/` and `~` in names are escaped. */
export function pointerTo(parent: string, name: string): string {
  return `${parent}/${pointerToken(name)}`;
}

/** The names a JSON Pointer goes through; none for the empty one. */
export function pointerNames(pointer: string): readonly string[] {
  return pointerTokens(pointer) ?? [];
}

/** Remembers that something at `pointer` was hidden. */
export function noteRedacted(findings: RedactionFindings, pointer: string): void {
  const { redacted } = findings;
  if (redacted.length < MAX_FINDINGS) {
    if (redacted.at(-1) !== pointer) redacted.push(pointer);
    return;
  }
  redacted[MAX_FINDINGS] = oneMore(redacted[MAX_FINDINGS]);
}

/** False when the list is full: then nobody needs to compute a digest. */
export function hasRoomForTruncation(findings: RedactionFindings): boolean {
  return findings.truncated.length < MAX_FINDINGS;
}

/**
 * Remembers that something was cut. Beyond {@link MAX_FINDINGS} one last entry counts the others; its `bytes`
 * adds up what was known of them, so it is a lower bound.
 */
export function noteTruncated(findings: RedactionFindings, truncation: AuditTruncation): void {
  const { truncated } = findings;
  if (truncated.length < MAX_FINDINGS) {
    truncated.push(truncation);
    return;
  }
  const rest = truncated[MAX_FINDINGS];
  truncated[MAX_FINDINGS] = { path: oneMore(rest?.path), bytes: (rest?.bytes ?? 0) + truncation.bytes };
}

function oneMore(rest: string | undefined): string {
  const counted = Number(REST.exec(rest ?? '')?.[1] ?? 0);
  return `…and ${counted + 1} more`;
}
