import type { AuditRisk } from '../event/audit-event.js';

/**
 * What an action waits for.
 *
 * - `best-effort`: nothing; the event is lost only if the process dies before the next commit
 * - `recorded`: the answer leaves after the record is durable (one group commit)
 */
export type AuditDurability = 'best-effort' | 'recorded';

export const DURABILITIES: readonly AuditDurability[] = ['best-effort', 'recorded'];

/**
 * The level that is really used: what is risky, or in a catalogue's always-persist set, is never
 * weaker than `recorded`, whatever the route or the module says.
 */
export function effectiveDurability(
  asked: AuditDurability,
  risk: AuditRisk,
  atLeastRecorded: boolean,
): AuditDurability {
  return atLeastRecorded || risk === 'high' || risk === 'critical' ? 'recorded' : asked;
}
