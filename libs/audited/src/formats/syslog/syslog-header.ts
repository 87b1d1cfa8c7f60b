import { OptionsInvalidError } from '../../event/audit.error.js';

/** What stands for a fact that is not known: RFC 5424 section 6, NILVALUE. */
export const NIL = '-';

/** Longest header fields of RFC 5424 section 6, in characters, which are bytes: all of them are ASCII. */
export const HEADER_LIMITS = Object.freeze({ hostname: 255, appName: 48, procId: 128, msgId: 32 });

/** PRINTUSASCII, %d33-126: no space, nothing beyond ASCII. */
const PRINTABLE = /^[!-~]+$/;

/**
 * A text as a header field: `_` for every character that a field cannot hold, then cut at the field's limit. Absent and
 * empty texts are the nil value.
 */
export function headerField(text: string | undefined, limit: number): string {
  if (text === undefined || text === '') return NIL;
  if (text.length <= limit && PRINTABLE.test(text)) return text;
  // A character takes two code units at most, so nothing that could be in the field lies behind twice the limit.
  return text
    .slice(0, 2 * limit)
    .replaceAll(/[^!-~]/gu, '_')
    .slice(0, limit);
}

/**
 * For a field that the application gives: nobody should have to find out from the collector that it was changed.
 *
 * @throws OptionsInvalidError when the field could not hold it as it is
 */
export function checkHeaderField(option: keyof typeof HEADER_LIMITS, value: unknown): void {
  const limit = HEADER_LIMITS[option];
  if (value === undefined || (typeof value === 'string' && value.length <= limit && PRINTABLE.test(value))) return;
  throw new OptionsInvalidError(
    option,
    'does not fit into a syslog header',
    `Use 1 to ${limit} printable ASCII characters without spaces.`,
  );
}
