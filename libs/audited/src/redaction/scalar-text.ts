import { isCardNumber } from './secrets/card.detector.js';
import { readMember } from './value-view.js';

/** What stands in JSON for scalars it cannot carry. */
export function scalarText(value: bigint | symbol | object): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'symbol') return value.description ?? '';
  const name = readMember(value, 'name');
  return typeof name === 'string' && name !== '' ? `[function ${name}]` : '[function]';
}

/** A number as JSON carries it: `-0` is 0, what is not finite becomes text. */
export function jsonNumber(value: number): number | string {
  if (!Number.isFinite(value)) return String(value);
  return value === 0 ? 0 : value;
}

const LEAST_CARD_NUMBER = 1e12;

/** A card number may come as a number too. */
export function isNumericCard(value: number): boolean {
  return value >= LEAST_CARD_NUMBER && Number.isSafeInteger(value) && isCardNumber(String(value));
}
