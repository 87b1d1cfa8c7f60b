import fc from 'fast-check';
import type {
  AuditActor,
  AuditChange,
  AuditEvent,
  AuditOutcome,
  AuditResource,
  AuditRisk,
  AuditSeverity,
  AuditTransport,
} from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import type { JsonObject, JsonValue } from '../../event/json-value.js';

/** What forges a second record, a second field, an escape, a prefix or a formula in one format or another. */
const FORGERIES = [
  '\n',
  '\r\n',
  '\r',
  '\t',
  '\u0000',
  '\u001b[2J',
  '\u007f',
  '\u0085',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\u202e',
  '|',
  '=',
  '\\',
  '\\n',
  '\\|',
  '"',
  "'",
  ']',
  '[',
  ',',
  ';',
  '^',
  ' ',
  '%',
  '#',
  '-',
  '=cmd()',
  '+1',
  '@SUM(A1)',
  'unknown',
  'null',
  'a=b c=d',
  ' suser=root outcome=success',
  '\nCEF:0|Evil|Evil|1|1|x|10|',
  'CEF:0|a|b|c|d|e|5|src=1.2.3.4',
  'LEEF:2.0|a|b|c|d|^|src=1.2.3.4',
  '<13>1 2026-01-01T00:00:00Z h a - - - forged',
  '{"a":1}',
  '"}\n{"forged":true}',
  '\ud800',
  '\udc00',
  'Zoë',
  '😀',
  '日本',
  '10.0.0.1',
  '2001:db8::1',
];

/** Any text: forgeries glued together, all of Unicode with lone surrogates, ordinary words, very long ones. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...FORGERIES), { maxLength: 5 }).map((parts) => parts.join('')) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 3, arbitrary: fc.constantFrom('alice', 'user.login', 'a b', ' padded ', '') },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.integer({ min: 0xd7ff, max: 0xe001 }).map((unit) => String.fromCharCode(unit)))
      .map((units) => units.join('')),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('x', 'é', '€', '😀', '|', '\\', '='), fc.integer({ min: 1, max: 6_000 }))
      .map(([unit, times]) => unit.repeat(times)),
  },
);

const anyJson: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    hostileText,
    fc.constantFrom<JsonValue>(null, true, false, 0, -0, 1, -1, 1.5, 1e21, 5e-324, 2 ** 53, -(2 ** 63)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(memberName(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

function memberName(): fc.Arbitrary<string> {
  return fc.oneof(
    hostileText,
    fc.constantFrom('__proto__', 'constructor', 'toString', 'a.b', 'A', 'a', 'id', 'length'),
  );
}

const anyDetails = fc.dictionary(memberName(), anyJson, {
  maxKeys: 4,
  noNullPrototype: true,
}) as fc.Arbitrary<JsonObject>;

/** Leaves out some of the optional members, and never holds `undefined`. */
function facts<T extends object>(
  model: { [K in keyof T]-?: fc.Arbitrary<NonNullable<T[K]>> },
  required: readonly (keyof T)[],
): fc.Arbitrary<T> {
  return fc.record(model, {
    requiredKeys: [...required] as never,
    noNullPrototype: true,
  }) as unknown as fc.Arbitrary<T>;
}

const anyTime = fc
  .date({ min: new Date('1970-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const hex = (digits: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: digits, maxLength: digits });
const anyId = fc.uuid({ version: 7 });
const anyAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('::ffff:10.1.2.3', 'fe80::1%eth0', '127.0.0.1:80', 'unknown'),
  hostileText,
);

const anyResource = facts<AuditResource>({ type: hostileText, id: hostileText, name: hostileText }, ['type']);

const anyActor: fc.Arbitrary<AuditActor> = fc.letrec<{ actor: AuditActor }>((tie) => ({
  actor: facts<AuditActor>(
    {
      id: hostileText,
      kind: fc.constantFrom('user', 'service', 'system', 'anonymous', 'unknown'),
      email: fc.oneof(fc.emailAddress(), hostileText),
      name: hostileText,
      roles: fc.array(hostileText, { maxLength: 3 }),
      ip: anyAddress,
      userAgent: hostileText,
      tenantId: hostileText,
      onBehalfOf: fc.oneof(
        { maxDepth: 2, depthIdentifier: 'behalf' },
        fc.constant<AuditActor>({ kind: 'user', id: 'u-2' }),
        tie('actor'),
      ),
    },
    ['kind'],
  ),
})).actor;

const anyTransport: fc.Arbitrary<AuditTransport> = fc.oneof(
  fc.constant<AuditTransport>({ kind: 'manual' }),
  fc.record(
    { kind: fc.constantFrom('method' as const, 'job' as const), handler: hostileText },
    { noNullPrototype: true },
  ),
  facts<Extract<AuditTransport, { kind: 'http' }>>(
    {
      kind: fc.constant('http' as const),
      method: fc.oneof(fc.constantFrom('GET', 'POST', 'DELETE'), hostileText),
      route: fc.oneof(fc.constant('/deployments/:id'), hostileText),
      path: fc.oneof(fc.constant('/deployments/7'), hostileText),
      status: fc.integer({ min: 100, max: 599 }),
      handler: hostileText,
    },
    ['kind', 'method', 'path'],
  ),
);

const anyChange = facts<AuditChange>({ field: hostileText, before: anyJson, after: anyJson } as never, ['field']);

/** Shipped types, types of nobody, and texts that no catalogue would take. */
const anyType = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'auth.login',
      'auth.failed',
      'authz.role_change',
      'deploy.completed',
      'config.changed',
      'AUTH_FAILURE',
      'DATA_EXPORTED',
      'user_created',
      'sensitive_read',
      'audit.checkpoint',
      'audit.loss',
      'invoice.paid',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      hostileText.filter((text) => text !== ''),
      fc.constantFrom('__proto__', 'constructor'),
    ),
  },
);

const anyEvent: fc.Arbitrary<AuditEvent> = facts<AuditEvent>(
  {
    id: anyId,
    correlationId: hostileText,
    // An id by its meaning; whoever records may give any text.
    causationId: fc.oneof(anyId, hostileText),
    sessionId: hostileText,
    traceId: hex(32),
    spanId: hex(16),
    occurredAt: anyTime,
    recordedAt: anyTime,
    durationMs: fc.nat(),
    type: anyType,
    stage: fc.constantFrom('intent', 'outcome'),
    severity: fc.constantFrom<AuditSeverity>('debug', 'info', 'warning', 'error', 'critical'),
    risk: fc.constantFrom<AuditRisk>('low', 'medium', 'high', 'critical'),
    outcome: fc.constantFrom<AuditOutcome>('success', 'failure', 'denied', 'pending', 'unknown'),
    dataClassification: hostileText,
    actor: anyActor,
    action: hostileText,
    reason: hostileText,
    ticket: hostileText,
    resource: anyResource,
    targets: fc.array(anyResource, { maxLength: 3 }),
    origin: facts<AuditEvent['origin']>(
      {
        component: hostileText,
        platform: hostileText,
        version: hostileText,
        environment: hostileText,
        host: fc.oneof(fc.constant('api-1.example.com'), hostileText),
        instanceId: hostileText,
      },
      [],
    ),
    transport: anyTransport,
    details: anyDetails,
    changes: fc.array(anyChange, { maxLength: 3 }),
    error: facts<NonNullable<AuditEvent['error']>>({ type: hostileText, code: hostileText, message: hostileText }, []),
    truncated: fc.array(
      facts<NonNullable<AuditEvent['truncated']>[number]>({ path: hostileText, bytes: fc.nat(), sha256: hex(64) }, [
        'path',
        'bytes',
      ]),
      { maxLength: 2 },
    ),
    redacted: fc.array(hostileText, { maxLength: 2 }),
    spooled: fc.constant(true as const),
    uncatalogued: fc.constant(true as const),
    personal: hex(64),
  },
  [
    'id',
    'occurredAt',
    'recordedAt',
    'type',
    'stage',
    'severity',
    'risk',
    'outcome',
    'actor',
    'action',
    'origin',
    'transport',
  ],
);

/** A record that a store might give back, with a hostile text in every field that can hold one. */
export const anyRecord: fc.Arbitrary<AuditRecord> = facts<AuditRecord>(
  {
    event: anyEvent,
    seal: facts<AuditRecord['seal']>(
      {
        chain: fc.constantFrom('main', 'tenant:acme', 'a'.repeat(64)),
        position: fc.oneof(fc.integer({ min: 1, max: 1_000_000 }), fc.constant(Number.MAX_SAFE_INTEGER)),
        previousHash: hex(64),
        hash: hex(64),
        scheme: fc.constantFrom('sha256-v1', 'hmac-sha256-v1'),
        mac: hex(64).map((digits) => `key-1:${digits}`),
      },
      ['chain', 'position', 'previousHash', 'hash', 'scheme'],
    ),
    erased: fc.constant(true as const),
    masked: fc.constant(true as const),
  },
  ['event', 'seal'],
);
