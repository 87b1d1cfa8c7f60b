import { REDACTED } from '../marks.js';

/** Parts of a text that are secret, in the order of their beginnings; they may touch or overlap. */
export interface SecretSpan {
  readonly start: number;
  /** First index behind the secret. */
  readonly end: number;
}

/** Finds one kind of secret. Takes time linear in the text, whatever the text. */
export type SecretDetector = (text: string) => readonly SecretSpan[];

/** Every match of a global expression. Quantifiers in it must be bounded, or end where a failed try ends. */
export function spansOf(expression: RegExp, text: string): SecretSpan[] {
  const spans: SecretSpan[] = [];
  for (const match of text.matchAll(expression)) {
    if (match[0] !== '') spans.push({ start: match.index, end: match.index + match[0].length });
  }
  return spans;
}

/** Sorts the spans and joins those that touch or overlap. */
export function mergeSpans(spans: readonly SecretSpan[]): readonly SecretSpan[] {
  if (spans.length < 2) return spans;
  const merged: SecretSpan[] = [];
  for (const span of [...spans].sort((left, right) => left.start - right.start)) {
    const last = merged.at(-1);
    if (last === undefined || span.start > last.end) merged.push(span);
    else if (span.end > last.end) merged[merged.length - 1] = { start: last.start, end: span.end };
  }
  return merged;
}

/**
 * The first `keptLength` characters of the text with the secrets replaced. A secret that begins in the kept part and
 * ends behind it is replaced whole: cutting never leaves the head of one.
 */
export function replaceSpans(text: string, spans: readonly SecretSpan[], keptLength: number): string {
  if (spans.length === 0) return keptLength === text.length ? text : text.slice(0, keptLength);
  let replaced = '';
  let from = 0;
  for (const { start, end } of spans) {
    if (start >= keptLength) break;
    replaced += text.slice(from, start) + REDACTED;
    from = end;
  }
  return from < keptLength ? replaced + text.slice(from, keptLength) : replaced;
}
