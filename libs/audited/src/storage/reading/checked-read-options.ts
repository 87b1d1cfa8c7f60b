import { OptionsInvalidError } from '../../event/audit.error.js';
import type { ReadOptions } from './read-options.js';
import { shown } from './shown-value.js';

/** How long a read may take unless it is said. */
export const DEFAULT_TIME_LIMIT_MS = 10_000;
const MAX_TIME_LIMIT_MS = 600_000;
const MAX_TENANTS = 1000;
const KNOWN = ['tenants', 'personal', 'timeLimitMs', 'signal'] as const satisfies readonly (keyof ReadOptions)[];

/** What a caller may see, checked. */
export interface CheckedReadOptions {
  /** Absent: of every tenant, and of none. */
  readonly tenants?: readonly string[];
  readonly masked: boolean;
  readonly timeLimitMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Checks what whoever reads may see; a wrong option never widens it.
 *
 * @throws OptionsInvalidError naming the option and the cure
 */
export function checkReadOptions(options: ReadOptions): CheckedReadOptions {
  const unknown = Object.keys(options).find((name) => !(KNOWN as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new OptionsInvalidError(unknown, 'is unknown', `Known are: ${KNOWN.join(', ')}.`);
  }
  const { tenants, personal = 'included', timeLimitMs = DEFAULT_TIME_LIMIT_MS, signal } = options;
  if (!['included', 'masked'].includes(personal)) {
    throw new OptionsInvalidError('personal', `is ${shown(personal)}`, 'Allowed are: included, masked.');
  }
  if (!Number.isInteger(timeLimitMs) || timeLimitMs < 1 || timeLimitMs > MAX_TIME_LIMIT_MS) {
    throw new OptionsInvalidError(
      'timeLimitMs',
      `is ${shown(timeLimitMs)}`,
      `Give whole milliseconds from 1 to ${MAX_TIME_LIMIT_MS}.`,
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new OptionsInvalidError('signal', `is ${shown(signal)}`, 'Give the signal of an AbortController.');
  }
  return {
    masked: personal === 'masked',
    timeLimitMs,
    ...(tenants === undefined ? {} : { tenants: checkedTenants(tenants) }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function checkedTenants(tenants: unknown): readonly string[] {
  if (!Array.isArray(tenants) || tenants.length > MAX_TENANTS) {
    throw new OptionsInvalidError(
      'tenants',
      `must be a list of at most ${MAX_TENANTS} texts, not ${shown(tenants)}`,
      'Leave it out for whoever may read the records of all tenants.',
    );
  }
  const wrong = tenants.findIndex((tenant) => typeof tenant !== 'string' || tenant === '');
  if (wrong >= 0) {
    throw new OptionsInvalidError(`tenants[${wrong}]`, `is ${shown(tenants[wrong])}`, 'Give the id of a tenant.');
  }
  return [...new Set(tenants as readonly string[])];
}
