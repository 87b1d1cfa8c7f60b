import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { asimFaults, auditedOf, type AsimRowRead } from '../../testing/formats/reading/asim.schema.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { MAX_FIELD_BYTES } from './asim-field-limit.js';
import { asimFormatter } from './asim.formatter.js';

const [, SYSTEM] = GOLDEN_RECORDS.find(([, { event }]) => event.type === 'system.startup') as [string, AuditRecord];

function rowOf(facts: Partial<AuditEvent>): AsimRowRead {
  const text = asimFormatter().format({ ...SYSTEM, event: { ...SYSTEM.event, ...facts } });
  const row = JSON.parse(text) as AsimRowRead;
  expect(asimFaults(row)).toEqual([]);
  return row;
}

function additionalBytes(row: AsimRowRead): number {
  return Buffer.byteLength(JSON.stringify(row['AdditionalFields']));
}

describe('The size of a field', () => {
  it.each([-1, 0])('is not changed at %d bytes from the limit', (distance) => {
    const action = 'x'.repeat(MAX_FIELD_BYTES + distance);
    const row = rowOf({ action });
    expect(row['EventMessage']).toBe(action);
    expect(auditedOf(row)).not.toHaveProperty('cut');
  });

  it('is the limit for a text of one byte more, which is said', () => {
    const row = rowOf({ action: 'x'.repeat(MAX_FIELD_BYTES + 1) });
    expect(row['EventMessage']).toBe('x'.repeat(MAX_FIELD_BYTES));
    expect(auditedOf(row)['cut']).toEqual([{ path: '/EventMessage', bytes: MAX_FIELD_BYTES + 1 }]);
  });

  it('is counted in bytes, and no character is halved', () => {
    const row = rowOf({ action: `x${'😀'.repeat(16_000)}` });
    expect(row['EventMessage']).toBe(`x${'😀'.repeat(15_999)}`);
    expect(auditedOf(row)['cut']).toEqual([{ path: '/EventMessage', bytes: 64_001 }]);
  });

  it('is kept by AdditionalFields, up to its last byte', () => {
    const room = MAX_FIELD_BYTES - additionalBytes(rowOf({ details: { a: '' } }));
    const full = rowOf({ details: { a: 'x'.repeat(room) } });
    expect(additionalBytes(full)).toBe(MAX_FIELD_BYTES);
    expect(auditedOf(full)).not.toHaveProperty('cut');

    const row = rowOf({ details: { a: 'x'.repeat(room + 1) } });
    expect(auditedOf(row)).not.toHaveProperty('details');
    expect(auditedOf(row)['cut']).toEqual([
      { path: '/AdditionalFields/audited/details', bytes: '{"a":""}'.length + room + 1 },
    ]);
  });

  it('costs the largest members only, and never the seal', () => {
    const row = rowOf({
      reason: 'r'.repeat(70_000),
      ticket: 't'.repeat(20_000),
      details: { a: 'x'.repeat(40_000) },
      changes: [{ field: 'f', after: 'y'.repeat(30_000) }],
    });
    const audited = auditedOf(row);
    expect(Object.keys(audited)).toEqual(
      expect.arrayContaining(['chain', 'position', 'previousHash', 'hash', 'scheme']),
    );
    expect(audited['ticket']).toBe('t'.repeat(20_000));
    expect(audited['changes']).toHaveLength(1);
    expect(audited['cut']).toEqual([
      { path: '/EventOriginalResultDetails', bytes: 70_000 },
      { path: '/AdditionalFields/audited/reason', bytes: 70_000 },
      { path: '/AdditionalFields/audited/details', bytes: 40_008 },
    ]);
  });

  it('counts what stands in the field: escapes as they are written', () => {
    const row = rowOf({ details: { a: '\u0001'.repeat(12_000) } });
    expect(auditedOf(row)['cut']).toEqual([{ path: '/AdditionalFields/audited/details', bytes: 72_008 }]);
  });
});
