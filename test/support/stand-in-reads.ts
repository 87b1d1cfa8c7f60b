import { AuditReader, QueryInvalidError, type AuditPage, type AuditQuery, type AuditRecord } from 'nestjs-audited';
import type { TestApp } from './test-app.js';

interface Seen {
  readonly tenants?: readonly string[];
  readonly personal?: 'included' | 'masked';
}

type Filters = Readonly<Record<string, unknown>>;

const VALUES: Readonly<Record<string, (record: AuditRecord) => unknown>> = {
  type: ({ event }) => event.type,
  outcome: ({ event }) => event.outcome,
  severity: ({ event }) => event.severity,
  actorId: ({ event }) => event.actor.id,
  actorEmail: ({ event }) => event.actor.email,
  tenantId: ({ event }) => event.actor.tenantId,
  resourceType: ({ event }) => event.resource?.type,
  resourceId: ({ event }) => event.resource?.id,
  correlationId: ({ event }) => event.correlationId,
};

/** Until the query core is there: the filters that the specs of the API need, in memory. */
export function standInReads(app: TestApp): void {
  const reader = app.nest.get(AuditReader);
  const real = reader.find.bind(reader);
  const one = reader.get.bind(reader);
  const everything = async (): Promise<AuditRecord[]> => {
    const records: AuditRecord[] = [];
    let page: AuditPage = await real({ limit: 1000 });
    records.push(...page.records);
    while (page.next !== undefined) {
      page = await real({ limit: 1000, cursor: page.next });
      records.push(...page.records);
    }
    return records;
  };
  Object.assign(reader, {
    find: async (query: AuditQuery = {}, seen: Seen = {}) => {
      const {
        limit = 100,
        order = 'newest',
        cursor = '0',
        not,
        from,
        to,
        offset,
        total: _total,
        text: _text,
        ...filters
      } = query;
      const all = await everything();
      if (order === 'oldest') all.reverse();
      const found = all.filter(
        (record) =>
          isVisible(record, seen) &&
          matches(record, filters) &&
          (not === undefined || !Object.entries(not).some(([name, value]) => matches(record, { [name]: value }))) &&
          (from === undefined || record.event.occurredAt >= from.toISOString()) &&
          (to === undefined || record.event.occurredAt < to.toISOString()),
      );
      if (!/^\d+$/.test(cursor))
        throw new QueryInvalidError('cursor', 'is not one that a page gave', 'Pass it unchanged.');
      const begin = Number(cursor) + (offset ?? 0);
      const records = found.slice(begin, begin + limit).map((record) => shown(record, seen));
      const end = begin + records.length;
      return { records, ...(end < found.length ? { next: String(end) } : {}) };
    },
    get: async (id: string, seen: Seen = {}) => {
      const record = await one(id);
      return record === undefined || !isVisible(record, seen) ? undefined : shown(record, seen);
    },
  });
}

function isVisible({ event }: AuditRecord, { tenants }: Seen): boolean {
  return tenants === undefined || (event.actor.tenantId !== undefined && tenants.includes(event.actor.tenantId));
}

function matches(record: AuditRecord, filters: Filters): boolean {
  return Object.entries(filters).every(([name, value]) => {
    const own = VALUES[name]?.(record);
    const wanted = (Array.isArray(value) ? value : [value]) as readonly string[];
    return wanted.some((each) => (each.endsWith('*') ? String(own).startsWith(each.slice(0, -1)) : own === each));
  });
}

function shown(record: AuditRecord, { personal }: Seen): AuditRecord {
  if (personal !== 'masked' || record.event.personal === undefined) return record;
  const { email: _email, name: _name, ip: _ip, userAgent: _userAgent, ...actor } = record.event.actor;
  return { ...record, event: { ...record.event, actor }, masked: true };
}
