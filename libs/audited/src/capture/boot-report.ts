import { CoverageMissingError } from '../event/audit.error.js';
import type { AuditDurability } from '../event/durability.js';
import type { AuditPolicy } from './audit-policy.js';
import type { CaptureOptions } from './capture.options.js';
import type { HandlerEntry } from './route-table.js';

/** Where the report goes: Nest's `Logger` fits. */
export interface ReportLogger {
  log(message: string): void;
  warn(message: string): void;
}

/**
 * Says at boot what is recorded, at which level, and what is not.
 *
 * @param levelOf what the actions of a handler wait for
 * @throws CoverageMissingError when `coverage` is `'error'` and a state-changing route has no policy
 */
export function reportCoverage(
  entries: readonly HandlerEntry[],
  coverage: CaptureOptions['coverage'],
  logger: ReportLogger,
  levelOf: (policy: AuditPolicy) => AuditDurability,
): void {
  const open = entries.filter((entry) => entry.coverage.status === 'uncovered' && entry.stateChanging);
  const names = open.map(({ httpMethod, handler }) => `${httpMethod} ${handler}`);
  if (coverage === 'error' && open.length > 0) {
    throw new CoverageMissingError(names);
  }
  if (coverage === 'off') {
    return;
  }
  const levels = handlersByLevel(entries, levelOf);
  const audited = [...levels.values()].flat().length;
  const lines = [...levels].map(([level, handlers]) => `\n  ${level}: ${handlers.join(', ')}`);
  logger.log(`Auditing ${audited} of ${entries.length} route handlers${lines.join('')}`);
  for (const { handler, coverage: word } of entries) {
    if (word.status === 'not-audited') {
      logger.log(`Not audited: ${handler} (${word.reason})`);
    }
  }
  if (open.length > 0) {
    logger.warn(
      `State-changing handlers without audit policy: ${names.join(', ')}. Put @Audited() or @NotAudited("reason") on them.`,
    );
  }
}

function handlersByLevel(
  entries: readonly HandlerEntry[],
  levelOf: (policy: AuditPolicy) => AuditDurability,
): ReadonlyMap<AuditDurability, readonly string[]> {
  const levels = new Map<AuditDurability, string[]>();
  for (const { handler, coverage } of entries) {
    if (coverage.status === 'audited') {
      const level = levelOf(coverage.policy);
      levels.set(level, [...(levels.get(level) ?? []), handler]);
    }
  }
  return levels;
}
