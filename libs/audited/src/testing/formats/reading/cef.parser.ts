import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isIPv4, isIPv6 } from 'node:net';

/** A CEF line, read back. */
export interface ParsedCef {
  readonly version: number;
  /** Vendor, product, version, event class id, name, severity. */
  readonly header: readonly string[];
  /** Keys as they stand, labels among them, in the order of the line. */
  readonly extension: ReadonlyMap<string, string>;
}

interface DictionaryKey {
  readonly type: string;
  readonly length?: number;
  readonly since: string;
}

const STANDARD = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../../../test/golden/schemas/cef.json'), 'utf8'),
) as { readonly header: Record<string, number>; readonly keys: Record<string, DictionaryKey> };

/**
 * Reads one line by the rules of the CEF Implementation Standard, chapter 1, and throws for whatever they forbid: a
 * wrong escape, a key twice, a value that is empty or has white space around it, more than one space between pairs, a
 * custom key without a label, a value that is not of its key's type or too long for it.
 */
export function parseCef(line: string): ParsedCef {
  if (!line.isWellFormed()) throw new Error('not well-formed');
  // oxlint-disable-next-line no-control-regex -- what a line must not hold
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(line)) throw new Error('a control character');
  const { fields, rest } = splitHeader(line);
  const version = /^CEF:([01])$/.exec(fields[0] as string)?.[1];
  if (version === undefined) throw new Error(`no version: ${fields[0]}`);
  const header = fields.slice(1);
  Object.values(STANDARD.header).forEach((bytes, index) => {
    const field = header[index] as string;
    if (field === '' || field.trim() !== field) throw new Error(`header field ${index} is empty or padded`);
    if (Buffer.byteLength(field) > bytes) throw new Error(`header field ${index} is too long`);
  });
  if (/[=%#|\\\s]/.test(header[3] as string)) throw new Error('a character that an event class id must escape');
  if (!/^(?:\d|10)$/.test(header[5] as string)) throw new Error(`severity ${header[5]}`);
  const extension = parseExtension(rest);
  for (const [key, value] of extension) checkKey(key, value, Number(version), extension);
  return { version: Number(version), header, extension };
}

/** Seven fields, each ended by a `|` that no backslash escapes. */
function splitHeader(line: string): { readonly fields: readonly string[]; readonly rest: string } {
  const fields: string[] = [];
  let field = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] as string;
    if (character === '|') {
      fields.push(field);
      field = '';
      if (fields.length === 7) return { fields, rest: line.slice(at + 1) };
    } else if (character === '\\') {
      at += 1;
      const escaped = line[at];
      if (escaped !== '\\' && escaped !== '|') throw new Error(`\\${escaped} in the header`);
      field += escaped;
    } else {
      field += character;
    }
  }
  throw new Error('fewer than seven header fields');
}

/** A key reaches from the last space before an `=` that no backslash escapes to that `=`. */
function parseExtension(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (text === '') return pairs;
  const signs: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '=') signs.push(at);
  }
  const keys = signs.map((sign) => ({ from: text.lastIndexOf(' ', sign) + 1, sign }));
  if (keys[0]?.from !== 0) throw new Error('the extension does not begin with a key');
  keys.forEach(({ from, sign }, index) => {
    const key = text.slice(from, sign);
    if (!/^[A-Za-z0-9]+$/.test(key)) throw new Error(`the key ${JSON.stringify(key)}`);
    if (pairs.has(key)) throw new Error(`${key} twice`);
    const next = keys[index + 1];
    const value = text.slice(sign + 1, next === undefined ? text.length : next.from - 1);
    const plain = unescaped(value);
    if (plain === '' || plain.trim() !== plain) throw new Error(`${key} is empty or padded: ${JSON.stringify(value)}`);
    pairs.set(key, plain);
  });
  return pairs;
}

const ESCAPES = new Map([
  ['\\', '\\'],
  ['=', '='],
  ['n', '\n'],
  ['r', '\r'],
]);

function unescaped(value: string): string {
  let text = '';
  for (let at = 0; at < value.length; at += 1) {
    if (value[at] !== '\\') {
      text += value[at];
      continue;
    }
    at += 1;
    const meant = ESCAPES.get(value[at] ?? '');
    if (meant === undefined) throw new Error(`\\${value[at]} in the extension`);
    text += meant;
  }
  return text;
}

const OWN = /^NestjsAudited[A-Z][A-Za-z0-9]*$/;
const NEEDS_LABEL = /^(?:cs[1-6]|cn[1-3]|cfp[1-4]|c6a[1-4]|deviceCustomDate[12]|flexString[12]|flexDate1)$/;

function checkKey(key: string, value: string, version: number, all: ReadonlyMap<string, string>): void {
  if (OWN.test(key)) return;
  const known = Object.hasOwn(STANDARD.keys, key) ? STANDARD.keys[key] : undefined;
  if (known === undefined) throw new Error(`${key} is not in the dictionary`);
  if (known.since === '1.2' && version === 0) throw new Error(`${key} in CEF:0`);
  if (known.length !== undefined && Buffer.byteLength(value) > known.length) throw new Error(`${key} is too long`);
  if (!isOfType(value, known.type)) throw new Error(`${key} is no ${known.type}: ${value}`);
  if (NEEDS_LABEL.test(key) && !all.has(`${key}Label`)) throw new Error(`${key} without a label`);
  if (key.endsWith('Label') && !all.has(key.slice(0, -'Label'.length))) throw new Error(`${key} labels nothing`);
}

function isOfType(value: string, type: string): boolean {
  switch (type) {
    case 'string':
      return true;
    case 'ipv4':
      return isIPv4(value);
    case 'ipv6':
      return isIPv6(value) && !value.includes('%');
    case 'long':
    case 'integer':
    case 'timestamp':
      return /^-?\d{1,19}$/.test(value);
    default:
      return false;
  }
}
