import type { AuditActor, AuditEvent } from '../../../event/audit-event.js';
import type { AuditRecord } from '../../../event/audit-record.js';
import type { JsonValue } from '../../../event/json-value.js';

type Members = Readonly<Record<string, unknown>>;
type Fields = (path: string) => unknown;

/**
 * The record as an ECS document carries it: U+FFFD for lone surrogates, except inside of JSON text; an error of which
 * nothing is known is none.
 *
 * @param isText whether the details are JSON text
 */
export function asCarried({ event, ...record }: AuditRecord, isText: boolean): AuditRecord {
  const { details, changes, error, ...facts } = event;
  const content = {
    details: isText ? details : wellFormed(details),
    changes: changes?.map(({ field, ...sides }) => ({ field: wellFormed(field), ...sides })),
    error: error === undefined || Object.keys(error).length === 0 ? undefined : wellFormed(error),
  };
  // Through JSON, which has no -0.
  return JSON.parse(
    JSON.stringify({ ...record, event: { ...(wellFormed(facts) as object), ...content } }),
  ) as AuditRecord;
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member)]));
}

/** Reads an ECS document back into the record that it was made of: nothing was lost exactly when the record comes back. */
export function parseEcs(line: string): AuditRecord {
  const document = JSON.parse(line) as Members;
  const at: Fields = (path) => memberAt(document, path.split('.'));
  const own: Fields = (path) => at(`audited.${path}`);
  const event = known({
    id: at('event.id'),
    correlationId: own('correlation_id'),
    causationId: own('causation_id'),
    sessionId: own('session_id'),
    traceId: at('trace.id'),
    spanId: at('span.id'),
    occurredAt: at('@timestamp'),
    recordedAt: at('event.created'),
    durationMs: inMilliseconds(at('event.duration')) ?? own('duration_ms'),
    type: at('event.action'),
    stage: own('stage'),
    severity: at('log.level'),
    risk: own('risk'),
    outcome: own('outcome'),
    dataClassification: own('data_classification'),
    actor: actorOf(at, own),
    action: at('message'),
    reason: at('event.reason'),
    ticket: own('ticket'),
    resource: own('resource'),
    targets: own('targets'),
    origin: known({
      component: at('service.name'),
      platform: own('platform'),
      version: at('service.version'),
      environment: at('service.environment'),
      host: at('host.name'),
      instanceId: at('service.ephemeral_id'),
    }),
    transport: known({
      kind: own('transport.kind'),
      method: at('http.request.method'),
      route: own('transport.route'),
      path: at('url.path'),
      status: at('http.response.status_code'),
      handler: own('transport.handler'),
    }),
    details: own('details') ?? fromText(own('details_json')),
    changes: (own('changes') as readonly Members[] | undefined)?.map(({ field, before, after }) =>
      known({ field, before: fromText(before), after: fromText(after) }),
    ),
    error: at('error'),
    truncated: own('truncated'),
    redacted: own('redacted'),
    spooled: own('spooled'),
    uncatalogued: own('uncatalogued'),
    personal: own('personal'),
  }) as unknown as AuditEvent;
  const seal = known({
    chain: own('chain'),
    position: at('event.sequence'),
    previousHash: own('previous_hash'),
    hash: at('event.hash'),
    scheme: own('scheme'),
    mac: own('mac'),
  }) as unknown as AuditRecord['seal'];
  return known({ event, seal, erased: own('erased'), masked: own('masked') }) as unknown as AuditRecord;
}

function memberAt(members: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return members;
  const isThere = typeof members === 'object' && members !== null && Object.hasOwn(members, name);
  return isThere ? memberAt((members as Members)[name], rest) : undefined;
}

function actorOf(at: Fields, own: Fields): AuditActor {
  const chain = (own('actor.on_behalf_of') ?? []) as readonly Members[];
  let behind: AuditActor | undefined;
  for (const person of chain.toReversed()) {
    behind = known({
      kind: person['kind'],
      id: person['id'],
      email: person['email'],
      name: person['name'],
      roles: person['roles'],
      ip: person['address'],
      userAgent: person['user_agent'],
      tenantId: person['tenant_id'],
      onBehalfOf: behind,
    }) as unknown as AuditActor;
  }
  return known({
    kind: own('actor.kind'),
    id: at('user.id'),
    email: at('user.email'),
    name: at('user.full_name'),
    roles: at('user.roles'),
    ip: at('source.address'),
    userAgent: at('user_agent.original'),
    tenantId: at('organization.id'),
    onBehalfOf: behind,
  }) as unknown as AuditActor;
}

function inMilliseconds(nanoseconds: unknown): number | undefined {
  return typeof nanoseconds === 'number' ? nanoseconds / 1_000_000 : undefined;
}

function fromText(text: unknown): JsonValue | undefined {
  return text === undefined ? undefined : (JSON.parse(text as string) as JsonValue);
}

function known(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
