import { createFormatter, FORMAT_NAMES, type EventFormatter, type FormatName } from 'nestjs-audited/formats';
import { InputError } from '../input-error.js';
import { textOf } from './input-files.js';

/**
 * Makes the formatter that the words name.
 *
 * @param given options of the format: `name=value`, the value JSON where it is JSON and a text otherwise; `name=@file`
 * takes the JSON in a file
 * @throws InputError naming the format, or the option and the cure
 */
export function formatterOf(format: string | undefined, given: readonly string[] = []): EventFormatter {
  if (format === undefined) {
    throw new InputError('--to is missing: name a format. "audited format --list" shows them all.');
  }
  if (!(FORMAT_NAMES as readonly string[]).includes(format)) {
    throw new InputError(`--to: there is no format "${format}". Use one of: ${FORMAT_NAMES.join(', ')}.`);
  }
  try {
    return createFormatter(format as FormatName, optionsOf(given) as never);
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message: string };
    throw code === 'AUDIT_OPTIONS_INVALID' ? new InputError(message.replace(/^Audit option/, '--option')) : error;
  }
}

function optionsOf(given: readonly string[]): object {
  const entries = given.map((text): readonly [string, unknown] => {
    const at = text.indexOf('=');
    if (at < 1) {
      throw new InputError(`--option: "${text}" has no value. Give <name>=<value>, for example version=1.`);
    }
    return [text.slice(0, at), valueOf(text.slice(at + 1))];
  });
  const names = entries.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new InputError(`--option: "${twice}" is given twice.`);
  }
  // Entries, not assignment: an option named __proto__ stays an option, and is refused like any unknown one.
  return Object.fromEntries(entries);
}

function valueOf(text: string): unknown {
  if (!text.startsWith('@')) {
    const value = jsonOf(text);
    return value === undefined ? text : value;
  }
  const file = text.slice(1);
  const value = jsonOf(textOf('--option', file));
  if (value === undefined) {
    throw new InputError(`--option: "${file}" holds no JSON.`);
  }
  return value;
}

/** @returns `undefined` for what is no JSON */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A text without quotes, which nobody likes to write in a shell.
    return undefined;
  }
}
