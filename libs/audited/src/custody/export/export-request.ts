import { CustodyInputError } from '../../event/custody.error.js';
import type { AuditActor } from '../../event/audit-event.js';
import type { RecordDamagedError } from '../../event/audit.error.js';
import { checkRecordFilters, type RecordFilters } from '../../storage/audit-query.js';
import { factsMatcher } from '../../storage/query-match.js';
import type { RecordFacts } from '../../storage/stored-record.js';

/** Which records to export, and what the record of the export says. Nothing given: all that are left. */
export interface ExportRequest extends RecordFilters {
  /** Only behind this position: goes on where an earlier export of the same `chain` ended. Needs `chain`. */
  readonly afterPosition?: number;
  /** What they are exported as, for the record of the export: `cef`. */
  readonly format?: string;
  /** Who exports. @default the system */
  readonly by?: AuditActor;
  readonly reason?: string;
  /**
   * `false`: nothing in the log says that it was exported, and an account that may only SELECT is enough.
   * @default true
   */
  readonly recorded?: boolean;
  /** Told of a record that cannot be read; it is left out. @default the export ends with the error */
  readonly onDamaged?: (error: RecordDamagedError) => void;
  /** How many positions were looked at, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A request that was checked. */
export interface CheckedExport {
  readonly request: ExportRequest;
  /** The filters alone, as the record of the export repeats them. */
  readonly filters: RecordFilters;
  readonly matches: (facts: RecordFacts) => boolean;
}

/** @throws QueryInvalidError, CustodyInputError naming the field and the cure */
export function checkExport(request: ExportRequest): CheckedExport {
  const { afterPosition, format, by: _by, reason: _reason, recorded: _recorded, ...rest } = request;
  const { onDamaged: _onDamaged, onProgress: _onProgress, ...filters } = rest;
  for (const paging of ['limit', 'cursor', 'offset', 'order', 'total']) {
    if (Object.hasOwn(filters, paging)) {
      throw new CustodyInputError(paging, 'is for pages', 'Leave it out: everything that matches is exported.');
    }
  }
  if (afterPosition !== undefined) {
    if (typeof filters.chain !== 'string') {
      throw new CustodyInputError('afterPosition', 'needs a chain', 'Positions are counted in each chain: name one.');
    }
    if (!Number.isSafeInteger(afterPosition) || afterPosition < 0) {
      throw new CustodyInputError('afterPosition', `is ${String(afterPosition)}`, 'Give a whole number from 0.');
    }
  }
  if (format !== undefined && (typeof format !== 'string' || format === '')) {
    throw new CustodyInputError('format', 'is no text', 'Leave it out when there is none.');
  }
  return { request, filters, matches: factsMatcher(checkRecordFilters(filters)) };
}
