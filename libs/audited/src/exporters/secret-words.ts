import { shortened } from './short-text.js';

const REMOVED = '[redacted]';
/** Shorter secrets would tear holes into words; no receiver gives out such. */
const LEAST_LENGTH = 4;
const MOST_CHARACTERS = 300;
/** More is not looked at: nobody reads it, and it would be cut anyway. */
const MOST_SOUGHT = 16 * 1024;
const CUT = '...';

/** Takes secrets out of what people will read, and makes it one bounded line. */
export type CleanText = (text: string) => string;

/**
 * Takes secrets out of a text and leaves the rest as it is: for answers of receivers, before they are read.
 *
 * @param secrets values that must never be shown: tokens, keys, passwords. They are found in every form in which a receiver
 * may repeat them: in any case of letters; encoded for URLs, JSON, HTML and as Base64, also within something longer; with
 * its white space made one; and cut off where a text was shortened.
 */
export function withoutSecrets(secrets: readonly (string | undefined)[]): (text: string) => string {
  const plain = secrets.filter((secret): secret is string => secret !== undefined && secret.length >= LEAST_LENGTH);
  const forms = [...new Set(plain.flatMap(formsOf))].filter(({ length }) => length >= LEAST_LENGTH);
  const patterns = forms.map((form) => new RegExp(escaped(form), 'gi'));
  const beginnings = forms.map((form) => form.toLowerCase());
  return (text) =>
    without([...patterns.flatMap((pattern) => spansOf(pattern, text)), ...cutOff(beginnings, text)], text);
}

/** @param secrets as for {@link withoutSecrets} */
export function cleanTextOf(secrets: readonly (string | undefined)[]): CleanText {
  const remove = withoutSecrets(secrets);
  return (text) => {
    const sought = text.length > MOST_SOUGHT ? `${text.slice(0, MOST_SOUGHT)}${CUT}` : text;
    // Control characters and line ends of every kind: an answer must not forge a line of a log.
    const line = remove(sought)
      .toWellFormed()
      .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim();
    return shortened(line, MOST_CHARACTERS);
  };
}

function formsOf(secret: string): readonly string[] {
  const known = secret.toWellFormed();
  const json = JSON.stringify(known).slice(1, -1);
  const html = known.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  return [
    secret,
    known.replaceAll(/\s+/g, ' ').trim(),
    encodeURIComponent(known),
    new URLSearchParams([['', known]]).toString().slice(1),
    json,
    json.replaceAll('/', String.raw`\/`),
    json.replaceAll(/[\u007f-\uffff]/g, (unit) => String.raw`\u` + unit.charCodeAt(0).toString(16).padStart(4, '0')),
    ...["'", '&#39;', '&#039;', '&#x27;', '&apos;'].map((quote) => html.replaceAll("'", quote)),
    ...base64Forms(known),
  ];
}

/** Alone, and what is always the same of it when something stands before or after it, such as a user and a colon. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const within = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const text = whole.toString('base64').replaceAll('=', '');
    // The digits at the edges hold bits of the neighbours, too.
    return text.slice(before === 0 ? 0 : before + 1, whole.length % 3 === 0 ? text.length : text.length - 1);
  });
  const alone = bytes.toString('base64');
  const forms = [alone, alone.replaceAll('=', ''), ...within];
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

type Span = readonly [from: number, to: number];

/** Also those that overlap: half of a secret must not be left over. */
function spansOf(pattern: RegExp, text: string): readonly Span[] {
  const spans: Span[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    spans.push([match.index, match.index + match[0].length]);
    pattern.lastIndex = match.index + 1;
  }
  return spans;
}

/** Where a text was shortened, the beginning of a secret may be all that is left of it. */
function cutOff(beginnings: readonly string[], text: string): readonly Span[] {
  const lower = text.toLowerCase();
  const ends = [text.length, ...[...text.matchAll(/\.{3}|\u2026/g)].map(({ index }) => index)];
  return ends.flatMap((end) =>
    beginnings.flatMap((beginning): Span[] => {
      for (let length = Math.min(beginning.length - 1, end); length >= LEAST_LENGTH; length -= 1) {
        if (lower.startsWith(beginning.slice(0, length), end - length)) {
          return [[end - length, end]];
        }
      }
      return [];
    }),
  );
}

function without(spans: readonly Span[], text: string): string {
  let kept = '';
  let at = 0;
  for (const [from, to] of spans.toSorted((one, other) => one[0] - other[0])) {
    if (from >= at) {
      kept += `${text.slice(at, from)}${REMOVED}`;
    }
    at = Math.max(at, to);
  }
  return kept + text.slice(at);
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`);
}
