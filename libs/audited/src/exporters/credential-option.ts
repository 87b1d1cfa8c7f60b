import { OptionsInvalidError } from '../event/audit.error.js';

/**
 * Checks a token or key that goes into a header as it is. Unlike the other checks it never says what was given.
 *
 * @throws OptionsInvalidError when it is no text, is empty, or holds what a header cannot
 */
export function checkCredential(option: string, value: unknown): void {
  checkSecret(option, value);
  if (!/^[\x21-\x7e]+$/.test(value as string)) {
    throw new OptionsInvalidError(
      option,
      'holds a blank, a line end or a character beyond ASCII',
      'Give it as the receiver shows it, without anything around it.',
    );
  }
}

/**
 * Checks a password: any text. It never says what was given.
 *
 * @throws OptionsInvalidError when it is no text, or empty
 */
export function checkSecret(option: string, value: unknown): void {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new OptionsInvalidError(
      option,
      typeof value === 'string' ? 'is empty' : `must be a text, not a value of type ${typeof value}`,
      'Give it from the environment or a secret store, and check that it is set there.',
    );
  }
}
