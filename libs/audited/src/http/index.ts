/** The reading API: an entry of its own, so that whoever leaves it out does not load it. */
export { AuditHttpModule } from './audit-http.module.js';
export type { AuditHttpOperators, AuditHttpOptions } from './audit-http.options.js';
