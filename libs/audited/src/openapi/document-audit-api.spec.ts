import { ROUTE_PARAMETERS } from '../http/parameters/route-parameters.js';
import { documentAuditApi, type OpenApiDocument } from './document-audit-api.js';

interface Operation {
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly responses?: Readonly<Record<string, unknown>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description: string;
  readonly example: unknown;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly explode?: boolean;
}

/** What `createDocument` knows by itself. */
function aDocument(prefix = '/api', mount = 'v1/audit'): OpenApiDocument {
  const get = { operationId: 'EventsController_find', tags: ['audit'], security: [{ bearer: [] }], parameters: [] };
  return {
    openapi: '3.0.0',
    paths: {
      [`${prefix}/${mount}/events`]: { get },
      [`${prefix}/${mount}/events/{id}`]: { get },
      '/orders/events': { get: { operationId: 'OrdersController_events' } },
    },
    components: { schemas: { Order: { type: 'object' } } },
  };
}

function operationOf(document: OpenApiDocument, path: string): Operation {
  return (document.paths[path] as { readonly get: Operation }).get;
}

describe('the reading API in a document', () => {
  it('is told of where the application mounted it, and nothing else is touched', () => {
    const given = aDocument('/api', 'internal/audit');
    const before = structuredClone(given);
    const document = documentAuditApi(given, { path: 'internal/audit' });
    expect(given).toEqual(before);
    expect(operationOf(document, '/api/internal/audit/events')).toMatchObject({
      operationId: 'findAuditEvents',
      tags: ['audit'],
      security: [{ bearer: [] }],
    });
    expect(operationOf(document, '/orders/events')).toEqual({ operationId: 'OrdersController_events' });
    expect(Object.keys(document.paths)).toEqual(Object.keys(given.paths));
    expect(document.components?.schemas?.['Order']).toEqual({ type: 'object' });
  });

  it('has every parameter of the route, each with a description, an example and what is allowed', () => {
    const { parameters = [] } = operationOf(documentAuditApi(aDocument()), '/api/v1/audit/events');
    expect(parameters.map(({ name }) => name)).toEqual(ROUTE_PARAMETERS.events.map(({ name }) => name));
    for (const { description, example, schema } of parameters) {
      expect(description).not.toBe('');
      expect([example, Object.keys(schema).length > 0]).toEqual([expect.anything(), true]);
    }
    const named = Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter]));
    expect(named['not.outcome']).toMatchObject({
      explode: false,
      schema: { type: 'array', items: { enum: ['success', 'failure', 'denied', 'pending', 'unknown'] } },
      example: ['denied', 'failure'],
    });
    expect(named['limit']?.schema).toEqual({ type: 'integer', minimum: 1, maximum: 1000, default: 100 });
    expect(named['total']).toMatchObject({ schema: { type: 'boolean', default: false }, example: true });
    expect(named['from']?.schema).toEqual({ type: 'string', format: 'date-time' });
    expect(named['actorEmail']?.description).toContain('`read-personal`');
  });

  it('has errors with examples, and says what the caller must be allowed to do', () => {
    const document = documentAuditApi(aDocument());
    const { responses = {}, description, parameters = [] } = operationOf(document, '/api/v1/audit/events/{id}');
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '500', '503']);
    expect(responses['404']).toEqual({ $ref: '#/components/responses/AuditNotFound' });
    expect(document.components?.responses?.['AuditNotFound']).toMatchObject({
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/AuditProblem' },
          examples: { 'not-found': { value: { status: 404, type: 'urn:nestjs-audited:problem:not-found' } } },
        },
      },
    });
    expect(description).toContain('`read`');
    expect(parameters).toMatchObject([{ name: 'id', in: 'path', required: true }]);
  });

  it('takes other names where the application has the same', () => {
    const given = { ...aDocument(), components: { schemas: { AuditRecord: { type: 'string' } } } };
    expect(() => documentAuditApi(given)).toThrow('"AuditRecord", and the document has it already');
    const document = documentAuditApi(given, { schemaPrefix: 'Trail' });
    expect(document.components?.schemas?.['AuditRecord']).toEqual({ type: 'string' });
    const told = JSON.stringify(document);
    expect(told).toContain('#/components/schemas/TrailRecord');
    expect(told).not.toMatch(/#\/audit\/|schemas\/Audit/);
  });

  it.each([
    [{ path: 'elsewhere' }, 'is "elsewhere", and the document has no route of the audit API there'],
    [{ mount: 'v1/audit' } as object, 'mount'],
  ])('refuses %j', (options, message) => {
    expect(() => documentAuditApi(aDocument(), options)).toThrow(message);
  });
});
