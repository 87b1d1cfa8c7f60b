/** What a first look at a text found; most ordinary short texts come out as 0 and need nothing further. */
export const Screen = {
  /** Surrogates: pairs or lone ones. */
  SURROGATE: 1,
  /** Characters above 127: the text has more bytes than characters. */
  WIDE: 2,
  /** Control, bidi and zero-width characters, line separators. */
  INVISIBLE: 4,
  /** `"` and `\`, which JSON escapes. */
  QUOTED: 8,
  /** Long enough a token to be a key. */
  TOKEN: 16,
  /** Enough digits for a card number. */
  DIGITS: 32,
  /** A word that ends like `Bearer` or `Basic`, and a space. */
  SCHEME: 64,
  /** `name=value`, `name: value`, `<name>value`, `scheme://`. */
  PAIR: 128,
  /** `--`, as in `-----BEGIN`. */
  DASHES: 256,
} as const;

/** Any of these and the detectors have to look. */
export const SUSPICIOUS = Screen.TOKEN | Screen.DIGITS | Screen.SCHEME | Screen.PAIR | Screen.DASHES;

/** True when a screened text can stay as it is, its length aside. */
export function isHarmless(screened: number): boolean {
  return (screened & (SUSPICIOUS | Screen.SURROGATE)) === 0;
}

const LEAST_TOKEN = 16;
const LEAST_CARD_DIGITS = 13;

const enum Kind {
  Other,
  Hex,
  Digit,
  Letter,
  Dash,
  Space,
  Separator,
  Escape,
  Control,
}

const KINDS = kindsOfAscii();

/**
 * One pass over the text: the filter in front of every detector, on the hot path of every recorded value.
 * A UUID is no suspect: a token must hold a character that is neither hexadecimal nor a dash.
 */
export function screen(text: string): number {
  let found = 0;
  let run = 0;
  let wordly = false;
  let digits = 0;
  let before = Kind.Other;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (KINDS[code] as Kind) : Kind.Other;
    switch (kind) {
      case Kind.Digit:
        digits += 1;
        run += 1;
        if (digits >= LEAST_CARD_DIGITS) found |= Screen.DIGITS;
        break;
      case Kind.Hex:
        run += 1;
        digits = 0;
        break;
      case Kind.Letter:
        run += 1;
        wordly = true;
        digits = 0;
        break;
      case Kind.Dash:
        run += 1;
        if (before === Kind.Dash) found |= Screen.DASHES;
        break;
      default:
        if (run >= LEAST_TOKEN && wordly) found |= Screen.TOKEN;
        run = 0;
        wordly = false;
        if (kind === Kind.Space) {
          if (endsScheme(text, at)) found |= Screen.SCHEME;
        } else {
          digits = 0;
          if (kind === Kind.Separator) found |= separator(text, at, before);
          else if (kind === Kind.Escape) found |= Screen.QUOTED;
          else if (kind === Kind.Control) found |= Screen.INVISIBLE | (endsScheme(text, at) ? Screen.SCHEME : 0);
          else if (code > 127) found |= wideCharacter(code);
        }
    }
    before = kind;
  }
  return run >= LEAST_TOKEN && wordly ? found | Screen.TOKEN : found;
}

/** The `r` of Bearer or the `c` of Basic stands before the space. */
function endsScheme(text: string, at: number): boolean {
  const letter = text.charCodeAt(at - 1) | 0x20;
  return letter === 0x72 || letter === 0x63;
}

/** `:` after a digit is a time of day or a port far more often than a secret, but `s3://` is not; `=` and `>` always count. */
function separator(text: string, at: number, before: Kind): number {
  if (text.charCodeAt(at) !== 0x3a) return Screen.PAIR;
  if (before === Kind.Digit) return text.charCodeAt(at + 1) === 0x2f ? Screen.PAIR : 0;
  return before === Kind.Separator ? 0 : Screen.PAIR;
}

function wideCharacter(code: number): number {
  if (code >= 0xd800 && code <= 0xdfff) return Screen.WIDE | Screen.SURROGATE;
  return isInvisible(code) ? Screen.WIDE | Screen.INVISIBLE : Screen.WIDE;
}

/** Characters that forge or hide parts of a line: C0, DEL, C1, line separators, bidi controls, zero-width. */
export function isInvisible(code: number): boolean {
  if (code < 0x2000) return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x61c;
  if (code > 0x2069) return code === 0xfeff;
  return (
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x2064) ||
    code >= 0x2066
  );
}

function kindsOfAscii(): Uint8Array {
  const kinds = new Uint8Array(128);
  const mark = (characters: string, kind: Kind): void => {
    for (const character of characters) kinds[character.charCodeAt(0)] = kind;
  };
  kinds.fill(Kind.Control, 0, 0x20);
  kinds[0x7f] = Kind.Control;
  mark('ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ_', Kind.Letter);
  mark('abcdefABCDEF', Kind.Hex);
  mark('0123456789', Kind.Digit);
  mark('-', Kind.Dash);
  mark(' %+', Kind.Space);
  mark(':=>', Kind.Separator);
  mark('"\\', Kind.Escape);
  return kinds;
}
