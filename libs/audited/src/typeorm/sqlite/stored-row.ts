import type { StoredRecord } from '../../event/audit-record.js';
import type { AuditRecordRow } from '../audit-record.entity.js';

/** The sealed facts of a row, without the columns beside them. */
export function storedRecord(row: AuditRecordRow): StoredRecord {
  return {
    seal: {
      chain: row.chain,
      position: row.position,
      previousHash: row.previous_hash,
      hash: row.hash,
      scheme: row.scheme,
      ...(row.mac === null ? undefined : { mac: row.mac }),
    },
    body: row.body,
    personal: row.personal,
    salt: row.salt,
  };
}
