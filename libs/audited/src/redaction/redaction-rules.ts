import type { RedactionLimits } from './redaction.options.js';
import type { SecretKeys } from './names/secret-keys.js';
import type { TextRedactor } from './text.redactor.js';

/** Everything a walk through a value needs to know; the same for all values of one redactor. */
export interface RedactionRules {
  readonly secrets: SecretKeys;
  readonly texts: TextRedactor;
  readonly limits: RedactionLimits;
}
