import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditActor, AuditEvent } from '../../../event/audit-event.js';
import type { AuditRecord } from '../../../event/audit-record.js';
import type { JsonValue } from '../../../event/json-value.js';

/**
 * Reads the two shapes that come from older systems back into a record, by tables of their own: what is written is whole
 * exactly when the record comes back. A key that no list knows, in another order or of another type, is an error.
 */
type Members = Readonly<Record<string, unknown>>;

const SCHEMAS = join(import.meta.dirname, '../../../../../../test/golden/schemas');
const FLAT = fixture<{ readonly keys: readonly (readonly [string, string])[] }>('flat.json');
const SIEM = fixture<{
  readonly required: readonly string[];
  readonly keys: Readonly<Record<string, readonly string[] | null>>;
}>('siem-json.json');

export interface ParsedRecord {
  readonly record: AuditRecord;
  readonly keys: Members;
}

/** @throws Error for a line that is no flat entry */
export function parseFlat(line: string): ParsedRecord {
  const keys = objectOf(line);
  requireSame(
    Object.keys(keys),
    FLAT.keys.map(([name]) => name),
  );
  for (const [name, type] of FLAT.keys) {
    const value = keys[name];
    const kind = typeof value === 'string' ? 'text' : value === null ? 'null' : typeof value;
    if (!type.split(' or ').includes(kind)) throw new Error(`"${name}" is ${kind}, not ${type}`);
  }
  const own = keys['audited'] as Members;
  const actor = actorOf(own['actor'] as Members);
  const event = present({
    ...restOfEvent(own),
    id: keys['audit_id'],
    correlationId: own['correlation_id'],
    sessionId: keys['session_id'] ?? undefined,
    occurredAt: keys['timestamp'],
    type: keys['event_type'],
    severity: keys['severity'],
    risk: keys['risk_level'],
    outcome: keys['outcome'],
    dataClassification: own['data_classification'],
    actor,
    action: keys['action'],
    resource: own['resource'],
    origin: present({
      component: own['component'],
      platform: keys['platform'] === '' ? undefined : keys['platform'],
      version: keys['version'] === '' ? undefined : keys['version'],
      environment: keys['environment'] === '' ? undefined : keys['environment'],
      host: own['host'],
      instanceId: own['instance_id'],
    }),
    details: Object.keys(keys['details'] as Members).length === 0 ? undefined : keys['details'],
    error: own['error'],
  });
  return { record: recordOf(event, own), keys };
}

/** @throws Error for a text that is no record of system A's SIEM JSON */
export function parseSiemJson(text: string): ParsedRecord {
  const keys = objectOf(text);
  const names = Object.keys(keys);
  requireSame(
    names,
    Object.keys(SIEM.keys).filter((name) => names.includes(name)),
  );
  for (const name of SIEM.required) if (!names.includes(name)) throw new Error(`"${name}" is missing`);
  for (const name of names) requireMembers(name, keys[name]);
  const member = (name: string): Members => (keys[name] ?? {}) as Members;
  const [event, user, source, labels, dvo, own] = ['event', 'user', 'source', 'labels', 'dvo', 'audited'].map(
    member,
  ) as [Members, Members, Members, Members, Members, Members];
  const type = event['type'] as string;
  if (event['kind'] !== 'event' || event['category'] !== type.split('.')[0])
    throw new Error('a wrong kind or category');
  const rest = actorOf(own['actor'] as Members);
  const facts = present({
    ...restOfEvent(own),
    id: event['id'],
    correlationId: labels['correlation_id'],
    sessionId: own['session_id'],
    occurredAt: keys['@timestamp'],
    type,
    severity: event['severity'],
    risk: own['risk'],
    outcome: event['outcome'],
    dataClassification: dvo['data_classification'],
    actor: present({
      ...rest,
      id: user['id'],
      email: user['email'],
      roles: user['roles'],
      ip: rest.ip ?? source['ip'],
      userAgent: source['user_agent'],
    }),
    action: keys['message'],
    resource:
      labels['resource_type'] === undefined
        ? undefined
        : present({ type: labels['resource_type'], id: labels['resource_id'], name: own['resource_name'] }),
    origin: present({
      component: labels['component'],
      platform: own['platform'],
      version: own['version'],
      environment: labels['environment'],
      host: own['host'],
      instanceId: own['instance_id'],
    }),
    details: dvo['details'],
    error: keys['error'],
  });
  return { record: recordOf(facts, own), keys };
}

/** The value as JSON can say it to everybody: no lone surrogate, no negative zero. */
export function asSaid<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(wellFormed(value as JsonValue))) as Value;
}

function wellFormed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, JsonValue>>).map(([name, member]) => [
      name.toWellFormed(),
      wellFormed(member),
    ]),
  );
}

function restOfEvent(own: Members): Members {
  return {
    causationId: own['causation_id'],
    traceId: own['trace_id'],
    spanId: own['span_id'],
    recordedAt: own['recorded_at'],
    durationMs: own['duration_ms'],
    stage: own['stage'],
    reason: own['reason'],
    ticket: own['ticket'],
    targets: own['targets'],
    transport: own['transport'],
    changes: own['changes'],
    truncated: own['truncated'],
    redacted: own['redacted'],
    spooled: own['spooled'],
    uncatalogued: own['uncatalogued'],
    personal: own['personal'],
  };
}

function recordOf(event: Members, own: Members): AuditRecord {
  const seal = present({
    chain: own['chain'],
    position: own['position'],
    previousHash: own['previous_hash'],
    hash: own['hash'],
    scheme: own['scheme'],
    mac: own['mac'],
  });
  const { erased, masked } = own;
  return present({ event: event as unknown as AuditEvent, seal, erased, masked }) as unknown as AuditRecord;
}

function actorOf(members: Members): AuditActor {
  const { user_agent: userAgent, tenant_id: tenantId, on_behalf_of: behalf, ...actor } = members;
  return present({
    ...actor,
    userAgent,
    tenantId,
    onBehalfOf: behalf === undefined ? undefined : actorOf(behalf as Members),
  }) as unknown as AuditActor;
}

function requireMembers(name: string, value: unknown): void {
  const members = SIEM.keys[name] ?? null;
  if (members === null) {
    if (typeof value !== 'string') throw new Error(`"${name}" is no text`);
    return;
  }
  const given = Object.keys(value as Members);
  if (given.length === 0) throw new Error(`"${name}" is empty`);
  requireSame(
    given,
    members.filter((member) => given.includes(member)),
  );
}

function requireSame(given: readonly string[], expected: readonly string[]): void {
  if (given.join('\n') !== expected.join('\n')) throw new Error(`keys are ${given.join()}, not ${expected.join()}`);
}

function present(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function objectOf(text: string): Members {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no JSON object');
  return value as Members;
}

function fixture<Schema>(file: string): Schema {
  return JSON.parse(readFileSync(join(SCHEMAS, file), 'utf8')) as Schema;
}
