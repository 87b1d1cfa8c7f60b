/** The embedded store, to use it without the module: in tools, tests and stores of your own. */
export { AuditHeadEntity, type AuditHeadRow } from './audit-head.entity.js';
export { AuditRecordEntity, type AuditRecordRow } from './audit-record.entity.js';
export type { StoreAccess, StoreOptions } from './store.options.js';
export type { SealKeyOptions, SealOptions } from '../integrity/seal-keys.js';
export { DatabaseCustody } from './custody/database-custody.js';
export { DatabaseLedger } from './delivery/database-ledger.js';
export { SqliteAuditStore } from './sqlite/sqlite.audit-store.js';
export { MysqlAuditStore } from './mysql/mysql.audit-store.js';
export type { MysqlLimits, MysqlOptions, MysqlTls } from './mysql/mysql.options.js';
export { CreateAuditInbox1795219300000 } from './migrations/inbox/1795219300000-create-audit-inbox.migration.js';
export { TypeOrmAuditInbox, type InboxOptions } from './inbox/typeorm.audit-inbox.js';
export { PostgresAuditStore } from './postgres/postgres.audit-store.js';
export type { PostgresLimits, PostgresOptions, PostgresTls } from './postgres/postgres.options.js';
