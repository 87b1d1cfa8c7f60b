import type { AuditPage, AuditQuery } from '../audit-query.js';
import { correlatedRecords, MAX_CORRELATED_RECORDS } from './correlated-records.js';

/** Answers with pages of what it has, and notes what it was asked. */
class CountedReader {
  readonly asked: (AuditQuery | undefined)[] = [];

  constructor(private readonly count: number) {}

  find(query: AuditQuery = {}): Promise<AuditPage> {
    this.asked.push(query);
    const from = Number(query.cursor ?? 0);
    const end = Math.min(from + (query.limit ?? 0), this.count);
    const records = Array.from({ length: end - from }, (_, place) => ({ event: { id: `e-${from + place}` } }) as never);
    return Promise.resolve(end < this.count ? { records, next: String(end) } : { records });
  }
}

describe('correlatedRecords', () => {
  it('gives everything, oldest first, from page to page', async () => {
    const reader = new CountedReader(2500);
    const records = await correlatedRecords(reader, 'c-1', {});
    expect(records.map(({ event }) => event.id)).toStrictEqual(
      Array.from({ length: 2500 }, (_, place) => `e-${place}`),
    );
    expect(reader.asked).toStrictEqual(
      [{}, { cursor: '1000' }, { cursor: '2000' }].map((page) => ({
        correlationId: 'c-1',
        order: 'oldest',
        limit: 1000,
        ...page,
      })),
    );
  });

  it('gives as many as there may be, and refuses more', async () => {
    const most = await correlatedRecords(new CountedReader(MAX_CORRELATED_RECORDS), 'c', {});
    expect(most).toHaveLength(MAX_CORRELATED_RECORDS);
    await expect(correlatedRecords(new CountedReader(MAX_CORRELATED_RECORDS + 1), 'c', {})).rejects.toMatchObject({
      code: 'AUDIT_QUERY_INVALID',
      parameter: 'correlationId',
    });
  });
});
