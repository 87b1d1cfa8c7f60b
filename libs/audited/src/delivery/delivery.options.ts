import { checkShape, checkWhole } from '../event/option-checks.js';

/** Times of the engine that brings records to destinations. The defaults suit nearly everybody. */
export interface DeliveryTimes {
  /**
   * How long a process leads a destination without a sign of life; after a crash, another one takes over that much later.
   * @default 10000
   */
  readonly leaseMs: number;
  /** How often it is looked for what other processes recorded, and for what operators did. @default 500 */
  readonly pollMs: number;
  /** How often the place in the log is written while records flow. After a crash, what came since is sent again. @default 250 */
  readonly settleEveryMs: number;
}

const DEFAULTS: DeliveryTimes = { leaseMs: 10_000, pollMs: 500, settleEveryMs: 250 };

/** @throws OptionsInvalidError naming the option and the cure */
export function resolveDeliveryTimes(given: Partial<DeliveryTimes> = {}): DeliveryTimes {
  checkShape('delivery', given, Object.keys(DEFAULTS));
  const times = { ...DEFAULTS, ...given };
  checkWhole('delivery.leaseMs', times.leaseMs, 100, 3_600_000);
  checkWhole('delivery.pollMs', times.pollMs, 10, 3_600_000);
  checkWhole('delivery.settleEveryMs', times.settleEveryMs, 0, 60_000);
  return Object.freeze(times);
}
