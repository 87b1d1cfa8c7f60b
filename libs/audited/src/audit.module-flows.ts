import type { Provider } from '@nestjs/common';
import { AUDIT_OPTIONS } from './audit.module-definition.js';
import type { ResolvedAuditOptions } from './audit.options.js';
import { auditCatalogue } from './catalogue/audit.catalogue.js';
import { EventTypes } from './catalogue/event-types.js';
import { AppendSignal } from './delivery/engine/append-signal.js';
import { LogFlows } from './reading/log-flows.js';
import { AuditStore } from './storage/audit-store.js';
import type { DatabaseStore } from './typeorm/audit-database.js';

/** Reads that go on, exports and live tails, and which types of events there are to be read. */
export const FLOW_PROVIDERS: Provider[] = [
  {
    provide: LogFlows,
    inject: [AuditStore, AppendSignal],
    useFactory: (store: DatabaseStore, signal: AppendSignal) =>
      new LogFlows({ reader: store, stream: store.custody(), whenAppended: (listener) => signal.listen(listener) }),
  },
  {
    provide: EventTypes,
    inject: [AUDIT_OPTIONS],
    useFactory: ({ catalogues }: ResolvedAuditOptions) => new EventTypes([auditCatalogue, ...catalogues]),
  },
];
