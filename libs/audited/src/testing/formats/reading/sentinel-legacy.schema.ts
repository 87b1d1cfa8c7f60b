import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from '../../../event/audit-record.js';

/** Written from Microsoft's documents; the columns are the promise that this package makes. */
interface Fixture {
  readonly propertyName: string;
  readonly maxColumnNameCharacters: number;
  readonly maxValueBytes: number;
  readonly advisedColumns: number;
  readonly reserved: readonly string[];
  readonly columns: Readonly<Record<string, Suffix>>;
}

/** What the service puts behind a property's name: `_s`, ... */
export type Suffix = 's' | 'd' | 'b' | 'g' | 't';

export const LEGACY_SCHEMA = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../../../test/golden/schemas/sentinel-legacy.json'), 'utf8'),
) as Fixture;

export type LegacyProperties = Readonly<Record<string, unknown>>;

/** What is wrong with a flat record, in words. */
export function legacyFaults(properties: LegacyProperties): readonly string[] {
  const reserved = LEGACY_SCHEMA.reserved.map((name) => name.toLowerCase());
  return Object.entries(properties).flatMap(([name, value]) => {
    const suffix = LEGACY_SCHEMA.columns[name];
    const text = typeof value === 'string' ? value : '';
    return [
      suffix === undefined && `${name} is no property of the shape`,
      !new RegExp(LEGACY_SCHEMA.propertyName).test(name) && `${name} cannot be a name`,
      `${name}_s`.length > LEGACY_SCHEMA.maxColumnNameCharacters && `${name} is too long a name`,
      reserved.includes(name.toLowerCase()) && `${name} is reserved`,
      suffix !== inferredSuffix(value) && `${name} becomes ${name}_${String(inferredSuffix(value))}`,
      value === '' && `${name} is empty`,
      Buffer.byteLength(text) > LEGACY_SCHEMA.maxValueBytes && `${name} is too long`,
      name === 'EventTime' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) && `${name} has not the form of a time`,
    ].filter((fault) => fault !== false);
  });
}

/** The type that the service infers from a value; `undefined` for what a flat record may not hold. */
export function inferredSuffix(value: unknown): Suffix | undefined {
  if (typeof value === 'boolean') return 'b';
  if (typeof value === 'number') return 'd';
  if (typeof value !== 'string') return undefined;
  const bare = value.replaceAll('\u0085', ' ').trim();
  if (isGuid(bare)) return 'g';
  return isDate(bare) ? 't' : 's';
}

/** The forms N, D, B, P and X of .NET's `Guid`. */
function isGuid(text: string): boolean {
  if (/^\{\s*0x[0-9a-f]/i.test(text)) return true;
  const inner = /^\{.*\}$|^\(.*\)$/.test(text) ? text.slice(1, -1) : text;
  return /^[0-9a-f]{32}$/i.test(inner) || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(inner);
}

function isDate(text: string): boolean {
  if (/^\/Date\(-?\d+([+-]\d{4})?\)\/$/i.test(text)) return true;
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i.test(text)) {
    if (!/^\d\d?\/\d\d?\/\d{4}( .*)?$/.test(text) && !/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4}/.test(text))
      return false;
  }
  return !Number.isNaN(Date.parse(text));
}

type Members = Readonly<Record<string, unknown>>;

/** The record that the properties tell of; JSON within them is parsed, and the mark in front of texts removed. */
export function recordOfLegacy(properties: LegacyProperties): AuditRecord {
  const text = (name: string): string | undefined => (properties[name] as string | undefined)?.replace(/^text:/, '');
  const json = (name: string): unknown => {
    const found = text(name);
    return found === undefined ? undefined : (JSON.parse(found) as unknown);
  };
  const { erased, masked, ...remarks } = (json('Remarks') ?? {}) as Members;
  const resource = present({ type: text('ResourceType'), id: text('ResourceId'), name: text('ResourceName') });
  return present({
    event: present({
      ...remarks,
      occurredAt: properties['OccurredAt'],
      recordedAt: properties['RecordedAt'],
      durationMs: properties['DurationMs'],
      id: properties['EventId'],
      type: text('EventType'),
      stage: text('Stage'),
      outcome: text('Outcome'),
      severity: text('Severity'),
      risk: text('Risk'),
      action: text('Action'),
      reason: text('Reason'),
      ticket: text('Ticket'),
      dataClassification: text('DataClassification'),
      correlationId: text('CorrelationId'),
      causationId: properties['CausationId'] ?? remarks['causationId'],
      sessionId: text('SessionId'),
      traceId: text('TraceId'),
      spanId: text('SpanId'),
      actor: present({
        kind: text('ActorKind'),
        id: text('ActorId'),
        email: text('ActorEmail'),
        name: text('ActorName'),
        roles: json('ActorRoles'),
        ip: text('ActorIp'),
        userAgent: text('ActorUserAgent'),
        tenantId: text('ActorTenantId'),
        onBehalfOf: json('ActorOnBehalfOf'),
      }),
      resource: Object.keys(resource).length === 0 ? undefined : resource,
      targets: json('Targets'),
      origin: present({
        component: text('Component'),
        platform: text('Platform'),
        version: text('Version'),
        environment: text('Environment'),
        host: text('Host'),
        instanceId: text('InstanceId'),
      }),
      transport: json('Transport'),
      details: json('Details'),
      changes: json('Changes'),
      error: json('Error'),
    }),
    seal: present({
      ...(json('Seal') as Members),
      chain: text('Chain'),
      position: properties['Position'],
      hash: text('Hash'),
    }),
    erased,
    masked,
  }) as unknown as AuditRecord;
}

function present(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
