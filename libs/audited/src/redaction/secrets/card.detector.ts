import type { SecretDetector, SecretSpan } from './secret-spans.js';

const LEAST_DIGITS = 13;
const MOST_DIGITS = 19;
/** Digits in groups, one space or dash between them: `4111 1111 1111 1111`. */
const DIGIT_GROUPS = /\d+(?:[ -]\d+)*/g;
const GROUP = /\d+/g;
const LEAST_GROUP = 3;
const MOST_GROUP = 7;

/**
 * Payment card numbers: 13 to 19 digits that pass the Luhn check. Not taken for one: numbers that start with 0 or 1,
 * which no card in use does but every timestamp (milliseconds, micro- and nanoseconds) does; fractions; digits inside
 * a hexadecimal digest; groups of a shape no card is printed in, such as those of a UUID.
 */
export const findCardNumbers: SecretDetector = (text) => {
  const spans: SecretSpan[] = [];
  for (const match of text.matchAll(DIGIT_GROUPS)) {
    const [digits] = match;
    if (digits.length < LEAST_DIGITS) continue;
    const end = match.index + digits.length;
    if (isFraction(text, match.index) || isInsideDigest(text, match.index, end)) continue;
    findInGroups(digits, match.index, spans);
  }
  return spans;
};

/** True for 13 to 19 digits of a possible card number. */
export function isCardNumber(digits: string): boolean {
  if (digits.length < LEAST_DIGITS || digits.length > MOST_DIGITS || digits < '2') return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const doubled = digit * 2;
    if (at % 2 === 0) sum += digit;
    else sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** A card number may start and end at any group: `17 4111 1111 1111 1111 12`. */
function findInGroups(text: string, offset: number, spans: SecretSpan[]): void {
  const groups = [...text.matchAll(GROUP)];
  for (let first = 0; first < groups.length; first += 1) {
    const last = lastGroupOfCard(groups, first);
    if (last === -1) continue;
    const closing = groups[last];
    const start = offset + (groups[first]?.index ?? 0);
    spans.push({ start, end: offset + (closing === undefined ? 0 : closing.index + closing[0].length) });
    first = last;
  }
}

/** The longest card number that starts at a group; -1 when none does. */
function lastGroupOfCard(groups: readonly RegExpExecArray[], first: number): number {
  let digits = '';
  let found = -1;
  for (let last = first; last < groups.length; last += 1) {
    digits += groups[last]?.[0] ?? '';
    if (digits.length > MOST_DIGITS || (last > first && !isPrintedGroups(groups, first, last))) break;
    if (isCardNumber(digits)) found = last;
  }
  return found;
}

function isPrintedGroups(groups: readonly RegExpExecArray[], first: number, last: number): boolean {
  return groups.slice(first, last + 1).every(([group], at, all) => {
    const least = at === all.length - 1 ? 1 : LEAST_GROUP;
    return group.length >= least && group.length <= MOST_GROUP;
  });
}

function isFraction(text: string, start: number): boolean {
  return text[start - 1] === '.' && /\d/.test(text[start - 2] ?? '');
}

/** True when the digits stand in an unbroken run of hexadecimal characters that holds letters too. */
function isInsideDigest(text: string, start: number, end: number): boolean {
  const before = runOf(text, start - 1, -1);
  const behind = runOf(text, end, 1);
  return (before !== '' || behind !== '') && /^[0-9a-f]+$/i.test(before + behind);
}

/** Far enough to tell a digest from a word; a longer look would make the search quadratic. */
const LONGEST_LOOK = 64;

function runOf(text: string, from: number, step: 1 | -1): string {
  const stop = from + step * LONGEST_LOOK;
  let at = from;
  while (at !== stop && isWordly(text.charCodeAt(at))) at += step;
  return step === 1 ? text.slice(from, at) : text.slice(at + 1, from + 1);
}

function isWordly(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
}
