import type { AuditRecord } from '../../event/audit-record.js';
import { formatSettings } from '../format.options.js';
import { OtlpLogs } from './otlp-logs.js';
import type { OtlpFormatOptions } from './otlp.formatter.js';

/** The body of one `POST /v1/logs`, `Content-Type: application/json`, with every record given. */
export type OtlpBatch = (records: Iterable<AuditRecord>) => string;

/**
 * Makes the function that writes many records as one request. Records of the same origin share one resource; resources
 * stand in the order in which they first appear, and the records of each in the order given. The log records are those
 * that the format `otlp` writes, byte for byte.
 *
 * No record at all is `{"resourceLogs":[]}`, which OTLP asks not to send. Receivers take 20 MiB or more in one request;
 * whoever sends keeps the batches below that.
 *
 * @throws OptionsInvalidError as `otlpFormatter` does
 */
export function otlpBatch(options: OtlpFormatOptions = {}): OtlpBatch {
  const logs = new OtlpLogs(formatSettings(options));
  return (records) => {
    const groups = new Map<string, string[]>();
    for (const record of records) {
      const resource = logs.resource(record);
      const logRecord = logs.logRecord(record);
      const group = groups.get(resource);
      if (group === undefined) groups.set(resource, [logRecord]);
      else group.push(logRecord);
    }
    return logs.request(groups);
  };
}
