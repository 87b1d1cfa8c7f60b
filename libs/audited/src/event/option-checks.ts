import { OptionsInvalidError } from './audit.error.js';

/**
 * @param option path of the object; the empty one is the options themselves
 * @param hint what else may help whoever used an unknown name
 * @throws OptionsInvalidError when `value` is no object or has a key that no option is called by
 */
export function checkShape(option: string, value: unknown, known: readonly string[], hint?: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const name = option === '' ? 'options' : option;
    throw new OptionsInvalidError(name, `must be an object, not ${shown(value)}`, `It may hold: ${known.join(', ')}.`);
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const path = option === '' ? unknown : `${option}.${unknown}`;
    const cure = `Known are: ${known.join(', ')}.`;
    throw new OptionsInvalidError(path, 'is unknown', hint === undefined ? cure : `${cure} ${hint}`);
  }
}

export function checkText(option: string, value: unknown): void {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new OptionsInvalidError(
      option,
      `must be a text that is not empty, not ${shown(value)}`,
      'Leave it out for the default.',
    );
  }
}

export function checkFlag(option: string, value: unknown): void {
  if (typeof value !== 'boolean') {
    throw new OptionsInvalidError(
      option,
      `must be true or false, not ${shown(value)}`,
      'Leave it out for the default.',
    );
  }
}

export function checkOneOf(option: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== 'string' || !allowed.includes(value)) {
    throw new OptionsInvalidError(option, `is ${shown(value)}`, `Use one of: ${allowed.join(', ')}.`);
  }
}

export function checkWhole(option: string, value: unknown, least: number, most: number): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new OptionsInvalidError(option, `is ${shown(value)}`, `Use a whole number from ${least} to ${most}.`);
  }
}

/** Short and without content: an option may be a secret in the wrong place. */
function shown(value: unknown): string {
  if (typeof value === 'string') {
    return value === '' ? 'an empty text' : value.length <= 40 ? JSON.stringify(value) : 'a long text';
  }
  return typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined
    ? String(value)
    : `a value of type ${Array.isArray(value) ? 'array' : typeof value}`;
}
