import { OptionsInvalidError } from '../event/audit.error.js';
import { checkShape } from '../event/option-checks.js';
import type { JsonObject, JsonValue } from '../event/json-value.js';
import { ROUTE_PARAMETERS } from '../http/parameters/route-parameters.js';
import { ERROR_ANSWERS, errorResponse } from './error-answers.js';
import { namedParameter, queryParameter } from './parameter-objects.js';
import { DELIVERY_ROUTES } from './routes/delivery-routes.js';
import { INTEGRITY_ROUTES } from './routes/integrity-routes.js';
import { RECORD_ROUTES } from './routes/record-routes.js';
import type { ErrorAnswer, RouteDocument } from './routes/route-document.js';
import { DELIVERY_SCHEMAS } from './schemas/delivery-schemas.js';
import { EVENT_SCHEMAS } from './schemas/event-schemas.js';
import { HTTP_SCHEMAS } from './schemas/http-schemas.js';
import { INTEGRITY_SCHEMAS } from './schemas/integrity-schemas.js';
import { PAGE_SCHEMAS } from './schemas/page-schemas.js';
import { LOCAL_REFERENCE, reference, type Schema } from './schemas/schema.js';

/** What this needs of an OpenAPI document; what `SwaggerModule.createDocument` of @nestjs/swagger gives is one. */
export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, object>;
  components?: { schemas?: Record<string, object>; responses?: Record<string, object> };
}

/** How the reading API is told of. */
export interface DocumentAuditApiOptions {
  /** The option `path` of `AuditHttpModule`. @default 'v1/audit' */
  readonly path?: string;
  /** What the names of schemas and responses begin with; another one where the application has such names itself. @default 'Audit' */
  readonly schemaPrefix?: string;
}

const ROUTES: readonly RouteDocument[] = [...RECORD_ROUTES, ...INTEGRITY_ROUTES, ...DELIVERY_ROUTES];
const SCHEMAS: Readonly<Record<string, Schema>> = {
  ...EVENT_SCHEMAS,
  ...PAGE_SCHEMAS,
  ...INTEGRITY_SCHEMAS,
  ...DELIVERY_SCHEMAS,
  ...HTTP_SCHEMAS,
};

/**
 * Completes what an OpenAPI document says of the reading API: parameters, bodies, answers, errors, examples, names for
 * generated clients. Routes that the document does not have (nobody operates, the module is not included) stay out, and tags
 * and security stay as the application's decorators say.
 *
 * @returns another document; the given one stays as it is
 * @throws OptionsInvalidError when the document has no route of the API, or schemas of the same names
 *
 * @example
 * ```ts
 * const document = documentAuditApi(SwaggerModule.createDocument(app, config));
 * SwaggerModule.setup('docs', app, document);
 * ```
 */
export function documentAuditApi<Document extends OpenApiDocument>(
  document: Document,
  options: DocumentAuditApiOptions = {},
): Document {
  checkShape('documentAuditApi', options, ['path', 'schemaPrefix']);
  const { path = 'v1/audit', schemaPrefix = 'Audit' } = options;
  const paths = pathsOf(document, path);
  const responses = Object.fromEntries(
    Object.keys(ERROR_ANSWERS).map((name) => [name, errorResponse(name as ErrorAnswer)]),
  );
  const { components = {} } = document;
  return {
    ...document,
    paths: named(paths as JsonObject, schemaPrefix),
    components: {
      ...components,
      schemas: { ...components.schemas, ...ownNames(SCHEMAS, components.schemas, schemaPrefix) },
      responses: { ...components.responses, ...ownNames(responses, components.responses, schemaPrefix) },
    },
  };
}

function pathsOf({ paths }: OpenApiDocument, mount: string): Record<string, object> {
  const own = ROUTES.map((route) => ({ route, end: `/${mount}${route.route}` }));
  let found = 0;
  const told = Object.entries(paths).map(([path, item]): [string, object] => {
    const operations = Object.entries(item).map(([method, operation]: [string, unknown]): [string, unknown] => {
      const match = own.find(({ route, end }) => route.method === method && path.endsWith(end));
      if (match === undefined) {
        return [method, operation];
      }
      found++;
      return [method, { ...(operation as object), ...operationOf(match.route) }];
    });
    return [path, Object.fromEntries(operations)];
  });
  if (found === 0) {
    throw new OptionsInvalidError(
      'documentAuditApi.path',
      `is "${mount}", and the document has no route of the audit API there`,
      'Import AuditHttpModule, give its option "path" here as well, and include it where createDocument names modules.',
    );
  }
  return Object.fromEntries(told);
}

function operationOf(route: RouteDocument): object {
  const { operationId, summary, permission, wholeLog, answer, errors, body } = route;
  const reach = wholeLog === true ? ', and the whole log, not some tenants' : '';
  const description = `${route.description} Needs the permission \`${permission}\`${reach}.`;
  const parameters = [
    ...Object.entries(route.path).map(([name, schema]) => namedParameter('path', name, schema)),
    ...Object.entries(route.headers ?? {}).map(([name, schema]) => namedParameter('header', name, schema)),
    ...ROUTE_PARAMETERS[route.parameters].map(queryParameter),
  ];
  const { content, headers } = answer;
  const good = {
    description: answer.description,
    ...(headers === undefined ? {} : { headers: headersOf(headers) }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  };
  return {
    operationId,
    summary,
    description,
    parameters,
    ...(body === undefined
      ? {}
      : { requestBody: { required: body.isRequired, content: { 'application/json': { schema: body.schema } } } }),
    responses: {
      [answer.status]: good,
      ...Object.fromEntries(errors.map((name) => [ERROR_ANSWERS[name].status, reference(`responses/${name}`)])),
    },
  };
}

function headersOf(headers: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

function ownNames(
  given: Readonly<Record<string, JsonObject>>,
  theirs: Readonly<Record<string, object>> = {},
  prefix: string,
): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const full = `${prefix}${name}`;
      if (Object.hasOwn(theirs, full)) {
        throw new OptionsInvalidError(
          'documentAuditApi.schemaPrefix',
          `gives the name "${full}", and the document has it already`,
          'Give another prefix, and call documentAuditApi once for each document.',
        );
      }
      return [full, named(value, prefix)];
    }),
  );
}

/** With the names that schemas and responses have in the document. */
function named<Value extends JsonValue>(value: Value, prefix: string): Value {
  if (Array.isArray(value)) {
    return value.map((each: JsonValue) => named(each, prefix)) as unknown as Value;
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value as JsonObject).map(([key, inner]): [string, JsonValue] => [
    key,
    key === '$ref' && typeof inner === 'string' ? fullReference(inner, prefix) : named(inner, prefix),
  ]);
  return Object.fromEntries(entries) as Value;
}

function fullReference(text: string, prefix: string): string {
  if (!text.startsWith(LOCAL_REFERENCE)) {
    return text;
  }
  const name = text.slice(LOCAL_REFERENCE.length);
  return name.startsWith('responses/')
    ? `#/components/responses/${prefix}${name.slice('responses/'.length)}`
    : `#/components/schemas/${prefix}${name}`;
}
