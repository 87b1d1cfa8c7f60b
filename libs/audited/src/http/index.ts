/** The reading API: an entry of its own, so that whoever leaves it out does not load it. */
export { AuditHttpModule, type AuditHttpOptions } from './audit-http.module.js';
