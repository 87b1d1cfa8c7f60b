import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

/** A LEEF line, read back. */
export interface ParsedLeef {
  readonly version: string;
  /** Vendor, product, version, EventID. */
  readonly header: readonly string[];
  readonly delimiter: string;
  readonly attributes: ReadonlyMap<string, string>;
}

interface PredefinedKey {
  readonly type: string;
  readonly length?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const STANDARD = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../../../test/golden/schemas/leef.json'), 'utf8'),
) as { readonly eventId: number; readonly keys: Record<string, PredefinedKey> };

/** Names that IBM gave a meaning. */
export const LEEF_PREDEFINED = Object.keys(STANDARD.keys);

/**
 * Reads one line by the DSM guide: header fields up to the fifth `|` (the sixth in version 2.0), attributes between
 * delimiters, a key up to the first `=`. Throws for whatever the guide forbids: a key twice, a key of more than one
 * word, an empty value, a value that is not of its key's type or too long for it.
 */
export function parseLeef(line: string): ParsedLeef {
  if (!line.isWellFormed()) throw new Error('not well-formed');
  // oxlint-disable-next-line no-control-regex -- what a line must not hold; the tab separates
  if (/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/.test(line)) throw new Error('a control character');
  const version = /^LEEF:(1\.0|2\.0)\|/.exec(line)?.[1];
  if (version === undefined) throw new Error('no version');
  const fields = line.split('|', version === '1.0' ? 5 : 6);
  if (fields.length < (version === '1.0' ? 5 : 6)) throw new Error('a header field is missing');
  const rest = line.slice(fields.join('|').length);
  if (!rest.startsWith('|')) throw new Error('the header does not end');
  const header = fields.slice(1, 5);
  if (header.some((field) => field === '' || field.trim() !== field)) throw new Error('an empty header field');
  if ((header[3] as string).length > STANDARD.eventId) throw new Error('EventID is too long');
  const delimiter = version === '1.0' ? '\t' : delimiterOf(fields[5] as string);
  const attributes = new Map<string, string>();
  for (const attribute of rest.slice(1).split(delimiter)) {
    const sign = attribute.indexOf('=');
    const key = attribute.slice(0, sign);
    const value = attribute.slice(sign + 1);
    if (sign < 1 || !/^[A-Za-z0-9]+$/.test(key)) throw new Error(`no key: ${JSON.stringify(attribute)}`);
    if (attributes.has(key)) throw new Error(`${key} twice`);
    if (value === '' || value.trim() !== value) throw new Error(`${key} is empty or padded`);
    if (value.includes('\t')) throw new Error(`a tab in ${key}`);
    checkPredefined(key, value);
    attributes.set(key, value);
  }
  return { version, header, delimiter, attributes };
}

function delimiterOf(field: string): string {
  const digits = /^0?x([0-9A-Fa-f]{1,4})$/.exec(field)?.[1];
  if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 16));
  if (field.length !== 1) throw new Error(`the delimiter ${JSON.stringify(field)}`);
  return field;
}

function checkPredefined(key: string, value: string): void {
  const known = Object.hasOwn(STANDARD.keys, key) ? STANDARD.keys[key] : undefined;
  if (known === undefined) return;
  if (known.length !== undefined && value.length > known.length) throw new Error(`${key} is too long`);
  const wrong =
    (known.type === 'ip' && isIP(value) === 0) ||
    (known.type === 'date' && !/^(?:\d{10}|\d{13})$/.test(value)) ||
    (known.type === 'boolean' && !/^(?:true|false)$/.test(value)) ||
    (known.type === 'integer' &&
      (!/^\d+$/.test(value) || Number(value) < (known.minimum ?? 0) || Number(value) > (known.maximum ?? Infinity)));
  if (wrong) throw new Error(`${key} is no ${known.type}: ${value}`);
}
