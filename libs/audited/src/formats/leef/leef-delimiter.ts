import { OptionsInvalidError } from '../../event/audit.error.js';

/** Tab, which is what LEEF 1.0 has and LEEF 2.0 means when it names none. */
export const TAB = 'x09';

const HEX = /^0?x([0-9a-f]{1,4})$/i;
const MARK = /^[\p{P}\p{S}]$/u;
/** `|` ends header fields, `=` ends keys; the others stand in addresses, identifiers, numbers, paths, e-mail and JSON. */
const TAKEN = '|=\\/.,:-_+@%"[]{}';

/**
 * The character that an option names: itself, or its number as `x5E` or `0x5E`. Because LEEF escapes nothing, it must be
 * one that no reader takes for anything else and that losing costs least: the tab, or a punctuation mark or symbol.
 *
 * @throws OptionsInvalidError for any other
 */
export function delimiterOf(option: string): string {
  // Whoever has no types may hand over anything.
  const named = typeof option === 'string' ? option : '';
  const digits = HEX.exec(named)?.[1];
  const character = digits === undefined ? named : String.fromCharCode(Number.parseInt(digits, 16));
  const usable = character === '\t' || (MARK.test(character) && !TAKEN.includes(character) && character.length === 1);
  if (!usable) {
    throw new OptionsInvalidError(
      'delimiter',
      'is no character that can separate attributes',
      `Use "^", a similar mark, or its number such as "x5E"; not a letter, a digit, a space or one of ${TAKEN}`,
    );
  }
  return character;
}
