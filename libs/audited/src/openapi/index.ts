/** The reading API in OpenAPI: `import { documentAuditApi } from 'nestjs-audited/openapi'`. */
export { documentAuditApi, type DocumentAuditApiOptions, type OpenApiDocument } from './document-audit-api.js';
