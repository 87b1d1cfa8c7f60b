import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { ASIM_COLUMN_FACTS } from './asim-column-facts.js';
import { asimColumns } from './asim-columns.js';

describe('the table of the columns', () => {
  it('has exactly the columns that a row may have, in its order', () => {
    const [, record] = GOLDEN_RECORDS[0] ?? [];
    if (record === undefined) throw new Error('there is no record');
    const columns = asimColumns(
      record.event,
      { eventType: 'Other', objectType: 'Other' },
      { product: { vendor: 'Acme', name: 'Billing', version: '1' }, userIdType: 'Other' },
    );
    expect(Object.keys(ASIM_COLUMN_FACTS)).toEqual([...Object.keys(columns), 'AdditionalFields']);
  });
});
