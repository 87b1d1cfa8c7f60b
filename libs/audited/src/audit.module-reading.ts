import type { Provider } from '@nestjs/common';
import { AUDIT_OPTIONS } from './audit.module-definition.js';
import type { ResolvedAuditOptions } from './audit.options.js';
import { AppendSignal } from './delivery/engine/append-signal.js';
import { IndexKeeper } from './reading/index-keeper.js';
import { FailureLog } from './recording/accounting/failure-log.js';
import { AuditStore } from './storage/audit-store.js';
import { LogIndex } from './storage/reading/log-index.js';
import type { DatabaseStore } from './typeorm/audit-database.js';

/** What makes reading fast. */
export const READING_PROVIDERS: Provider[] = [
  { provide: LogIndex, inject: [AuditStore], useFactory: (store: DatabaseStore) => store.index() },
  {
    provide: IndexKeeper,
    inject: [AUDIT_OPTIONS, LogIndex, FailureLog, AppendSignal],
    useFactory: (
      { index: options }: ResolvedAuditOptions,
      index: LogIndex,
      failures: FailureLog,
      signal: AppendSignal,
    ) => {
      const keeper = new IndexKeeper({
        ...options,
        index,
        report: (consequence, error) => failures.report('index', consequence, error),
        recovered: () => failures.recovered('index'),
      });
      signal.listen(keeper.appended);
      return keeper;
    },
  },
];
