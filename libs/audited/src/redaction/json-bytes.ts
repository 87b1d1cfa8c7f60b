/** The colon and the comma of a member. */
export const MEMBER_PUNCTUATION_BYTES = 2;

/** Bytes of a text in canonical JSON, quotes included. */
export function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/** Bytes of a finite number in canonical JSON. */
export function numberBytes(value: number): number {
  if (Number.isInteger(value) && value >= 0 && value < 10_000) {
    if (value < 10) return 1;
    if (value < 100) return 2;
    return value < 1000 ? 3 : 4;
  }
  return String(value).length;
}
