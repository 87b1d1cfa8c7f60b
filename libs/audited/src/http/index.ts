/** The reading API: an entry of its own, so that whoever leaves it out does not load it. */
export { AuditHttpModule } from './audit-http.module.js';
export type { AuditHttpOptions } from './audit-http.options.js';
export type { AuditAccessChoice, AuditGuard, ProviderToken } from './access/access-choice.js';
export type { AuditAccess, AuditAccessFunction, AuditAccessResolver, AuditPermission } from './access/audit-access.js';
export type { AuditHttpLimits } from './limits/limit.options.js';
export type { ParameterDefinition, ParameterKind } from './parameters/parameter.js';
export { ROUTE_PARAMETERS, type ParameterSet } from './parameters/route-parameters.js';
export { PROBLEMS, type ProblemDetails, type ProblemKind } from './problems/problem.js';
