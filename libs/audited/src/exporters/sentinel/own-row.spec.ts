import type { AuditRecord } from '../../event/audit-record.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { ownRowText } from './own-row.js';

const records = GOLDEN_RECORDS.map(([, record]) => record);

describe('ownRowText', () => {
  it('writes a row as one line of JSON that any reader takes', () => {
    const text = ownRowText(() => ({ TimeGenerated: 'x', Text: 'line\u2028feed \ud800', Nested: { id: 1 } }));
    expect(text(records[0] as AuditRecord)).toBe(
      '{"TimeGenerated":"x","Text":"line\\u2028feed \ufffd","Nested":{"id":1}}',
    );
  });

  it('answers for every record', () => {
    const text = ownRowText(({ event }: AuditRecord) => ({
      TimeGenerated: event.occurredAt,
      EventUid: event.id,
      Facts: { ...event.details },
    }));
    expect(records.map((record) => (JSON.parse(text(record)) as { EventUid: string }).EventUid)).toEqual(
      records.map(({ event }) => event.id),
    );
  });

  it.each([
    'id',
    'Type',
    'TenantId',
    'Title',
    'UniqueId',
    '_ResourceId',
    '_SubscriptionId',
    '',
    '@timestamp',
    '9',
    'a-b',
    'a'.repeat(46),
  ])('refuses the column %j when the application starts', (name) => {
    expect(() => ownRowText(() => ({ [name]: 1 }))).toThrow(/option "row" gives the column/);
  });

  it('takes the longest name', () => {
    expect(() => ownRowText(() => ({ ['a'.repeat(45)]: 1 }))).not.toThrow();
  });

  it.each([
    ['is no function', {}, /is no function/],
    ['gives no object', () => [], /gives no object/],
    ['gives nothing', () => undefined, /gives no object/],
    [
      'cannot answer for every record',
      ({ event }: AuditRecord) => ({ A: event.resource?.name?.length ?? neverThere() }),
      /only what every record has/,
    ],
  ])('refuses what %s', (_what, row, message) => {
    expect(() => ownRowText(row)).toThrow(message);
  });

  it('refuses a name that only some records give when they come', () => {
    const text = ownRowText(({ event }: AuditRecord) => (event.resource === undefined ? { A: 1 } : { id: 1 }));
    const [record] = records.filter(({ event }) => event.resource !== undefined);
    expect(() => text(record as AuditRecord)).toThrow(/the column "id"/);
  });
});

function neverThere(): number {
  throw new TypeError('nothing is there');
}
