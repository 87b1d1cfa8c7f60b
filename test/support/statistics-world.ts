import * as fc from 'fast-check';
import type { StatisticsFilters, StatisticsQuery } from 'nestjs-audited';
import { anEvent } from 'nestjs-audited/testing';
import type { AuditEvent } from '../../libs/audited/src/event/audit-event.js';

/** Around times at which clocks are set, in zones that have half hours and quarters of them. */
const BASES = ['2026-10-25T00:30:00Z', '2026-03-29T00:50:00Z', '2026-04-04T14:40:00Z', '2026-11-30T23:59:00Z'];
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Asia/Kolkata'];
const HOUR_MS = 3_600_000;
const LONG = 'long '.repeat(80);

const TYPES = ['deploy.started', 'deploy.ended', 'login', '=odd', '~odd', `deploy.${LONG}a`, `deploy.${LONG}b`];
const ENVIRONMENTS = [undefined, 'production', 'test', '~', `${LONG}`];
const TENANTS = [undefined, 'acme', 'globex', '=1', `${LONG}1`, `${LONG}2`, '\u2400', 'a\0b'];
const SEVERITIES = ['debug', 'info', 'critical'] as const;
const OUTCOMES = ['success', 'failure', 'denied'] as const;
const RISKS = ['low', 'high'] as const;
const ACTORS = [undefined, 'u-1', 'u-2', 'u-3', '=u', '~u', '', 'a\0b', '\u2400', '\u{1F600}', `${LONG}1`, `${LONG}2`];
const RESOURCES = [
  undefined,
  { type: 'order' },
  { type: 'order', id: 'o-1' },
  { type: 'order', id: '' },
  { type: '~', id: '1' },
];

/** When events occur: within so many hours of a base. */
const time = (base: string, hours: number): fc.Arbitrary<Date> =>
  fc.oneof(
    fc.integer({ min: 0, max: hours * 4 }).map((quarter) => new Date(Date.parse(base) + quarter * 900_000)),
    fc.integer({ min: 0, max: hours * HOUR_MS }).map((milliseconds) => new Date(Date.parse(base) + milliseconds)),
  );

/** A log: its events, in the order in which they are appended, each with its chain. */
export interface WorldLog {
  readonly base: string;
  readonly hours: number;
  readonly events: readonly (readonly [chain: string, event: AuditEvent])[];
}

/** Logs of up to some hundred events in three chains. */
export const aLog: fc.Arbitrary<WorldLog> = fc
  .record({ base: fc.constantFrom(...BASES), hours: fc.constantFrom(2, 30, 24 * 5) })
  .chain(({ base, hours }) =>
    fc.record({
      base: fc.constant(base),
      hours: fc.constant(hours),
      events: fc.array(fc.tuple(fc.constantFrom('main', 'a', 'b'), anyEvent(base, hours)), { maxLength: 150 }),
    }),
  );

function anyEvent(base: string, hours: number): fc.Arbitrary<AuditEvent> {
  return fc
    .record({
      occurredAt: time(base, hours).map((date) => date.toISOString()),
      type: fc.constantFrom(...TYPES),
      severity: fc.constantFrom(...SEVERITIES),
      outcome: fc.constantFrom(...OUTCOMES),
      risk: fc.constantFrom(...RISKS),
      environment: fc.constantFrom(...ENVIRONMENTS),
      tenantId: fc.constantFrom(...TENANTS),
      actorId: fc.constantFrom(...ACTORS),
      resource: fc.constantFrom(...RESOURCES),
    })
    .map(({ environment, tenantId, actorId, resource, ...facts }) =>
      anEvent({
        ...facts,
        origin: environment === undefined ? {} : { environment },
        actor: {
          kind: 'user',
          ...(actorId === undefined ? {} : { id: actorId }),
          ...(tenantId === undefined ? {} : { tenantId }),
        },
        ...(resource === undefined ? {} : { resource }),
      }),
    );
}

const listOf = <Value extends string>(...values: readonly (Value | undefined)[]): fc.Arbitrary<Value[]> =>
  fc.uniqueArray(fc.constantFrom(...values.filter((value) => value !== undefined)), { minLength: 1, maxLength: 3 });

const filters = {
  type: fc.oneof(listOf(...TYPES), fc.constantFrom('deploy.*', 'log.*', '=odd')),
  severity: listOf(...SEVERITIES),
  outcome: fc.constantFrom(...OUTCOMES),
  risk: fc.constantFrom(...RISKS),
  environment: listOf(...ENVIRONMENTS, 'nowhere'),
  tenantId: listOf(...TENANTS),
};

/** At most two of them: more would leave nothing to count. */
const someFilters: fc.Arbitrary<StatisticsFilters> = fc
  .tuple(fc.record(filters), fc.subarray(Object.keys(filters) as (keyof typeof filters)[], { maxLength: 2 }))
  .map(([all, names]) => Object.fromEntries(names.map((name) => [name, all[name]])));

/** What may be asked of a log. */
export function aQuery({ base, hours }: WorldLog): fc.Arbitrary<StatisticsQuery> {
  const others = {
    not: someFilters,
    top: fc.constantFrom(0, 1, 3, 100),
    timeZone: fc.constantFrom(...ZONES),
  };
  const range = fc
    .tuple(time(base, hours), time(base, hours), fc.constantFrom('both', 'from', 'to', 'none'))
    .map(([a, b, borders]) => {
      const [from, to] = a < b ? [a, b] : [b, a];
      return { ...(/both|from/.test(borders) ? { from } : {}), ...(/both|to/.test(borders) ? { to } : {}) };
    });
  // Minutes of five days would be too many steps.
  const intervals = hours > 30 ? (['hour', 'day'] as const) : (['minute', 'hour', 'day'] as const);
  return fc
    .tuple(
      fc.oneof(fc.constant({}), someFilters, fc.record({ tenantId: filters.tenantId })),
      fc.record(others, { requiredKeys: [] }),
      range,
      fc.option(fc.constantFrom(...intervals), { nil: undefined }),
    )
    .map(([given, other, times, histogram]) => ({
      ...given,
      ...other,
      ...times,
      ...(histogram === undefined ? {} : { histogram }),
    }));
}

/** What whoever asks may see; mostly everything. */
export const aScope: fc.Arbitrary<readonly string[] | undefined> = fc.oneof(
  fc.constant(undefined),
  listOf(...TENANTS),
  fc.constant([]),
);
