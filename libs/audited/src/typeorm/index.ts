/** The embedded store, to use it without the module: in tools, tests and stores of your own. */
export { AuditHeadEntity, type AuditHeadRow } from './audit-head.entity.js';
export { AuditRecordEntity, type AuditRecordRow } from './audit-record.entity.js';
export { SqliteAuditStore } from './sqlite/sqlite.audit-store.js';
