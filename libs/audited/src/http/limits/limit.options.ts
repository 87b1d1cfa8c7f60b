import { checkShape, checkWhole } from '../../event/option-checks.js';

/** How much this API does at the same time, and how often one caller may have it done. Counted in each process. */
export interface AuditHttpLimits {
  /** Exports that one caller may begin within a minute, 1 to 10 000; then 429. @default 10 */
  readonly exportsPerMinute?: number;
  /** Exports of one caller at the same time, 1 to 1000; then 429. @default 2 */
  readonly concurrentExports?: number;
  /** Verifications that one caller may begin within a minute, 1 to 10 000; then 429. @default 6 */
  readonly verificationsPerMinute?: number;
  /** Verifications of one caller at the same time, 1 to 1000; then 429. @default 1 */
  readonly concurrentVerifications?: number;
  /** Live tails of all callers at the same time, 0 to 10 000; then 503. @default 20 */
  readonly streams?: number;
  /** Reads of the log at the same time, of all callers, 1 to 1000; further ones wait. @default 4 */
  readonly readsAtOnce?: number;
  /** Reads that wait for their turn, 0 to 100 000; then 503. @default 100 */
  readonly readsWaiting?: number;
}

type Rule = readonly [usual: number, least: number, most: number];

const RULES: Readonly<Record<keyof AuditHttpLimits, Rule>> = {
  exportsPerMinute: [10, 1, 10_000],
  concurrentExports: [2, 1, 1000],
  verificationsPerMinute: [6, 1, 10_000],
  concurrentVerifications: [1, 1, 1000],
  streams: [20, 0, 10_000],
  readsAtOnce: [4, 1, 1000],
  readsWaiting: [100, 0, 100_000],
};

/** @throws OptionsInvalidError naming the option and the cure */
export function resolveHttpLimits(given: AuditHttpLimits): Required<AuditHttpLimits> {
  checkShape('AuditHttpModule.limits', given, Object.keys(RULES));
  const entries = Object.entries(RULES) as [keyof AuditHttpLimits, Rule][];
  const limits = entries.map(([name, [usual, least, most]]) => {
    const value = given[name] ?? usual;
    checkWhole(`AuditHttpModule.limits.${name}`, value, least, most);
    return [name, value] as const;
  });
  return Object.fromEntries(limits) as Record<keyof AuditHttpLimits, number>;
}
