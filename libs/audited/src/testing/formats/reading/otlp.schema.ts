import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from '../../../event/audit-record.js';
import type { JsonValue } from '../../../event/json-value.js';

/**
 * Reads OTLP/JSON by the field lists of its Protobuf messages: an unknown field, a wrong type, a key given twice, a name
 * that no registry knows, each is an error. Then it reads the record back by a table of its own, so that what was
 * written is whole exactly when the record comes back.
 */
const OTLP = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../../../test/golden/schemas/otlp-logs.json'), 'utf8'),
) as {
  readonly messages: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly anyValue: Readonly<Record<string, string>>;
  readonly severityNumber: { readonly least: number; readonly most: number };
  readonly attributes: Readonly<Record<string, string>>;
  readonly 'http.request.method': readonly string[];
};

type Members = Readonly<Record<string, unknown>>;
type Attributes = ReadonlyMap<string, JsonValue>;

/** One log record with what stands around it. */
export interface OtlpLogRecord {
  readonly resource: Attributes;
  readonly scope: Members;
  readonly schemaUrls: readonly unknown[];
  /** Every field but the attributes. */
  readonly fields: Members;
  readonly attributes: Attributes;
}

/** @throws Error for a text that is no `LogsData` */
export function readOtlp(text: string): readonly OtlpLogRecord[] {
  const root: unknown = JSON.parse(text);
  checkMessage('LogsData', root, 'LogsData');
  return list(root, 'resourceLogs').flatMap((resourceLogs) =>
    list(resourceLogs, 'scopeLogs').flatMap((scopeLogs) =>
      list(scopeLogs, 'logRecords').map((logRecord) => {
        const { attributes: _attributes, ...fields } = logRecord;
        return {
          resource: registered(list(resourceLogs['resource'], 'attributes')),
          scope: scopeLogs['scope'] as Members,
          schemaUrls: [resourceLogs['schemaUrl'], scopeLogs['schemaUrl']],
          fields,
          attributes: registered(list(logRecord, 'attributes')),
        };
      }),
    ),
  );
}

function list(message: unknown, field: string): readonly Members[] {
  return (message as Readonly<Record<string, readonly Members[]>>)[field] ?? [];
}

function checkMessage(type: string, value: unknown, path: string): void {
  const known = OTLP.messages[type];
  if (known === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${path} is no ${type}`);
  }
  for (const [name, member] of Object.entries(value)) {
    const declared = Object.hasOwn(known, name) ? known[name] : undefined;
    if (declared === undefined) throw new Error(`${path}.${name} is no field of ${type}`);
    if (!declared.endsWith('[]')) checkField(declared, member, `${path}.${name}`);
    else {
      if (!Array.isArray(member)) throw new Error(`${path}.${name} is no list`);
      for (const item of member) checkField(declared.slice(0, -2), item, `${path}.${name}`);
    }
  }
}

const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string' && value.isWellFormed(),
  bool: (value) => typeof value === 'boolean',
  double: (value) => typeof value === 'number' && Number.isFinite(value),
  int64: (value) => isDigits(value) && BigInt(value) >= -(2n ** 63n) && BigInt(value) < 2n ** 63n,
  fixed64: (value) => isDigits(value) && BigInt(value) > 0n && BigInt(value) < 2n ** 64n,
  uint32: (value) => isWhole(value, 1, 2 ** 32 - 1),
  fixed32: (value) => isWhole(value, 0, 2 ** 32 - 1),
  SeverityNumber: (value) => isWhole(value, OTLP.severityNumber.least, OTLP.severityNumber.most),
  'hex of 16 bytes': (value) => isId(value, 32),
  'hex of 8 bytes': (value) => isId(value, 16),
};

function checkField(type: string, value: unknown, path: string): void {
  if (type === 'AnyValue') checkAnyValue(value, path);
  else if (Object.hasOwn(SCALARS, type)) {
    if (!SCALARS[type]?.(value)) throw new Error(`${path} is no ${type}: ${JSON.stringify(value)}`);
  } else checkMessage(type, value, path);
}

function checkAnyValue(value: unknown, path: string): void {
  const members = Object.entries(value as Members);
  if (members.length > 1) throw new Error(`${path} has several values`);
  for (const [name, member] of members) {
    const declared = Object.hasOwn(OTLP.anyValue, name) ? OTLP.anyValue[name] : undefined;
    if (declared === undefined) throw new Error(`${path}.${name} is no value`);
    checkField(declared, member, `${path}.${name}`);
  }
}

function isDigits(value: unknown): value is string {
  return typeof value === 'string' && /^(?:0|-?[1-9][0-9]*)$/.test(value);
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function isId(value: unknown, digits: number): boolean {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/i.test(value) && /[^0]/.test(value);
}

function decode(value: unknown): JsonValue {
  const [name, member] = Object.entries(value as Members)[0] ?? [];
  if (name === undefined) return null;
  if (name === 'intValue') return Number(member);
  if (name === 'arrayValue') return list(member, 'values').map(decode);
  return name === 'kvlistValue' ? Object.fromEntries(unique(list(member, 'values'))) : (member as JsonValue);
}

function unique(pairs: readonly Members[]): Attributes {
  const values = new Map<string, JsonValue>();
  for (const { key, value } of pairs) {
    if (values.has(key as string)) throw new Error(`the key ${JSON.stringify(key)} stands twice`);
    values.set(key as string, decode(value));
  }
  return values;
}

function registered(pairs: readonly Members[]): Attributes {
  const attributes = unique(pairs);
  for (const { key, value } of pairs) {
    const name = key as string;
    if (/^audited\.[a-z_]+(?:\.[A-Za-z0-9_]+)?$/.test(name)) continue;
    const type = Object.hasOwn(OTLP.attributes, name) ? OTLP.attributes[name] : undefined;
    const kinds = { string: 'stringValue', 'string[]': 'arrayValue', int: 'intValue' };
    if (type === undefined || Object.keys(value as Members)[0] !== kinds[type as keyof typeof kinds]) {
      throw new Error(`"${name}" is not in the registry, or of another type`);
    }
  }
  const names = [...attributes.keys()];
  const both = names.find((name) => names.some((other) => other.startsWith(`${name}.`)));
  if (both !== undefined) throw new Error(`"${both}" is a name and a namespace`);
  const method = attributes.get('http.request.method');
  if (method !== undefined && !OTLP['http.request.method'].includes(method as string)) {
    throw new Error(`${JSON.stringify(method)} is no method that the conventions know`);
  }
  return attributes;
}

/** The record that a log record was written from. */
export function recordOf({ resource, fields, attributes }: OtlpLogRecord): AuditRecord {
  const at = (name: string): JsonValue | undefined => attributes.get(name);
  const own = (name: string): JsonValue | undefined => at(`audited.${name}`);
  const method = at('http.request.method_original') ?? at('http.request.method');
  const event = {
    id: at('log.record.uid'),
    correlationId: own('correlation_id'),
    causationId: own('causation_id'),
    sessionId: at('session.id'),
    traceId: fields['traceId'],
    spanId: fields['spanId'],
    occurredAt: timeOf(fields['timeUnixNano']) ?? own('occurred_at'),
    recordedAt: timeOf(fields['observedTimeUnixNano']) ?? own('recorded_at'),
    durationMs: own('duration_ms'),
    type: fields['eventName'],
    stage: own('stage'),
    severity: fields['severityText'],
    risk: own('risk'),
    outcome: own('outcome'),
    dataClassification: own('data_classification'),
    actor: {
      id: at('user.id'),
      kind: own('actor.kind'),
      email: at('user.email'),
      name: at('user.full_name'),
      roles: at('user.roles'),
      ip: own('actor.ip') ?? at('client.address'),
      userAgent: at('user_agent.original'),
      tenantId: own('actor.tenant_id'),
      onBehalfOf: actorOf(own('actor.on_behalf_of')),
    },
    action: decode(fields['body']),
    reason: own('reason'),
    ticket: own('ticket'),
    resource: group({ type: own('resource.type'), id: own('resource.id'), name: own('resource.name') }),
    targets: own('targets'),
    origin: {
      component: resource.get('service.name'),
      platform: resource.get('service.namespace'),
      version: resource.get('service.version'),
      environment: resource.get('deployment.environment.name'),
      host: resource.get('host.name'),
      instanceId: resource.get('service.instance.id'),
    },
    transport: {
      kind: own('transport.kind'),
      method,
      route: at('http.route'),
      path: at('url.path'),
      status: at('http.response.status_code'),
      handler: at('code.function.name'),
    },
    details: own('details'),
    changes: own('changes'),
    error: group({ type: at('exception.type'), code: own('error.code'), message: at('exception.message') }),
    truncated: own('truncated'),
    redacted: own('redacted'),
    spooled: own('spooled'),
    uncatalogued: own('uncatalogued'),
    personal: own('personal'),
  };
  const seal = {
    chain: own('chain'),
    position: own('position'),
    previousHash: own('previous_hash'),
    hash: own('hash'),
    scheme: own('scheme'),
    mac: own('mac'),
  };
  return { event, seal, erased: own('erased'), masked: own('masked') } as unknown as AuditRecord;
}

function actorOf(value: JsonValue | undefined): unknown {
  if (value === undefined) return undefined;
  const {
    user_agent: userAgent,
    tenant_id: tenantId,
    on_behalf_of: behalf,
    ...actor
  } = value as Readonly<Record<string, JsonValue>>;
  return { ...actor, userAgent, tenantId, onBehalfOf: actorOf(behalf) };
}

/** A group of which nothing is known is none. */
function group(members: Members): Members | undefined {
  return Object.values(members).every((value) => value === undefined) ? undefined : members;
}

function timeOf(nanoseconds: unknown): string | undefined {
  return nanoseconds === undefined
    ? undefined
    : new Date(Number(BigInt(nanoseconds as string) / 1_000_000n)).toISOString();
}

/** What can be said in OTLP: texts without lone surrogates, no negative zero, names that stay apart. */
export function asOtlp(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(asOtlp);
  const taken = new Set(Object.keys(value).filter((name) => name.isWellFormed()));
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, JsonValue>>).map(([name, member]) => {
      let free = name.toWellFormed();
      for (let count = 2; !name.isWellFormed() && taken.has(free); count += 1) free = `${name.toWellFormed()}#${count}`;
      taken.add(free);
      return [free, asOtlp(member)];
    }),
  );
}
