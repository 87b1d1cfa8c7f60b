/** What stands where a JSON object has to begin or go on is none. */
export class NoJsonObjectError extends Error {
  override readonly name = 'NoJsonObjectError';
}

const SPACE = new Set([' ', '\t', '\n', '\r']);
/** Deeper ones would overflow the stack of whoever writes them as JSON again. */
const MOST_DEPTH = 100;

/**
 * JSON objects that stand one after another, with nothing but white space between them. Finds where each ends by reading it,
 * not by line ends. Gives the objects before the first fault, and then throws.
 *
 * @throws NoJsonObjectError for an array, a comma, a scalar, half an object, one that is nested too deeply, and no UTF-8
 */
export function* jsonObjects(body: Buffer): Generator<Readonly<Record<string, unknown>>> {
  const text = textOf(body);
  for (let at = afterSpace(text, 0); at < text.length;) {
    if (text[at] !== '{') {
      throw new NoJsonObjectError(`no object begins at ${at}`);
    }
    const end = objectEnd(text, at);
    yield parsed(text.slice(at, end));
    at = afterSpace(text, end);
  }
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch (error) {
    throw new NoJsonObjectError('this is no UTF-8', { cause: error });
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new NoJsonObjectError('an object that is no JSON', { cause: error });
  }
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (SPACE.has(text[at] ?? '')) at += 1;
  return at;
}

/** The place after the brace that closes the object which begins at `start`. */
function objectEnd(text: string, start: number): number {
  let depth = 0;
  let isInString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (isInString) {
      if (character === '\\') at += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') {
      isInString = true;
    } else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > MOST_DEPTH) throw new NoJsonObjectError(`nested deeper than ${MOST_DEPTH}`);
    } else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  throw new NoJsonObjectError('the body ends within an object');
}
