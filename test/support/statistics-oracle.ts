import { createHash } from 'node:crypto';
import type { AuditStatistics, StatisticsFilters, StatisticsQuery } from 'nestjs-audited';
import type { AuditEvent } from '../../libs/audited/src/event/audit-event.js';

type Naive = Omit<AuditStatistics, 'storageBytes'>;

const QUARTER_MS = 900_000;

/** Statistics by looking at every event, written without a thought of how fast that is. */
export function naiveStatistics(
  events: readonly AuditEvent[],
  query: StatisticsQuery,
  tenants?: readonly string[],
): Naive {
  const meant = events.filter((event) => isMeant(event, query, tenants));
  const times = meant.map(({ occurredAt }) => occurredAt).sort();
  const top = query.top ?? 10;
  return {
    total: meant.length,
    ...(times[0] === undefined ? {} : { oldest: times[0], newest: times.at(-1)! }),
    byType: counted(meant.map(({ type }) => shown(type, 160))),
    bySeverity: counted(meant.map(({ severity }) => severity)),
    byOutcome: counted(meant.map(({ outcome }) => outcome)),
    byRisk: counted(meant.map(({ risk }) => risk)),
    byEnvironment: counted(meant.map(({ origin }) => shown(origin.environment ?? '', 96))),
    topActors: mostFrequent(
      meant.flatMap(({ actor }) => (actor.id === undefined ? [] : [JSON.stringify([shown(actor.id, 320)])])),
      top,
    ).map(([name, count]) => ({ id: (JSON.parse(name) as [string])[0], count })),
    topResources: mostFrequent(
      meant.flatMap(({ resource }) => (resource === undefined ? [] : [JSON.stringify([resource.type, resource.id])])),
      top,
    ).map(([name, count]) => {
      const [type, id] = JSON.parse(name) as [string, string | null];
      return { type, ...(id === null ? {} : { id }), count };
    }),
    ...(query.histogram === undefined ? {} : { histogram: histogram(meant, query) }),
  };
}

/** Which of several equally frequent names come last in a list is nobody's promise: only the counts are compared then. */
export function withoutTies({ topActors, topResources, ...others }: Naive): object {
  const untied = <Named extends { readonly count: number }>(list: readonly Named[]): object[] => {
    const last = list.at(-1)?.count ?? 0;
    const named = list.filter(({ count }) => count > last).map((named) => JSON.stringify(named));
    return [named.sort(), list.map(({ count }) => count)];
  };
  return { ...others, topActors: untied(topActors), topResources: untied(topResources) };
}

/** What is longer than a key may be is shown cut, with a hash of the whole. */
function shown(text: string, maxBytes: number): string {
  return Buffer.byteLength(text) <= maxBytes
    ? text
    : `${text.slice(0, maxBytes - 34)}…${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

function isMeant(event: AuditEvent, query: StatisticsQuery, tenants: readonly string[] | undefined): boolean {
  const time = Date.parse(event.occurredAt);
  const tenant = event.actor.tenantId;
  return (
    (tenants === undefined || (tenant !== undefined && tenants.includes(tenant))) &&
    (query.from === undefined || time >= query.from.getTime()) &&
    (query.to === undefined || time < query.to.getTime()) &&
    valuesOf(event).every(([name, value]) => query[name] === undefined || matches(value, query[name])) &&
    !valuesOf(event).some(([name, value]) => query.not?.[name] !== undefined && matches(value, query.not[name]))
  );
}

function valuesOf(event: AuditEvent): readonly (readonly [keyof StatisticsFilters, string | undefined])[] {
  return [
    ['type', event.type],
    ['severity', event.severity],
    ['outcome', event.outcome],
    ['risk', event.risk],
    ['environment', event.origin.environment],
    ['tenantId', event.actor.tenantId],
  ];
}

function matches(value: string | undefined, wanted: string | readonly string[]): boolean {
  return [wanted].flat().some((one) => (one.endsWith('.*') ? value?.startsWith(one.slice(0, -1)) : value === one));
}

function counted(values: readonly string[]): Record<string, number> {
  return Object.fromEntries([...new Set(values)].map((value) => [value, values.filter((one) => one === value).length]));
}

function mostFrequent(values: readonly string[], top: number): (readonly [string, number])[] {
  return Object.entries(counted(values))
    .sort(([, a], [, b]) => b - a)
    .slice(0, top);
}

interface NaiveStep {
  readonly startMs: number;
  readonly start: string;
}

/** Walks through the time in small steps and looks at a clock. */
function histogram(meant: readonly AuditEvent[], query: StatisticsQuery): { start: string; count: number }[] {
  const times = meant.map(({ occurredAt }) => Date.parse(occurredAt));
  const from = query.from?.getTime() ?? Math.min(...times);
  const end = query.to?.getTime() ?? Math.max(...times) + 1;
  if (!Number.isFinite(from) || !Number.isFinite(end) || from >= end) {
    return [];
  }
  const stride = query.histogram === 'minute' ? 60_000 : QUARTER_MS;
  const back = query.histogram === 'day' ? 3 * 86_400_000 : 7_200_000;
  const clock = clockOf(query.timeZone ?? 'UTC');
  const steps: NaiveStep[] = [];
  let label = '';
  for (let time = Math.floor((from - back) / stride) * stride; time < end; time += stride) {
    const now = clock(time);
    const next = {
      minute: now.text + now.offset,
      hour: now.text.slice(0, 13) + now.offset,
      day: now.text.slice(0, 10),
    }[query.histogram!];
    if (next !== label && !(query.histogram === 'day' && next < label)) {
      steps.push({ startMs: time, start: `${now.text}:00${now.offset}` });
      label = next;
    }
  }
  const within = steps.filter((step, index) => (steps[index + 1]?.startMs ?? end) > from && index > 0);
  return within.map(({ startMs, start }, index) => {
    const behind = within[index + 1]?.startMs ?? end;
    return { start, count: times.filter((time) => time >= startMs && time < behind).length };
  });
}

function clockOf(timeZone: string): (time: number) => { readonly text: string; readonly offset: string } {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (time) => {
    const text = format.format(time).replace(' ', 'T');
    const minutes = Math.round((Date.parse(`${text}:00Z`) - Math.floor(time / 60_000) * 60_000) / 60_000);
    const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
    const size = Math.abs(minutes);
    return { text, offset: `${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}` };
  };
}
