import { createHmac, randomBytes } from 'node:crypto';
import type { JsonValue } from '../event/json-value.js';
import { ClearedTexts } from './secrets/cleared-texts.js';
import { isNeverSecret, REDACTED, UNREADABLE } from './marks.js';
import { visibleText } from './one-line-text.js';
import { noteRedacted, noteTruncated, hasRoomForTruncation, type RedactionFindings } from './redaction-findings.js';
import type { RedactionRules } from './redaction-rules.js';
import { assertRedactionOptions, resolveLimits, type RedactionOptions } from './redaction.options.js';
import { SecretKeys } from './names/secret-keys.js';
import { isHarmless, Screen, screen } from './secrets/text-screen.js';
import { TextRedactor } from './text.redactor.js';
import { lengthWithin } from './utf8-cut.js';
import { ValueWalk } from './value-walk.js';
import { WorkBudget } from './work-budget.js';

export type { RedactionFindings } from './redaction-findings.js';

const BYTES_PER_UNIT = 3;
const FINGERPRINT_HEX_LENGTH = 32;
const RANDOM_KEY_BYTES = 32;

/**
 * Turns any JavaScript value into what may be kept: plain JSON without secrets, of bounded size. Never throws after
 * its construction, never changes its input, gives the same output for the same input, and where it cannot decide,
 * it removes. What it hid and cut goes into the findings of the event.
 */
export class Redactor {
  private readonly rules: RedactionRules;
  private readonly fingerprintKey: Buffer;
  private readonly cleared = new ClearedTexts();

  /** @throws OptionsInvalidError when an option is unknown, malformed or out of range */
  constructor(options: RedactionOptions = {}) {
    assertRedactionOptions(options);
    const secrets = new SecretKeys(options);
    const texts = new TextRedactor((name) => secrets.isSecretName(name));
    this.rules = { secrets, texts, limits: resolveLimits(options.limits) };
    // A copy: the owner may wipe its bytes.
    this.fingerprintKey = Buffer.from(options.fingerprintKey ?? randomBytes(RANDOM_KEY_BYTES));
  }

  /**
   * A plain JSON copy of any value.
   *
   * @param pointer where the value stands in the event, as JSON Pointer: `/details`
   * @param findings receives what was hidden and cut
   */
  value(input: unknown, pointer: string, findings: RedactionFindings): JsonValue {
    try {
      const { secret, scope } = this.rules.secrets.at(pointer);
      if (!secret || isNeverSecret(input)) return new ValueWalk(this.rules, pointer, findings).run(input, scope);
      noteRedacted(findings, pointer);
      return REDACTED;
    } catch {
      // Reading is guarded member by member; what still arrives here is an exhausted stack or heap of the caller.
      return UNREADABLE;
    }
  }

  /**
   * One line of text for identity-like fields (names, paths, user agents, sentences): control, bidi and zero-width
   * characters become visible, secrets are replaced, what is too long is cut. `undefined` for undefined, null and ''.
   * Anything but text is written as its JSON.
   */
  line(input: unknown, pointer: string, findings: RedactionFindings): string | undefined {
    if (input === undefined || input === null || input === '') return undefined;
    try {
      const text = typeof input === 'string' ? input : this.textOf(input, pointer, findings);
      if (text === '' || !this.isSecretPlace(pointer)) return this.oneLine(text, pointer, findings);
      noteRedacted(findings, pointer);
      return REDACTED;
    } catch {
      return UNREADABLE;
    }
  }

  /**
   * Stands for a credential wherever one must be told from another: `fp:` and 32 hex digits of its HMAC-SHA256.
   * Without the key nobody can test a guess against it.
   */
  fingerprint(secret: string): string {
    const hex = createHmac('sha256', this.fingerprintKey).update(secret).digest('hex');
    return `fp:${hex.slice(0, FINGERPRINT_HEX_LENGTH)}`;
  }

  /** True when a value under this name is hidden wherever it stands: for names that are no keys, as in `changes[].field`. */
  isSecretName(name: string): boolean {
    return this.rules.secrets.isSecretName(name);
  }

  /** Judging a place costs more than most lines do; it is asked only where an application's pattern could match. */
  private isSecretPlace(pointer: string): boolean {
    const { secrets } = this.rules;
    return secrets.hasOptions && secrets.at(pointer).secretByOption;
  }

  private oneLine(text: string, pointer: string, findings: RedactionFindings): string | undefined {
    if (text === '') return undefined;
    const { maxLineBytes } = this.rules.limits;
    if (text.length * BYTES_PER_UNIT <= maxLineBytes) {
      const screened = screen(text);
      if ((screened & (Screen.INVISIBLE | Screen.SURROGATE)) === 0) {
        if (isHarmless(screened) || this.cleared.has(text)) return text;
      }
    }
    const budget = hasRoomForTruncation(findings) ? new WorkBudget() : undefined;
    const { text: kept, hidden, cut } = this.rules.texts.bound(text, maxLineBytes, budget);
    if (hidden) noteRedacted(findings, pointer);
    else if (kept === text) this.cleared.add(text);
    const visible = visibleText(kept);
    const line = visible.slice(0, lengthWithin(visible, maxLineBytes));
    if (cut !== undefined) noteTruncated(findings, { path: pointer, ...cut });
    else if (line.length < visible.length) {
      noteTruncated(findings, { path: pointer, ...this.rules.texts.describe(text, budget) });
    }
    return line;
  }

  private textOf(input: unknown, pointer: string, findings: RedactionFindings): string {
    const value = this.value(input, pointer, findings);
    return typeof value === 'string' ? value : JSON.stringify(value);
  }
}
