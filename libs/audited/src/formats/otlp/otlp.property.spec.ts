import fc from 'fast-check';
import type { AuditRecord } from '../../event/audit-record.js';
import type { JsonValue } from '../../event/json-value.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { asOtlp, readOtlp, recordOf, type OtlpLogRecord } from '../../testing/formats/reading/otlp.schema.js';
import { otlpBatch } from './otlp-batch.js';
import { otlpFormatter } from './otlp.formatter.js';

/** An error of which nothing is known has no attribute. */
function said(record: AuditRecord): JsonValue {
  const { error, ...facts } = record.event;
  const event = error === undefined || Object.keys(error).length === 0 ? facts : record.event;
  return asOtlp({ ...record, event } as unknown as JsonValue);
}

function only(records: readonly OtlpLogRecord[]): OtlpLogRecord {
  expect(records).toHaveLength(1);
  return records[0] as OtlpLogRecord;
}

describe('otlp, whatever the record holds', () => {
  const formatter = otlpFormatter();

  it('is one log record that keeps to the schema and reads back as the same record', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const text = formatter.format(record);
        expect(text).not.toMatch(/[\r\n\u2028\u2029]/);
        const read = only(readOtlp(text));
        expect(recordOf(read)).toEqual(said(record));
        expect(read.attributes.get('audited.type')).toBe(read.fields['eventName']);
        expect(read.attributes.get('error.type')).toEqual(
          record.event.outcome === 'success' ? undefined : read.attributes.get('exception.type'),
        );
      }),
    );
  });

  it('holds exact nanoseconds', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const nanoseconds = BigInt(Date.parse(record.event.occurredAt)) * 1_000_000n;
        const fits = nanoseconds > 0n && nanoseconds < 2n ** 64n;
        const { fields, attributes } = only(readOtlp(formatter.format(record)));
        expect(fields['timeUnixNano']).toBe(fits ? String(nanoseconds) : undefined);
        expect(attributes.get('audited.occurred_at')).toBe(fits ? undefined : record.event.occurredAt);
      }),
    );
  });

  it('holds the same log records in one request as in many', () => {
    const batch = otlpBatch();
    const origins = [{}, { component: 'billing' }, { component: 'billing', host: 'a' }];
    const anyOrigin = fc
      .tuple(anyRecord, fc.constantFrom(...origins))
      .map(([record, origin]): AuditRecord => ({ ...record, event: { ...record.event, origin } }));
    fc.assert(
      fc.property(fc.array(anyOrigin, { maxLength: 8 }), (records) => {
        const singles = records.flatMap((record) => readOtlp(formatter.format(record)));
        const together = readOtlp(batch(records));
        const names = [...new Set(singles.map(nameOf))];
        expect(together).toEqual(names.flatMap((name) => singles.filter((single) => nameOf(single) === name)));
        expect((JSON.parse(batch(records)) as { resourceLogs: unknown[] }).resourceLogs).toHaveLength(names.length);
      }),
      { numRuns: 50 },
    );
  });
});

function nameOf({ resource }: OtlpLogRecord): string {
  return JSON.stringify([...resource]);
}
