import type { AuditEvent } from '../event/audit-event.js';
import type { StoredRecord } from '../event/audit-record.js';
import type { ErasureSelection } from '../storage/custody-store.js';
import { erasureMatcher } from '../storage/erasure-match.js';

/** Whether a record has a personal part and is one that the selection means, as a database would say. */
export function personalMatcher(selection: ErasureSelection): (record: StoredRecord) => boolean {
  const matches = erasureMatcher(selection);
  return ({ seal, body, personal }) =>
    personal !== null && matches({ chain: seal.chain, event: JSON.parse(body) as AuditEvent, personal });
}
