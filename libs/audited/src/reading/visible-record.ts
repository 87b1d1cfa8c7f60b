import type { AuditEvent } from '../event/audit-event.js';
import type { AuditRecord, StoredRecord } from '../event/audit-record.js';
import { RecordDamagedError } from '../event/audit.error.js';
import type { ReadOptions } from '../storage/reading/read-options.js';
import { readRecord } from '../storage/stored-record.js';

/**
 * A record as whoever reads may see it; `undefined` when it is none of his.
 *
 * @throws RecordDamagedError
 */
export function visibleRecord(
  stored: StoredRecord,
  { tenants, personal = 'included' }: Pick<ReadOptions, 'tenants' | 'personal'>,
): AuditRecord | undefined {
  const record = personal === 'masked' ? maskedRecord(stored) : readRecord(stored);
  const { tenantId } = record.event.actor;
  return tenants === undefined || (tenantId !== undefined && tenants.includes(tenantId)) ? record : undefined;
}

function maskedRecord({ seal, body, personal }: StoredRecord): AuditRecord {
  let event: AuditEvent;
  try {
    event = JSON.parse(body) as AuditEvent;
  } catch (error) {
    throw new RecordDamagedError(seal.chain, seal.position, { cause: error });
  }
  if (event.personal === undefined) {
    return { event, seal };
  }
  return personal === null ? { event, seal, erased: true } : { event, seal, masked: true };
}
