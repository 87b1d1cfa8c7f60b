import { VersioningType } from '@nestjs/common';
import { ApiBearerAuth, ApiTags, DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { AuditHttpModule } from 'nestjs-audited/http';
import { documentAuditApi } from 'nestjs-audited/openapi';
import { EVERYTHING } from '../support/audit-access.js';
import { HeaderUserGuard } from '../support/header-user.guard.js';
import { PLATFORMS } from '../support/platforms.js';
import { TestAppBuilder, type TestApp } from '../support/test-app.js';

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly responses: Readonly<Record<string, unknown>>;
}

/** Generated clients name their functions by them: they never change. */
const OPERATION_IDS = {
  'get /api/v1/audit/actors/{id}': 'findAuditEventsOfActor',
  'get /api/v1/audit/checkpoints': 'listAuditCheckpoints',
  'get /api/v1/audit/correlation/{id}': 'findCorrelatedAuditEvents',
  'get /api/v1/audit/dead-letters': 'listAuditDeadLetters',
  'get /api/v1/audit/destinations': 'listAuditDestinations',
  'get /api/v1/audit/events': 'findAuditEvents',
  'get /api/v1/audit/events/{id}': 'getAuditEvent',
  'get /api/v1/audit/events/{id}/proof': 'getAuditEventProof',
  'get /api/v1/audit/events/{id}/receipts': 'listAuditDeliveryReceipts',
  'get /api/v1/audit/export': 'exportAuditEvents',
  'get /api/v1/audit/resources/{type}/{id}': 'findAuditEventsOfResource',
  'get /api/v1/audit/statistics': 'getAuditStatistics',
  'get /api/v1/audit/stream': 'streamAuditEvents',
  'get /api/v1/audit/types': 'listAuditEventTypes',
  'get /api/v1/audit/verify': 'verifyAuditLog',
  'post /api/v1/audit/dead-letters/discard': 'discardAuditDeadLetters',
  'post /api/v1/audit/dead-letters/replay': 'replayAuditDeadLetters',
  'post /api/v1/audit/destinations/{name}/pause': 'pauseAuditDestination',
  'post /api/v1/audit/destinations/{name}/remove': 'removeAuditDestination',
  'post /api/v1/audit/destinations/{name}/resume': 'resumeAuditDestination',
  'post /api/v1/audit/destinations/{name}/rewind': 'rewindAuditDestination',
};

describe.each(PLATFORMS)('the OpenAPI document of the reading API (%s)', (platform) => {
  let app: TestApp;
  let document: OpenAPIObject;

  beforeAll(async () => {
    app = await new TestAppBuilder(platform)
      .importsAfter(
        AuditHttpModule.forRoot({
          guards: [HeaderUserGuard],
          access: EVERYTHING,
          decorators: [ApiBearerAuth(), ApiTags('audit')],
        }),
      )
      .with((nest) => nest.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '2' }))
      .start();
    const config = new DocumentBuilder().setTitle('test').addBearerAuth().build();
    document = documentAuditApi(SwaggerModule.createDocument(app.nest, config));
  });

  afterAll(() => app.close());

  const operations = (): readonly (readonly [string, Operation])[] =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, Operation>).map(([method, operation]): [string, Operation] => [
        `${method} ${path}`,
        operation,
      ]),
    );

  it('knows every route that there is, and names it for clients', () => {
    const names = Object.fromEntries(operations().map(([route, { operationId }]) => [route, operationId]));
    expect(names).toEqual(OPERATION_IDS);
  });

  it('leaves no route without words, errors, and what the application says of its security', () => {
    for (const [route, { summary = '', description = '', tags, security, responses }] of operations()) {
      expect([route, summary === '', description === '']).toEqual([route, false, false]);
      expect([route, tags, security]).toEqual([route, ['audit'], [{ bearer: [] }]]);
      expect([route, Object.keys(responses)]).toEqual([route, expect.arrayContaining(['400', '401', '403', '503'])]);
    }
  });

  it.each(['3.0.0', '3.1.0'])('is valid in OpenAPI %s', async (openapi) => {
    const plain: unknown = JSON.parse(JSON.stringify({ ...document, openapi }));
    const validator = new Validator();
    expect(await validator.validate(plain as Parameters<Validator['validate']>[0])).toEqual({ valid: true });
    // Throws when a reference leads nowhere.
    expect(Object.keys(validator.resolveRefs())).toContain('paths');
  });
});
