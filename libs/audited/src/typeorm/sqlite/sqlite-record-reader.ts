import type { DataSource, SelectQueryBuilder } from 'typeorm';
import type { AuditRecord } from '../../event/audit-record.js';
import type { AuditPage, CheckedQuery } from '../../storage/audit-query.js';
import { readRecord } from '../../storage/stored-record.js';
import { AuditRecordEntity, type AuditRecordRow } from '../audit-record.entity.js';
import { storedRecord } from './stored-row.js';

/** Reads records over one connection. Every read is one consistent snapshot. */
export class SqliteRecordReader {
  constructor(private readonly source: DataSource) {}

  async find(query: CheckedQuery): Promise<AuditPage> {
    const rows = await this.filtered(query)
      .orderBy('record.sequence', 'DESC')
      // One more than asked for tells whether there is a next page.
      .take(query.limit + 1)
      .getMany();
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const records = page.map((row) => readRecord(storedRecord(row)));
    return rows.length > page.length && last !== undefined ? { records, next: String(last.sequence) } : { records };
  }

  async get(id: string): Promise<AuditRecord | undefined> {
    const row = await this.source.getRepository(AuditRecordEntity).findOneBy({ id });
    return row === null ? undefined : readRecord(storedRecord(row));
  }

  private filtered(query: CheckedQuery): SelectQueryBuilder<AuditRecordRow> {
    const builder = this.source.getRepository(AuditRecordEntity).createQueryBuilder('record');
    for (const [column, value] of query.equals) {
      builder.andWhere(`record.${column} = :${column}`, { [column]: value });
    }
    if (query.beforeSequence !== undefined) {
      builder.andWhere('record.sequence < :before', { before: query.beforeSequence });
    }
    if (query.from !== undefined) {
      builder.andWhere('record.occurred_at >= :from', { from: query.from });
    }
    if (query.to !== undefined) {
      builder.andWhere('record.occurred_at < :to', { to: query.to });
    }
    return builder;
  }
}
