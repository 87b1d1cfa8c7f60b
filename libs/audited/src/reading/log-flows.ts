import type { AuditRecord } from '../event/audit-record.js';
import type { AuditReader } from '../storage/audit-reader.js';
import type { ReadOptions } from '../storage/reading/read-options.js';
import type { ExportQuery, RecordFlows, TailOptions, TailQuery } from '../storage/reading/record-flows.js';
import { liveTail, type LiveTailParts } from './live-tail.js';
import { walkRecords } from './record-walk.js';

/** What flows are made of. */
export interface LogFlowParts extends LiveTailParts {
  readonly reader: Pick<AuditReader, 'find' | 'get'>;
}

/** Reads that go on, over any log. */
export class LogFlows implements RecordFlows {
  constructor(private readonly parts: LogFlowParts) {}

  walk(query: ExportQuery = {}, options: ReadOptions = {}): AsyncGenerator<AuditRecord, void, undefined> {
    return walkRecords((page, read) => this.parts.reader.find(page, read), query, options);
  }

  tail(query: TailQuery = {}, options: TailOptions = {}): Promise<AsyncGenerator<AuditRecord, void, undefined>> {
    return liveTail(this.parts, query, options);
  }
}
