import { CoverageMissingError } from '../event/audit.error.js';
import type { CaptureOptions } from './capture.options.js';
import type { HandlerEntry } from './route-table.js';

/** Where the report goes: Nest's `Logger` fits. */
export interface ReportLogger {
  log(message: string): void;
  warn(message: string): void;
}

/**
 * Says at boot what is recorded and what is not.
 *
 * @throws CoverageMissingError when `coverage` is `'error'` and a state-changing route has no policy
 */
export function reportCoverage(
  entries: readonly HandlerEntry[],
  coverage: CaptureOptions['coverage'],
  logger: ReportLogger,
): void {
  const open = entries.filter((entry) => entry.coverage.status === 'uncovered' && entry.stateChanging);
  const names = open.map(({ httpMethod, handler }) => `${httpMethod} ${handler}`);
  if (coverage === 'error' && open.length > 0) {
    throw new CoverageMissingError(names);
  }
  if (coverage === 'off') {
    return;
  }
  const audited = entries.filter((entry) => entry.coverage.status === 'audited').length;
  logger.log(`Auditing ${audited} of ${entries.length} route handlers`);
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
