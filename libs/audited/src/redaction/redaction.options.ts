import { OptionsInvalidError } from '../event/audit.error.js';

/** Bounds of everything that is kept. What lies beyond is cut, and the record says so with size and hash. */
export interface RedactionLimits {
  /** Longest text inside a value, in bytes of UTF-8; the rest is cut at a whole character. @default 8192 */
  readonly maxStringBytes: number;
  /** Levels of objects and arrays, 1 to 128; what lies deeper becomes `"[truncated]"`. @default 16 */
  readonly maxDepth: number;
  /** Members kept of one object. @default 256 */
  readonly maxKeys: number;
  /** Items kept of one array. @default 256 */
  readonly maxItems: number;
  /** Size of one whole value (all of `details`, say) in bytes of canonical JSON. @default 65536 */
  readonly maxValueBytes: number;
  /** Longest one-line field (a name, a path, a user agent) in bytes of UTF-8. @default 1024 */
  readonly maxLineBytes: number;
}

/** What to hide beyond the built-in rules, and how much to keep. */
export interface RedactionOptions {
  /**
   * Further secrets. `password`: that key at any depth. `details.card.number`: that place in the event.
   * `*` stands for exactly one name, `**` for any number of names: `details.*.pin`, `**.bank.iban`.
   * Upper and lower case, `_`, `-`, `.` and spaces in key names make no difference. @default none
   */
  readonly paths?: readonly string[];
  /**
   * Exceptions, same grammar: these stay although a built-in or own pattern names them. Secrets that are
   * recognised by their value (a card number, a token) are hidden all the same. @default none
   */
  readonly keep?: readonly string[];
  readonly limits?: Partial<RedactionLimits>;
  /**
   * Key of credential fingerprints, at least 16 bytes. Configure one to get the same fingerprint in every
   * process and after a restart. @default a random key for each process run
   */
  readonly fingerprintKey?: string | Uint8Array;
}

/** The limits that hold when the application sets none. */
export const DEFAULT_REDACTION_LIMITS: RedactionLimits = Object.freeze({
  maxStringBytes: 8192,
  maxDepth: 16,
  maxKeys: 256,
  maxItems: 256,
  maxValueBytes: 65_536,
  maxLineBytes: 1024,
});

const OPTION_NAMES: readonly string[] = ['paths', 'keep', 'limits', 'fingerprintKey'];

/** Deeper output would overflow the stack of whoever serialises it recursively. */
const GREATEST_DEPTH = 128;
const GREATEST_LIMIT = 2 ** 30;
const LEAST_FINGERPRINT_KEY_BYTES = 16;

/** Checks the shape of the options; patterns are checked where they are compiled. @throws OptionsInvalidError */
export function assertRedactionOptions(options: RedactionOptions): void {
  assertObject(options, 'redaction');
  if (options.limits !== undefined) assertObject(options.limits, 'redaction.limits');
  for (const name of Object.keys(options)) {
    if (!OPTION_NAMES.includes(name)) {
      throw new OptionsInvalidError(`redaction.${name}`, 'is not known', `Use one of: ${OPTION_NAMES.join(', ')}.`);
    }
  }
  assertList(options.paths, 'redaction.paths');
  assertList(options.keep, 'redaction.keep');
  assertFingerprintKey(options.fingerprintKey);
}

/** Own limits over the defaults, each one checked. @throws OptionsInvalidError */
export function resolveLimits(given: Partial<RedactionLimits> = {}): RedactionLimits {
  const limits = { ...DEFAULT_REDACTION_LIMITS };
  for (const [name, limit] of Object.entries(given)) {
    if (limit === undefined) continue;
    if (!isLimitName(name)) {
      const known = Object.keys(DEFAULT_REDACTION_LIMITS).join(', ');
      throw new OptionsInvalidError(`redaction.limits.${name}`, 'is not known', `Use one of: ${known}.`);
    }
    const greatest = name === 'maxDepth' ? GREATEST_DEPTH : GREATEST_LIMIT;
    if (!Number.isInteger(limit) || limit < 1 || limit > greatest) {
      throw new OptionsInvalidError(
        `redaction.limits.${name}`,
        `is ${String(limit)}`,
        `Give a whole number from 1 to ${greatest}.`,
      );
    }
    limits[name] = limit;
  }
  return limits;
}

function assertObject(value: unknown, option: string): void {
  if (typeof value === 'object' && value !== null) return;
  throw new OptionsInvalidError(option, 'is not an object', 'Give an object, or leave the option out.');
}

function assertList(value: unknown, option: string): void {
  if (value === undefined || Array.isArray(value)) return;
  throw new OptionsInvalidError(
    option,
    'is not a list',
    "Give a list of patterns: ['password', 'details.card.number'].",
  );
}

function isLimitName(name: string): name is keyof RedactionLimits {
  return Object.hasOwn(DEFAULT_REDACTION_LIMITS, name);
}

function assertFingerprintKey(key: unknown): void {
  if (key === undefined) return;
  const cure = `Give a random text or Uint8Array of at least ${LEAST_FINGERPRINT_KEY_BYTES} bytes.`;
  if (typeof key !== 'string' && !(key instanceof Uint8Array)) {
    throw new OptionsInvalidError('redaction.fingerprintKey', 'is neither text nor bytes', cure);
  }
  // The key itself is a secret: the message tells its length only.
  const bytes = Buffer.byteLength(key);
  if (bytes < LEAST_FINGERPRINT_KEY_BYTES) {
    throw new OptionsInvalidError('redaction.fingerprintKey', `has ${bytes} bytes`, cure);
  }
}
