import type { AuditEvent } from '../event/audit-event.js';
import type { AuditRecord } from '../event/audit-record.js';
import { readRecord } from '../storage/stored-record.js';
import { anAppendableEvent } from './audit-event.fixture.js';
import { sealedRecords } from './sealed-records.fixture.js';

/** Records as the log gives them to an exporter, each with an id of its own; `facts` are those that matter to the test. */
export function recordsToDeliver(count: number, facts: Partial<AuditEvent> = {}): readonly AuditRecord[] {
  return sealedRecords(Array.from({ length: count }, () => anAppendableEvent(facts))).map(readRecord);
}
