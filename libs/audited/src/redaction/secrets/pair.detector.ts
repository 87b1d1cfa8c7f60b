import type { SecretSpan } from './secret-spans.js';

/** Between the name and its separator: `"password" :`, `data[password]=`, `\"pin\":`, `%22pin%22:`. */
const CLOSING = ' \t\r\n"\'`]\\';
const MOST_CLOSING = 8;
const LONGEST_NAME = 64;

/** Between the separator and the value: `password => x`, `password := x`, `password ==x`. */
const OPENING = /[=>:]{0,2}\s{0,8}/y;
const BARE_VALUE = /[^\s&;"'<>]+/y;
const QUOTE = /\\?["'`]/y;
const SCHEME_WORD = /(?:bearer|basic|token|negotiate|ntlm|apikey|api-key)\s{1,8}/iy;
const REST_OF_LINE = /[^\r\n]*/y;
/** Headers whose values hold spaces and separators of their own. */
const WHOLE_LINE_NAMES = /cookie2?$/i;
const WHOLE_LINE_SCHEME = /(?:digest|oauth|hawk|signature|aws4-hmac-sha256)\s/iy;

/**
 * Values behind secret names in running text: `password=x`, `"apiKey": "x"`, `?token=x&`, `<pin>1234</pin>`,
 * `Cookie: a=b; c=d`. The names are judged as the keys of objects are.
 */
export function findNamedValues(text: string, isSecretName: (name: string) => boolean): readonly SecretSpan[] {
  const spans: SecretSpan[] = [];
  for (let at = nextSeparator(text, 0); at !== -1;) {
    const name = nameBefore(text, at);
    let next = at + 1;
    if (name !== '' && isSecretName(name)) {
      const span = valueAfter(text, at + 1, name);
      if (span !== undefined) {
        spans.push(span);
        next = Math.max(next, span.end);
      }
    }
    at = nextSeparator(text, next);
  }
  return spans;
}

function nextSeparator(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x3a || code === 0x3d || code === 0x3e) return at;
  }
  return -1;
}

/** Looks a bounded way back, so that a text of nothing but separators takes linear time. */
function nameBefore(text: string, separator: number): string {
  let end = separator;
  while (end > 0 && separator - end < MOST_CLOSING && CLOSING.includes(text.charAt(end - 1))) end -= 1;
  if (text.endsWith('%22', end) || /%5d/i.test(text.slice(Math.max(0, end - 3), end))) end -= 3;
  let start = end;
  while (start > 0 && end - start < LONGEST_NAME && isNamePart(text.charCodeAt(start - 1))) start -= 1;
  // `<pin>`: only an opening tag makes a name of what stands before `>`.
  if (text.charAt(separator) === '>' && text.charAt(start - 1) !== '<') return '';
  return text.slice(start, end);
}

/** Letters, digits, `_ - .` and everything beyond ASCII. */
function isNamePart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x2d ||
    code === 0x2e ||
    code > 0x7f
  );
}

function valueAfter(text: string, from: number, name: string): SecretSpan | undefined {
  let start = endOf(OPENING, text, from) ?? from;
  const quote = quoteAt(text, start);
  if (quote !== '') {
    const inside = start + quote.length;
    const end = endOfQuoted(text, inside, quote);
    return spanFrom(Math.min(endOf(SCHEME_WORD, text, inside) ?? inside, end), end);
  }
  if (WHOLE_LINE_NAMES.test(name)) return spanFrom(start, endOf(REST_OF_LINE, text, start));
  const opening = text.charAt(start);
  if (opening === '[' || opening === '{') return spanFrom(start, endOfBrackets(text, start));
  if (endOf(WHOLE_LINE_SCHEME, text, start) !== undefined) return spanFrom(start, endOf(REST_OF_LINE, text, start));
  start = endOf(SCHEME_WORD, text, start) ?? start;
  return spanFrom(start, endOf(BARE_VALUE, text, start));
}

/** `"`, or `\"` inside a text that is itself quoted. */
function quoteAt(text: string, at: number): string {
  QUOTE.lastIndex = at;
  return QUOTE.exec(text)?.[0] ?? '';
}

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    let slashes = 0;
    while (at - slashes > from && text.charAt(at - slashes - 1) === '\\') slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}

/** The matching bracket, or the end of the text: a list of secrets is hidden whole. */
function endOfBrackets(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function endOf(sticky: RegExp, text: string, at: number): number | undefined {
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : undefined;
}

function spanFrom(start: number, end: number | undefined): SecretSpan | undefined {
  return end === undefined || end <= start ? undefined : { start, end };
}
