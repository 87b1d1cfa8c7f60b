import { inspect } from 'node:util';
import { OptionsInvalidError } from '../event/audit.error.js';
import { checkShape } from '../event/option-checks.js';
import { readSecret } from './seal-secret.js';

/** A secret that records are sealed with, and the name by which their seals say so. */
export interface SealKey {
  /** 1 to 24 characters of `A-Z a-z 0-9 . _ -`. Stands in every seal made with it, so it must not be secret. */
  readonly id: string;
  /** At least 32 bytes. Whoever has it can seal records that pass for genuine. */
  readonly secret: Uint8Array;
}

/** The keys of the keyed seal, as {@link resolveSealKeys} gives them. */
export interface SealKeys {
  /** Id of the key that seals new records. Absent: new records are sealed without a key; the keys only verify. */
  readonly current?: string;
  readonly keys: readonly SealKey[];
}

/** A key as it stands in a configuration. */
export interface SealKeyOptions {
  /** 1 to 24 characters of `A-Z a-z 0-9 . _ -`; no two keys have the same. Never give an id to another secret. */
  readonly id: string;
  /**
   * At least 32 random bytes: a `Uint8Array` (a `Buffer` is one), or a text of at least 43 base64 characters, as
   * `openssl rand -base64 32` writes it (base64url too). Hexadecimal text is refused, as it could be either: give
   * `Buffer.from(text, 'hex')`.
   */
  readonly secret: Uint8Array | string;
}

/**
 * The keyed seal: every new record carries an HMAC-SHA256, so that nobody without the secret can make one. To rotate,
 * add a key and name it in `current`; keep the old ones for as long as their records are to be verified.
 */
export interface SealOptions {
  /**
   * Id of the key for new records. Default: none, so that the keys given only verify. Once a chain has keyed records,
   * unkeyed ones after them are reported as a downgrade.
   */
  readonly current?: string;
  /** At least one. */
  readonly keys: readonly SealKeyOptions[];
}

/** What the id of a key may look like; without a colon, because that ends it in a seal. */
const KEY_ID = /^[A-Za-z0-9._-]{1,24}$/;

/**
 * Reads the option `seal`. The secrets are copied, and appear in no error.
 *
 * @returns `undefined` when nothing was given
 * @throws OptionsInvalidError naming the option and the cure
 */
export function resolveSealKeys(given: unknown): SealKeys | undefined {
  if (given === undefined) {
    return undefined;
  }
  // Not even a short text is shown: it may be a secret in the wrong place.
  requireThat(isRecord(given), 'seal', 'must be an object', 'Give { current, keys: [{ id, secret }] }.');
  checkShape('seal', given, ['current', 'keys']);
  const { current, keys } = given;
  requireThat(Array.isArray(keys), 'seal.keys', 'must be a list', 'Give [{ id, secret }].');
  requireThat(keys.length > 0, 'seal.keys', 'is empty', 'Leave "seal" out to seal without a key.');
  const loaded = keys.map(loadedKey);
  const ids = loaded.map(({ id }) => id);
  for (const [index, id] of ids.entries()) {
    const first = ids.indexOf(id);
    requireThat(
      first === index,
      `seal.keys[${index}].id`,
      `is the id of seal.keys[${first}] too`,
      'Give every key an id of its own, and none that was used for another secret before.',
    );
  }
  if (current === undefined) {
    return Object.freeze({ keys: Object.freeze(loaded) });
  }
  requireThat(
    typeof current === 'string' && ids.includes(current),
    'seal.current',
    'is not the id of one of "seal.keys"',
    `Known are: ${ids.join(', ')}. Leave it out to seal new records without a key.`,
  );
  return Object.freeze({ current, keys: Object.freeze(loaded) });
}

/** Where a key is printed, its secret is not. */
class LoadedSealKey implements SealKey {
  constructor(
    readonly id: string,
    readonly secret: Uint8Array,
  ) {}

  toJSON(): Pick<SealKey, 'id'> {
    return { id: this.id };
  }

  [inspect.custom](): string {
    return `SealKey ${this.id}`;
  }
}

function loadedKey(given: unknown, index: number): SealKey {
  const option = `seal.keys[${index}]`;
  requireThat(isRecord(given), option, 'must be an object', 'Give { id, secret }.');
  checkShape(option, given, ['id', 'secret']);
  const { id } = given;
  requireThat(
    typeof id === 'string' && KEY_ID.test(id),
    `${option}.id`,
    'is no id of a key',
    'Use 1 to 24 characters of A-Z, a-z, 0-9, ".", "_" and "-".',
  );
  return Object.freeze(new LoadedSealKey(id, readSecret(`${option}.secret`, given['secret'])));
}

function requireThat(condition: boolean, option: string, problem: string, cure: string): asserts condition {
  if (!condition) {
    throw new OptionsInvalidError(option, problem, cure);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
