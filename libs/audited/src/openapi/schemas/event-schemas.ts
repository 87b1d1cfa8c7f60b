import type {
  AuditActor,
  AuditChange,
  AuditErrorInfo,
  AuditEvent,
  AuditOrigin,
  AuditResource,
  AuditTruncation,
  CallTransport,
  HttpTransport,
  ManualTransport,
} from '../../event/audit-event.js';
import type { AuditRecord, AuditSeal } from '../../event/audit-record.js';
import { count, listOf, mapOf, objectSchema, onlyTrue, reference, sha256, text, time, word } from './schema.js';
import type { Schema } from './schema.js';

const EVENT_ID = '019aa4d2-6cd8-7f6e-b9b1-5c1f4e0f7a11';
const ANYTHING: Schema = { description: 'Any JSON value.' };

/** The words of the audit trail, as they stand in answers. */
export const EVENT_SCHEMAS = {
  Record: objectSchema<AuditRecord>(
    'An event with its seal.',
    { event: reference('Event'), seal: reference('Seal') },
    {
      erased: onlyTrue('The personal part was erased; the seal stays valid.'),
      masked: onlyTrue('There is a personal part that the caller may not see; the seal is that of the stored record.'),
    },
  ),
  Event: objectSchema<AuditEvent>(
    'What happened: the facts, after redaction. Members that have no value are absent.',
    {
      id: { type: 'string', format: 'uuid', description: 'UUIDv7, sortable by time.', example: EVENT_ID },
      occurredAt: time('When the action began.'),
      recordedAt: time('When the audit trail accepted the event.'),
      type: text('Event type of a catalogue.', 'deploy.completed'),
      stage: word('Written before the action ran, or after it ended.', [
        'intent',
        'outcome',
      ] satisfies AuditEvent['stage'][]),
      severity: word('How grave it is.', [
        'debug',
        'info',
        'warning',
        'error',
        'critical',
      ] satisfies AuditEvent['severity'][]),
      risk: word('How dangerous the action is for the organisation, whatever its outcome.', [
        'low',
        'medium',
        'high',
        'critical',
      ] satisfies AuditEvent['risk'][]),
      outcome: word('How it ended. `denied`: access control or a rate limit refused it.', [
        'success',
        'failure',
        'denied',
        'pending',
        'unknown',
      ] satisfies AuditEvent['outcome'][]),
      actor: reference('Actor'),
      action: text('A sentence for people.', 'Deployment started for billing to production'),
      origin: reference('Origin'),
      transport: {
        description: 'How the action reached the application.',
        oneOf: [reference('HttpTransport'), reference('CallTransport'), reference('ManualTransport')],
      },
    },
    {
      correlationId: text('Links everything that belongs to one flow.', 'flow-1'),
      causationId: text('Id of the event that caused this one.', EVENT_ID),
      sessionId: text('Session in which it was done.', 's-1'),
      traceId: text('W3C trace context: 32 hex digits.', '0af7651916cd43dd8448eb211c80319c'),
      spanId: text('W3C trace context: 16 hex digits.', 'b7ad6b7169203331'),
      durationMs: count('Duration of the action in milliseconds.', 41),
      dataClassification: text('Sensitivity of the data concerned, in the words of the application.', 'internal'),
      reason: text('Why it was done, or why it ended as it did.'),
      ticket: text('Change request, incident or ticket.', 'CHG-1042'),
      resource: reference('Resource'),
      targets: listOf(reference('Resource'), 'Further resources that the action touched.'),
      details: mapOf(ANYTHING, 'Facts of this event type.', { version: '2.4.1' }),
      changes: listOf(reference('Change'), 'Changed fields of the resource.'),
      error: reference('Error'),
      truncated: listOf(reference('Truncation'), 'What was cut because of its size.'),
      redacted: listOf(text('JSON Pointer.', '/details/password'), 'Where values were removed as secret.'),
      spooled: onlyTrue('The event waited in the local spool because the database was down.'),
      uncatalogued: onlyTrue('No declared catalogue knows the type.'),
      personal: sha256('Commitment to the personal part: SHA-256 over salt and part.'),
    },
  ),
  Actor: objectSchema<AuditActor>(
    'Who acted. `email`, `name`, `ip` and `userAgent` are personal and erasable.',
    {
      kind: word('`anonymous`: nobody logged in. `unknown`: it could not be established who.', [
        'user',
        'service',
        'system',
        'anonymous',
        'unknown',
      ] satisfies AuditActor['kind'][]),
    },
    {
      id: text('Stable identifier; never a credential.', 'u-7'),
      email: text('E-mail address.', 'ada@example.com'),
      name: text('Name.', 'Ada Lovelace'),
      roles: listOf(text('Role.', 'operator'), 'Roles at that time.'),
      ip: text('Client address.', '203.0.113.7'),
      userAgent: text('User agent.'),
      tenantId: text('Tenant.', 't-1'),
      onBehalfOf: reference('Actor'),
    },
  ),
  Resource: objectSchema<AuditResource>(
    'What was acted on.',
    { type: text('Kind of thing.', 'deployment') },
    { id: text('Its id.', 'd-42'), name: text('Its name.', 'billing') },
  ),
  Origin: objectSchema<AuditOrigin>(
    'Where the event was produced.',
    {},
    {
      component: text('Part of the system.', 'billing-api'),
      platform: text('Product or platform.'),
      version: text('Version of the component.', '2.4.1'),
      environment: text('Environment.', 'production'),
      host: text('Host name.'),
      instanceId: text('One run of a process.'),
    },
  ),
  HttpTransport: objectSchema<HttpTransport>(
    'An HTTP exchange.',
    {
      kind: word('What follows.', ['http']),
      method: text('Method.', 'POST'),
      path: text('Path without its query string.', '/deployments/d-42/start'),
    },
    {
      route: text('Route pattern; absent when no route matched.', '/deployments/:id/start'),
      status: { type: 'integer', description: 'Final status; absent when the client went away.', example: 201 },
      handler: text('Class and method.', 'DeploymentsController.start'),
    },
  ),
  CallTransport: objectSchema<CallTransport>(
    'A method of a provider, a queue job or a scheduled task.',
    { kind: word('What follows.', ['method', 'job']), handler: text('Class and method.', 'InvoiceService.close') },
    {},
  ),
  ManualTransport: objectSchema<ManualTransport>(
    'Recorded by code, outside any request or message.',
    { kind: word('Nothing follows.', ['manual']) },
    {},
  ),
  Change: objectSchema<AuditChange>(
    'One changed field. An absent `before` was created, an absent `after` removed.',
    { field: text('Its name.', 'replicas') },
    { before: ANYTHING, after: ANYTHING },
  ),
  Error: objectSchema<AuditErrorInfo>(
    'Why the action failed.',
    {},
    {
      type: text('Class of the error.', 'NotFoundException'),
      code: text('Stable code.', 'ECONNREFUSED'),
      message: text('Message.'),
    },
  ),
  Truncation: objectSchema<AuditTruncation>(
    'A value that was cut. The original stays provable by size and hash.',
    { path: text('JSON Pointer.', '/details/body'), bytes: count('Size of the original in bytes.', 90_112) },
    { sha256: sha256('Hash of the original.') },
  ),
  Seal: objectSchema<AuditSeal>(
    'Ties a record to its place.',
    {
      chain: text('Chain.', 'main'),
      position: { type: 'integer', minimum: 1, description: 'Place in the chain; no gaps.', example: 41_823 },
      previousHash: sha256('Hash of the record before.'),
      hash: sha256('Hash of this record.'),
      scheme: text('Scheme that computed the hash.', 'sha256-chain-v1'),
    },
    { mac: text('HMAC of a keyed scheme: key id, colon, 64 hex digits.') },
  ),
} as const satisfies Readonly<Record<string, Schema>>;
