import fc from 'fast-check';
import type { AuditEvent, AuditFilters, AuditQuery, ReadOptions } from 'nestjs-audited';
import { anAppendableEvent } from 'nestjs-audited/testing';
import type { KnownRecord } from './naive-query.js';

const LONG = 'Lange Straße '.repeat(30);

/** Values that records have, few enough for most filters to find some; the last ones of each are in no record. */
const VOCABULARY = {
  chain: ['main', 'acme', 'tenant:42', 'nowhere'],
  type: [
    'deploy.started',
    'deploy.ended',
    'deploy',
    'deploy/x',
    'a*b',
    'Deploy.started',
    'x\0y.z',
    '50%_!\\',
    'ü.\u2400',
    'no.such',
  ],
  stage: ['outcome', 'intent'],
  outcome: ['success', 'failure', 'denied', 'pending', 'unknown'],
  severity: ['info', 'debug', 'warning', 'error', 'critical'],
  risk: ['low', 'medium', 'high', 'critical'],
  actorId: ['u-1', 'u-2', 'U-1', "o'neil", 'a\0b', 'a\u24000b', `${LONG}1`, `${LONG}2`, 'nobody', 'half \ud800'],
  actorKind: ['user', 'service', 'system', 'anonymous', 'unknown'],
  actorEmail: ['zoe@example.com', 'Zoe@example.com', 'max@example.org', 'nobody@example.com'],
  ip: ['192.0.2.1', '2001:db8::1', '192.0.2.9'],
  tenantId: ['acme', 'globex', 'a%b', 'ACME', 'none'],
  resourceType: ['order', 'service', 'Order', 'unknown'],
  resourceId: ['1', '2', '%', 'x\0', '9'],
  sessionId: ['s-1', 's-2', `${LONG}s`, 's-9'],
  correlationId: ['c-1', 'c-2', 'c-2 ', 'c-9'],
  traceId: ['0af7651916cd43dd8448eb211c80319c', '0bf7651916cd43dd8448eb211c80319c', '0'],
  component: ['api', 'worker', 'Api', 'none'],
  environment: ['production', 'staging', 'test'],
  transport: ['http', 'manual', 'method', 'job'],
  route: ['/orders/:id', '/%', '/_', '/none'],
  status: [200, 201, 202, 301, 404, 418, 500],
  changedField: ['name', 'size', 'NAME', `${LONG}f`, `${LONG}g`, 'none'],
} as const satisfies Record<keyof AuditFilters, readonly (string | number)[]>;

const WORDS = [
  'Disk',
  'disk full',
  'Ärger',
  'A\u0308rger',
  'ΟΔΟΣ',
  'οδος αβγ',
  '100 %',
  'a_b',
  'x',
  'İstanbul',
  'a\0b',
  '日本語のテキスト',
  "o'neil",
  'C:\\temp',
  '\u2400 sign',
  'line one\nline two',
];
const SOUGHT = [
  ...WORDS.map((word) => word.replaceAll('"', '')),
  'isk',
  'FULL',
  'ärg',
  'οδ',
  '%',
  '_',
  '本語',
  'nothing',
  '5',
  'true',
];
const TIMES = [0, 1, 1000, 60_000, 3_600_000, 86_400_000].map(
  (ms) => new Date(Date.parse('2026-11-21T00:00:00Z') + ms),
);

const maybe = <Value>(values: readonly Value[], freq = 2): fc.Arbitrary<Value | undefined> =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq });
const storable = <Value extends string | number>(values: readonly Value[]): readonly Value[] =>
  values.slice(0, -1).filter((value) => typeof value === 'number' || value.isWellFormed());
const word = fc.constantFrom(...WORDS);

/** A record to append. */
export const recordToAppend = fc
  .record({
    chain: fc.constantFrom(...storable(VOCABULARY.chain)),
    at: fc.constantFrom(...TIMES),
    type: fc.constantFrom(...storable(VOCABULARY.type)),
    stage: fc.constantFrom(...VOCABULARY.stage),
    outcome: fc.constantFrom(...VOCABULARY.outcome),
    severity: fc.constantFrom(...VOCABULARY.severity),
    risk: fc.constantFrom(...VOCABULARY.risk),
    actorId: maybe(storable(VOCABULARY.actorId)),
    kind: fc.constantFrom(...VOCABULARY.actorKind),
    tenantId: maybe(storable(VOCABULARY.tenantId)),
    sessionId: maybe(storable(VOCABULARY.sessionId)),
    correlationId: maybe(storable(VOCABULARY.correlationId)),
    traceId: maybe(storable(VOCABULARY.traceId)),
    component: maybe(storable(VOCABULARY.component)),
    environment: maybe(storable(VOCABULARY.environment)),
    transport: fc.constantFrom(...VOCABULARY.transport),
    route: maybe(storable(VOCABULARY.route)),
    status: maybe(VOCABULARY.status),
    resourceType: maybe(storable(VOCABULARY.resourceType)),
    resourceId: maybe(storable(VOCABULARY.resourceId)),
    fields: fc.array(fc.constantFrom(...storable(VOCABULARY.changedField)), { maxLength: 2 }),
    words: fc.array(word, { minLength: 6, maxLength: 6 }),
    number: fc.constantFrom(5, true, null),
    email: maybe(storable(VOCABULARY.actorEmail)),
    ip: maybe(storable(VOCABULARY.ip)),
    secretWord: word,
  })
  .map((facts) => {
    const [action = '', reason = '', detail = '', message = '', name = '', target = ''] = facts.words;
    const { transport, route, status, resourceType, resourceId } = facts;
    const event: Partial<AuditEvent> = {
      ...defined({
        sessionId: facts.sessionId,
        correlationId: facts.correlationId,
        traceId: facts.traceId,
        reason,
        details: { [detail]: [{ deep: facts.number }, detail] },
        error: facts.outcome === 'failure' ? { type: 'TimeoutError', message } : undefined,
        changes: facts.fields.length === 0 ? undefined : facts.fields.map((field) => ({ field })),
        resource: resourceType === undefined ? undefined : { type: resourceType, ...defined({ id: resourceId, name }) },
        targets: facts.fields.length === 2 ? [{ type: 'order', name: target }] : undefined,
      }),
      occurredAt: facts.at.toISOString(),
      type: facts.type,
      stage: facts.stage,
      outcome: facts.outcome,
      severity: facts.severity,
      risk: facts.risk,
      action,
      actor: { kind: facts.kind, ...defined({ id: facts.actorId, tenantId: facts.tenantId }) },
      origin: defined({ component: facts.component, environment: facts.environment }),
      transport:
        transport === 'http'
          ? { kind: transport, method: 'GET', path: '/', ...defined({ route, status }) }
          : transport === 'manual'
            ? { kind: transport }
            : { kind: transport, handler: 'Orders.close' },
    };
    const personal = defined({
      '/actor/email': facts.email,
      '/actor/ip': facts.ip,
      '/details/secret': facts.secretWord,
    });
    const hasPersonal = facts.email !== undefined || facts.ip !== undefined;
    const appendable = anAppendableEvent(event, hasPersonal ? (personal as Record<string, string>) : undefined);
    const known: KnownRecord = {
      chain: facts.chain,
      event: JSON.parse(appendable.body) as AuditEvent,
      personal: hasPersonal ? (personal as Record<string, string>) : undefined,
    };
    return { appendable, known };
  });

const filterValues = (name: keyof AuditFilters): readonly (string | number)[] => {
  if (name === 'type') {
    const types = VOCABULARY.type.map((type) => type.replaceAll('*', '\\*'));
    return [...types, 'deploy.*', 'Deploy.*', 'x\0y.*', 'ü.*', 'de.*', 'no.*', `${LONG}.*`];
  }
  return name === 'status' ? [...VOCABULARY.status, '2xx', '4xx', '5xx', 999] : VOCABULARY[name];
};

/** Every filter alone: a value that records have, several, one that none has; and negated. */
export const SINGLE_FILTERS: readonly AuditQuery[] = (Object.keys(VOCABULARY) as (keyof AuditFilters)[]).flatMap(
  (name) => {
    const values = filterValues(name);
    const alone = [...values, values.slice(0, 2), values.slice(0, 7), [...values]];
    return alone.flatMap((value) => [{ [name]: value }, { not: { [name]: value } }] as readonly AuditQuery[]);
  },
);

const someFilters = (most: number): fc.Arbitrary<AuditFilters> =>
  fc
    .uniqueArray(fc.constantFrom(...(Object.keys(VOCABULARY) as (keyof AuditFilters)[])), { maxLength: most })
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((name) => {
          const value = fc.constantFrom(...filterValues(name));
          const filter = fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 4 }));
          return filter.map((given) => [name, given] as const);
        }),
      ),
    )
    .map((entries) => Object.fromEntries(entries) as AuditFilters);

const text = fc
  .array(fc.tuple(fc.constantFrom(...SOUGHT), fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.map(([part, isPhrase]) => (isPhrase ? `"${part}"` : part)).join(' '));

/** What somebody asks for. */
export const askedFor: fc.Arbitrary<AuditQuery> = fc
  .record({
    filters: someFilters(3),
    not: fc.option(someFilters(2), { nil: undefined, freq: 2 }),
    text: fc.option(text, { nil: undefined, freq: 2 }),
    from: maybe(TIMES, 1),
    to: maybe(TIMES, 1),
    order: fc.constantFrom('newest', 'oldest', undefined),
  })
  .filter(({ from, to }) => from === undefined || to === undefined || from <= to)
  .map(({ filters, ...rest }) => ({ ...filters, ...defined(rest) }) as AuditQuery);

/** What whoever asks may see. */
export const mayBeSeen: fc.Arbitrary<ReadOptions> = fc
  .record({
    tenants: fc.option(fc.subarray([...VOCABULARY.tenantId, 'half \udc00']), { nil: undefined, freq: 1 }),
    personal: fc.constantFrom('included', 'masked', undefined),
  })
  .map((options) => defined(options) as ReadOptions);

function defined<Facts extends object>(facts: Facts): { [K in keyof Facts]: NonNullable<Facts[K]> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as never;
}
