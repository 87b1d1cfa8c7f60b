import type { AuditDurability } from '../event/durability.js';
import type { AuditRisk } from '../event/audit-event.js';

/**
 * The level that is really used: what is risky, or in a catalogue's always-persist set, is never
 * weaker than `recorded`, whatever the route, the catalogue or the module says.
 */
export function effectiveDurability(
  asked: AuditDurability,
  risk: AuditRisk,
  atLeastRecorded: boolean,
): AuditDurability {
  const isFloored = atLeastRecorded || risk === 'high' || risk === 'critical';
  return asked === 'best-effort' && isFloored ? 'recorded' : asked;
}
