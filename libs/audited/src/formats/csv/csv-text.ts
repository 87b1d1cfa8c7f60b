/** Control characters but CR and LF, which RFC 4180 section 2, rule 6, allows in quotes; and the Unicode separators. */
const CONTROL = String.raw`[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029]`;
/** What begins a formula: `=`, `+`, `-`, `@`, and their full-width forms, which some spreadsheets read alike. */
const FORMULA = String.raw`[=+\-@\uff1d\uff0b\uff0d\uff20]`;
const START = String.raw`^(?:[\r\n]|[" ]*${FORMULA})`;
const SEPARATOR = String.raw`[,;\r\n](?="*${FORMULA})`;

const HAS_CONTROL = new RegExp(CONTROL);
const EACH_CONTROL = new RegExp(CONTROL, 'g');
const BEGINS_FORMULA = new RegExp(START);
const EACH_SEPARATOR = new RegExp(SEPARATOR, 'g');
/** One look decides for nearly every text that there is nothing to do. */
const NEEDS_WORK = new RegExp(`${START}|${SEPARATOR}|${CONTROL}`);

/** A text as a cell can hold it: a space for every control character but line ends, U+FFFD for every lone surrogate. */
export function cellText(text: string): string {
  const wellFormed = text.toWellFormed();
  return HAS_CONTROL.test(wellFormed) ? wellFormed.replaceAll(EACH_CONTROL, ' ') : wellFormed;
}

/**
 * A {@link cellText} that no spreadsheet takes for a formula (OWASP, "CSV Injection"; CWE-1236): an apostrophe stands
 * before what begins one, at the start of the text, behind spaces and quotes too, and before a line end at the start.
 *
 * The same holds behind every comma, semicolon and line end within the text. A spreadsheet that is set to another
 * delimiter than the file's, as those of half of Europe are, does not see the quotes of the file and begins a cell there.
 * That is why the library's own `escape_formulas`, which looks at the first character alone, is not enough.
 */
export function guardedText(text: string): string {
  const wellFormed = text.toWellFormed();
  if (!NEEDS_WORK.test(wellFormed)) return wellFormed;
  const clean = wellFormed.replaceAll(EACH_CONTROL, ' ');
  const guarded = clean.replaceAll(EACH_SEPARATOR, "$&'");
  return BEGINS_FORMULA.test(clean) ? `'${guarded}` : guarded;
}

const IN_JSON = new RegExp(`[",;]${FORMULA}`);
/** An escape, which may be a quote that ends nothing; a quote that begins or ends a text; what begins a formula. */
const JSON_TOKEN = new RegExp(String.raw`\\.|"|(?<=[",;])${FORMULA}`, 'g');

/**
 * JSON of which no part is taken for a formula, under the rule of {@link guardedText}. The character is written as an
 * escape, so the value is the same for every JSON reader. Numbers stay: `,-2` is no formula.
 */
export function guardedJson(json: string): string {
  if (!IN_JSON.test(json)) return json;
  // Token by token: an expression for a whole text would need as much stack as the text has escapes.
  let isInText = false;
  return json.replaceAll(JSON_TOKEN, (token) => {
    if (token === '"') isInText = !isInText;
    return token.length > 1 || token === '"' || !isInText ? token : escaped(token);
  });
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
