import type { AuditEvent, AuditFilters, AuditQuery, ReadOptions } from 'nestjs-audited';

/** A record as the log was told it, without a database. */
export interface KnownRecord {
  readonly chain: string;
  readonly event: AuditEvent;
  readonly personal: Readonly<Record<string, string>> | undefined;
}

type Values = (record: KnownRecord) => readonly (string | number | undefined)[];

const VALUES: Readonly<Record<keyof AuditFilters, Values>> = {
  chain: ({ chain }) => [chain],
  type: ({ event }) => [event.type],
  stage: ({ event }) => [event.stage],
  outcome: ({ event }) => [event.outcome],
  severity: ({ event }) => [event.severity],
  risk: ({ event }) => [event.risk],
  actorId: ({ event }) => [event.actor.id],
  actorKind: ({ event }) => [event.actor.kind],
  actorEmail: ({ personal }) => [personal?.['/actor/email']],
  ip: ({ personal }) => [personal?.['/actor/ip']],
  tenantId: ({ event }) => [event.actor.tenantId],
  resourceType: ({ event }) => [event.resource?.type],
  resourceId: ({ event }) => [event.resource?.id],
  sessionId: ({ event }) => [event.sessionId],
  correlationId: ({ event }) => [event.correlationId],
  traceId: ({ event }) => [event.traceId],
  component: ({ event }) => [event.origin.component],
  environment: ({ event }) => [event.origin.environment],
  transport: ({ event }) => [event.transport.kind],
  route: ({ event: { transport } }) => [transport.kind === 'http' ? transport.route : undefined],
  status: ({ event: { transport } }) => [transport.kind === 'http' ? transport.status : undefined],
  changedField: ({ event }) => (event.changes ?? []).map(({ field }) => field),
};

/** Every record that a query means, in its order, however large a page is: written to be obviously right, and slow. */
export function naiveQuery(
  records: readonly KnownRecord[],
  query: AuditQuery,
  options: ReadOptions = {},
): readonly KnownRecord[] {
  const { not, text, from, to, order, limit: _l, offset: _o, cursor: _c, total: _t, ...filters } = query;
  const meant = records.filter((record) => {
    const { event } = record;
    const at = Date.parse(event.occurredAt);
    if (options.tenants !== undefined && !options.tenants.some((tenant) => tenant === event.actor.tenantId)) {
      return false;
    }
    if ((from !== undefined && at < from.getTime()) || (to !== undefined && at >= to.getTime())) {
      return false;
    }
    if (!names(filters).every((name) => has(record, name, filters[name]))) {
      return false;
    }
    if (not !== undefined && names(not).some((name) => has(record, name, not[name]))) {
      return false;
    }
    return text === undefined || words(text).every((word) => texts(event).some((line) => line.includes(word)));
  });
  return order === 'oldest' ? meant : [...meant].reverse();
}

function names(filters: AuditFilters): readonly (keyof AuditFilters)[] {
  return (Object.keys(filters) as (keyof AuditFilters)[]).filter((name) => filters[name] !== undefined);
}

function has(record: KnownRecord, name: keyof AuditFilters, wanted: unknown): boolean {
  const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
  return VALUES[name](record).some((value) => value !== undefined && list.some((one) => isMet(name, one, value)));
}

function isMet(name: keyof AuditFilters, wanted: unknown, value: string | number): boolean {
  if (name === 'type' && typeof wanted === 'string') {
    const literal = wanted.split('\\*').join('*');
    return wanted.endsWith('.*') ? String(value).startsWith(literal.slice(0, -1)) : value === literal;
  }
  if (name === 'status' && typeof wanted === 'string') {
    return String(value)[0] === wanted[0];
  }
  return wanted === value;
}

function words(text: string): readonly string[] {
  return text.split('"').flatMap((part, place) => {
    const isPhrase = place % 2 === 1;
    return isPhrase
      ? [plain(part)]
      : part
          .split(/\s+/)
          .filter((word) => word !== '')
          .map(plain);
  });
}

function texts({ action, reason, details, error, resource, targets }: AuditEvent): readonly string[] {
  const inDetails = (value: unknown): readonly unknown[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, inner]) => [...(Array.isArray(value) ? [] : [name]), ...inDetails(inner)])
      : [value];
  const all = [action, reason, ...inDetails(details), error?.type, error?.code, error?.message, resource?.name];
  return [...all, ...(targets ?? []).map(({ name }) => name)]
    .filter((one) => typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean')
    .map((one) => plain(String(one)));
}

function plain(text: string): string {
  const small = text.split('\0').join('\uFFFD').replace(/\s+/g, ' ').normalize('NFC').toLowerCase();
  return small.split('ς').join('σ');
}
