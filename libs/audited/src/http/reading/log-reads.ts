import { Inject, Injectable } from '@nestjs/common';
import type { AuditRecord } from '../../event/audit-record.js';
import { LogFlows } from '../../reading/log-flows.js';
import { walkRecords } from '../../reading/record-walk.js';
import type { AuditPage, AuditQuery } from '../../storage/audit-query.js';
import { AuditReader } from '../../storage/audit-reader.js';
import {
  StatisticsReader,
  type AuditStatistics,
  type StatisticsQuery,
} from '../../storage/reading/audit-statistics.js';
import type { ExportQuery, TailOptions, TailQuery } from '../../storage/reading/record-flows.js';
import type { Grant } from '../access/grant.js';
import { ReadBudget } from '../limits/read-budget.js';

type Read = Grant['read'];

/** The log, as this API reads it: within what a request was granted, and within a budget of its own. */
@Injectable()
export class LogReads {
  constructor(
    @Inject(AuditReader) private readonly reader: AuditReader,
    @Inject(StatisticsReader) private readonly counts: StatisticsReader,
    @Inject(LogFlows) private readonly flows: LogFlows,
    @Inject(ReadBudget) private readonly budget: ReadBudget,
  ) {}

  find(query: AuditQuery, read: Read): Promise<AuditPage> {
    return this.budget.run(read.signal, () => this.reader.find(query, read));
  }

  get(id: string, read: Read): Promise<AuditRecord | undefined> {
    return this.budget.run(read.signal, () => this.reader.get(id, read));
  }

  statistics(query: StatisticsQuery, read: Read): Promise<AuditStatistics> {
    return this.budget.run(read.signal, () => this.counts.statistics(query, read));
  }

  /** Each page of it waits for its turn, so that a long export leaves room for others; only the first is refused. */
  walk(query: ExportQuery, read: Read): AsyncGenerator<AuditRecord, void, undefined> {
    let patience: 'limited' | 'endless' = 'limited';
    return walkRecords(
      (page) => {
        const turn = this.budget.run(read.signal, () => this.reader.find(page, read), patience);
        patience = 'endless';
        return turn;
      },
      query,
      read,
    );
  }

  /** Outside of the budget: it mostly waits, and has a limit of its own. */
  tail(query: TailQuery, options: TailOptions): Promise<AsyncGenerator<AuditRecord, void, undefined>> {
    return this.flows.tail(query, options);
  }

  /** Any other read, within the budget. */
  within<Result>(read: Read, work: () => Promise<Result>): Promise<Result> {
    return this.budget.run(read.signal, work);
  }
}
