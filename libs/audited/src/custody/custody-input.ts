import type { CustodyAct } from './custody-act.js';
import { CustodyInputError } from '../event/custody.error.js';

/** Names go into records, messages and command lines. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._:/#-]{0,127}$/u;

/**
 * Refuses an act without a person or a reason: a record that does not say who and why is no evidence.
 *
 * @throws CustodyInputError naming the field and the cure
 */
export function checkAct(act: CustodyAct): void {
  const { by, reason } = act;
  if (typeof reason !== 'string' || reason.trim() === '') {
    throw new CustodyInputError('reason', 'is missing', 'Say why, in words that an auditor understands.');
  }
  if (typeof by !== 'object' || by === null || [by.id, by.email, by.name].every((word) => !isText(word))) {
    throw new CustodyInputError('by', 'names nobody', 'Give the id, the e-mail address or the name of who acts.');
  }
}

/** @throws CustodyInputError naming the field and the cure */
export function checkName(field: string, name: unknown): void {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new CustodyInputError(
      field,
      `is no name: ${JSON.stringify(name) ?? typeof name}`,
      'Use 1 to 128 letters, digits, spaces and . _ : / # -, beginning with a letter or digit.',
    );
  }
}

function isText(word: unknown): boolean {
  return typeof word === 'string' && word.trim() !== '';
}
