import fc from 'fast-check';
import { deliverable, formatterFor, limitsOf } from '../../delivery/exporter-settings.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { otlpBatch } from '../../formats/otlp/otlp-batch.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { otlpLogs } from './otlp.exporter.js';

const ORIGINS = [{}, { component: 'billing' }, { component: 'billing', host: 'a' }];
const anyRecords: fc.Arbitrary<readonly AuditRecord[]> = fc.array(
  fc
    .tuple(anyRecord, fc.option(fc.constantFrom(...ORIGINS), { nil: undefined }))
    .map(([record, origin]) => (origin === undefined ? record : { ...record, event: { ...record.event, origin } })),
  { minLength: 1, maxLength: 12 },
);

describe('the sizes that otlpLogs tells of its events', () => {
  it('are never less than those of the request, whatever the records hold', async () => {
    const product = { name: 'acme', version: '1' };
    const exporter = otlpLogs({ url: 'http://collector:4318', format: { product } });
    const { separatorBytes, frameBytes } = limitsOf(exporter);
    const formatter = formatterFor(exporter);
    const bodyOf = otlpBatch({ product });
    fc.assert(
      fc.property(anyRecords, (records) => {
        const told = records.reduce(
          (sum, record) => sum + deliverable(exporter, formatter, record).bytes + separatorBytes,
          frameBytes,
        );
        expect(told).toBeGreaterThanOrEqual(Buffer.byteLength(bodyOf(records)));
      }),
    );
    await exporter.close?.();
  });
});
