import fc from 'fast-check';
import type {
  AuditActor,
  AuditChange,
  AuditErrorInfo,
  AuditEvent,
  AuditOrigin,
  AuditResource,
  AuditTransport,
  AuditTruncation,
} from './audit-event.js';
import { canonicalEvent, WRITTEN_EVENT_FIELDS } from './canonical-event.js';
import { canonicalJson } from './canonical-json.js';
import type { JsonObject, JsonValue } from './json-value.js';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false }) as fc.Arbitrary<JsonValue>;
/** `null` is a value that a field may have had. */
const present = json as fc.Arbitrary<NonNullable<JsonValue>>;
const jsonObject = fc.dictionary(text, json, { maxKeys: 5 }) as fc.Arbitrary<JsonObject>;

/** Every member may be absent but the required ones; absent is absent, never `undefined`. */
function facts<Facts>(
  members: { [Name in keyof Facts]-?: fc.Arbitrary<NonNullable<Facts[Name]>> },
  required: (keyof Facts)[],
) {
  return fc.record(members, { requiredKeys: required }) as unknown as fc.Arbitrary<Facts>;
}

const { actor } = fc.letrec<{ actor: AuditActor }>((tie) => ({
  actor: facts<AuditActor>(
    {
      id: text,
      kind: fc.constantFrom('user', 'service', 'system', 'anonymous', 'unknown'),
      email: text,
      name: text,
      roles: fc.array(text, { maxLength: 3 }),
      ip: text,
      userAgent: text,
      tenantId: text,
      onBehalfOf: fc.oneof({ depthSize: 'small' }, fc.constant<AuditActor>({ kind: 'system' }), tie('actor')),
    },
    ['kind'],
  ),
}));
const resource = facts<AuditResource>({ type: text, id: text, name: text }, ['type']);
const origin = fc
  .tuple(
    facts<AuditOrigin>(
      { component: text, platform: text, version: text, environment: text, host: text, instanceId: text },
      [],
    ),
    fc.boolean(),
  )
  .map(([facts_, frozen]) => (frozen ? Object.freeze(facts_) : facts_));
const transport: fc.Arbitrary<AuditTransport> = fc.oneof(
  facts<AuditTransport & { kind: 'http' }>(
    { kind: fc.constant('http'), method: text, route: text, path: text, status: fc.integer(), handler: text },
    ['kind', 'method', 'path'],
  ),
  fc.constant<AuditTransport>({ kind: 'manual' }),
  fc.record({ kind: fc.constantFrom('method', 'job'), handler: text }),
);
const change = facts<AuditChange>({ field: text, before: present, after: present }, ['field']);
const error = facts<AuditErrorInfo>({ type: text, code: text, message: text }, []);
const truncation = facts<AuditTruncation>({ path: text, bytes: fc.nat(), sha256: text }, ['path', 'bytes']);

const anyEvent = facts<AuditEvent>(
  {
    id: text,
    correlationId: text,
    causationId: text,
    sessionId: text,
    traceId: text,
    spanId: text,
    occurredAt: text,
    recordedAt: text,
    durationMs: fc.double({ noNaN: true, noDefaultInfinity: true }),
    type: text,
    stage: fc.constantFrom('intent', 'outcome'),
    severity: fc.constantFrom('debug', 'info', 'warning', 'error', 'critical'),
    risk: fc.constantFrom('low', 'medium', 'high', 'critical'),
    outcome: fc.constantFrom('success', 'failure', 'denied', 'pending', 'unknown'),
    dataClassification: text,
    actor,
    action: text,
    reason: text,
    ticket: text,
    resource,
    targets: fc.array(resource, { maxLength: 3 }),
    origin,
    transport,
    details: jsonObject,
    changes: fc.array(change, { maxLength: 3 }),
    error,
    truncated: fc.array(truncation, { maxLength: 2 }),
    redacted: fc.array(text, { maxLength: 3 }),
    spooled: fc.constant(true),
    uncatalogued: fc.constant(true),
    personal: text,
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

const asJson = (event: AuditEvent): JsonValue => event as unknown as JsonValue;

describe('canonicalEvent', () => {
  it('writes exactly what the general writer writes, whatever the event holds', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(canonicalEvent(event)).toBe(canonicalJson(asJson(event)));
      }),
      { numRuns: 1000 },
    );
  });

  it('writes every field of an event, and only those', () => {
    const [whole] = fc.sample(
      anyEvent.filter((event) => Object.keys(event).length === Object.keys(WRITTEN_EVENT_FIELDS).length),
      1,
    );
    const written = JSON.parse(canonicalEvent(whole!)) as object;
    expect(Object.keys(written).sort()).toStrictEqual(Object.keys(WRITTEN_EVENT_FIELDS).sort());
  });

  it('writes an origin that may still change anew each time', () => {
    const [event] = fc.sample(anyEvent, 1);
    const changing = { component: 'one' };
    const first = canonicalEvent({ ...event!, origin: changing });
    changing.component = 'two';
    expect(canonicalEvent({ ...event!, origin: changing })).not.toBe(first);
  });

  it('does not let a forged value of a closed list write members of its own', () => {
    const [sample] = fc.sample(anyEvent, 1);
    const forged = '","id":"forged' as never;
    const event: AuditEvent = {
      ...sample!,
      id: forged,
      occurredAt: forged,
      recordedAt: forged,
      outcome: forged,
      stage: forged,
      severity: forged,
      risk: forged,
      actor: { kind: forged },
    };
    expect(canonicalEvent(event)).toBe(canonicalJson(asJson(event)));
    expect((JSON.parse(canonicalEvent(event)) as AuditEvent).id).toBe(forged);
  });

  it.each([Number.NaN, Infinity])(
    'refuses a duration or a status of %s instead of writing what no parser reads',
    (value) => {
      const [event] = fc.sample(anyEvent, 1);
      const http: AuditTransport = { kind: 'http', method: 'GET', path: '/', status: value };
      expect(() => canonicalEvent({ ...event!, durationMs: value })).toThrow(TypeError);
      expect(() => canonicalEvent({ ...event!, transport: http })).toThrow(TypeError);
    },
  );
});
