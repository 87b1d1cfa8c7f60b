import { findCardNumbers } from './card.detector.js';
import { findPrivateKeys, findSchemeCredentials, findUrlPasswords } from './credential.detector.js';
import { findNamedValues } from './pair.detector.js';
import { mergeSpans, type SecretSpan } from './secret-spans.js';
import { Screen } from './text-screen.js';
import { findIssuedKeys, findWebTokens } from './token.detector.js';

/**
 * Everything in a text that is secret by its form, merged and in order. `screened` says which detectors have
 * anything to look for.
 */
export function findSecrets(
  text: string,
  screened: number,
  isSecretName: (name: string) => boolean,
): readonly SecretSpan[] {
  const spans: SecretSpan[] = [];
  const add = (found: readonly SecretSpan[]): void => {
    for (const span of found) spans.push(span);
  };
  if (screened & Screen.TOKEN) {
    add(findIssuedKeys(text));
    add(findWebTokens(text));
  }
  if (screened & Screen.DIGITS) add(findCardNumbers(text));
  if (screened & Screen.SCHEME) add(findSchemeCredentials(text));
  if (screened & Screen.DASHES) add(findPrivateKeys(text));
  if (screened & Screen.PAIR) {
    add(findUrlPasswords(text));
    add(findNamedValues(text, isSecretName));
  }
  return mergeSpans(spans);
}
