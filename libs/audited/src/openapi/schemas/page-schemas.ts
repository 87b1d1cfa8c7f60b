import type { AuditPage, MatchCount } from '../../storage/audit-query.js';
import type {
  ActorCount,
  AuditStatistics,
  HistogramStep,
  ResourceCount,
} from '../../storage/reading/audit-statistics.js';
import { count, listOf, mapOf, objectSchema, reference, text, time, word, type Schema } from './schema.js';

const COUNT = count('How many.', 12);

/** Pages of records, and the log in numbers. */
export const PAGE_SCHEMAS = {
  Page: objectSchema<AuditPage>(
    'One page of records.',
    { records: listOf(reference('Record'), 'In the order that was asked for.') },
    {
      next: text('Give it as `cursor` to read on; absent on the last page.'),
      total: reference('MatchCount'),
    },
  ),
  MatchCount: objectSchema<MatchCount>(
    'How many records match.',
    { count: COUNT, relation: word('Exactly so many, or at least so many.', ['eq', 'gte']) },
    {},
  ),
  Statistics: objectSchema<AuditStatistics>(
    'The log in numbers: exactly those of the records that match and are there now.',
    {
      total: count('How many records.', 1204),
      byType: mapOf(COUNT, 'By event type.', { 'deploy.completed': 12 }),
      bySeverity: mapOf(COUNT, 'By severity.', { info: 11, critical: 1 }),
      byOutcome: mapOf(COUNT, 'By outcome.', { success: 11, denied: 1 }),
      byRisk: mapOf(COUNT, 'By risk.', { low: 12 }),
      byEnvironment: mapOf(COUNT, 'By environment; records without one are under the empty text.', { production: 12 }),
      topActors: listOf(reference('ActorCount'), 'Who acted most often, the most frequent first.'),
      topResources: listOf(reference('ResourceCount'), 'What was acted on most often.'),
    },
    {
      oldest: time('When the first of them occurred; absent when there is none.'),
      newest: time('When the last of them occurred.'),
      histogram: listOf(reference('HistogramStep'), 'Counts over time; absent unless asked for.'),
      storageBytes: count('Bytes of the log in its database; absent for whoever sees only some tenants.'),
    },
  ),
  ActorCount: objectSchema<ActorCount>('How often somebody acted.', { id: text('Who.', 'u-7'), count: COUNT }, {}),
  ResourceCount: objectSchema<ResourceCount>(
    'How often something was acted on.',
    { type: text('Kind of thing.', 'deployment'), count: COUNT },
    { id: text('Which one.', 'd-42') },
  ),
  HistogramStep: objectSchema<HistogramStep>(
    'One step of a histogram.',
    { start: time('When it begins, with the offset of the zone.', '2026-11-21T00:00:00+01:00'), count: COUNT },
    {},
  ),
} as const satisfies Readonly<Record<string, Schema>>;
