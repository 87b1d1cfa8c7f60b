import { cutToBytes, singleLine } from '../plain-text.js';
import { LEEF_KEYS, LEEF_UNUSED_KEYS } from './leef-keys.js';

/** A text as a field of the header: LEEF cannot escape a `|`, so it is a space. */
export function leefHeaderText(text: string): string {
  return singleLine(text).replaceAll('|', ' ').trim();
}

/**
 * Readers split at the delimiter, then at the first `=`, so an `=` in a value is harmless to them. But the DSM guide
 * tells people to make a QRadar property of an attribute by the expression `key=([^\t]+)`, which is not tied to the
 * beginning of an attribute: a user called `x role=admin` would be one. So the `=` behind the name of an attribute is a
 * space; any other, as in `CN=Bob,OU=Sales` or in base64, stays.
 */
const LIKE_AN_ATTRIBUTE = new RegExp(`(${[...LEEF_KEYS.map(({ key }) => key), ...LEEF_UNUSED_KEYS].join('|')})=`, 'gi');

/** Anything but printable ASCII, and `=`. */
const UNUSUAL = /[^ -<>-~]/;

/** How texts become values between one kind of delimiter. */
export class LeefValues {
  readonly #delimiterInJson: string;

  constructor(private readonly delimiter: string) {
    this.#delimiterInJson = `\\u${delimiter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  }

  /**
   * A text as a value, the empty text if nothing is left of it. LEEF escapes nothing: a control character, a line end
   * and the delimiter are spaces.
   */
  text(text: string, bytes: number): string {
    const delimited = text.includes(this.delimiter);
    // Nearly every value: nothing to replace, to trim or to cut, and as many bytes as characters.
    if (!delimited && text.length <= bytes && !UNUSUAL.test(text) && !text.startsWith(' ') && !text.endsWith(' ')) {
      return text;
    }
    let value = singleLine(text);
    if (delimited) value = value.replaceAll(this.delimiter, ' ');
    // Cut first, because a space takes as many bytes as an `=`: the expression never sees more than what is written.
    value = cutToBytes(value.trim(), bytes);
    if (value.includes('=')) value = value.replaceAll(LIKE_AN_ATTRIBUTE, '$1 ');
    return value.trimEnd();
  }

  /** JSON without delimiters and without `=`: both stand in its texts only, where JSON has an escape for them. */
  readonly json = (json: string): string => {
    const safe = json.includes('=') ? json.replaceAll('=', String.raw`\u003d`) : json;
    return safe.includes(this.delimiter) ? safe.replaceAll(this.delimiter, this.#delimiterInJson) : safe;
  };
}
