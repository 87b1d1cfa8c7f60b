import { FORMAT_NAMES } from '../../formats/event-formatters.js';
import { filtersOf, FILTER_PARAMETERS, filtersWithout } from './filter-parameters.js';
import { orderParameter, PAGE_PARAMETERS, TEXT_PARAMETER, TIME_PARAMETERS } from './page-parameters.js';
import { withNegations, type ParameterDefinition } from './parameter.js';

/** A list of records: filters, words, a time range and a page of it. */
function pageOf(
  filters: readonly ParameterDefinition[],
  order: 'newest' | 'oldest' = 'newest',
): readonly ParameterDefinition[] {
  return withNegations([...filters, ...TIME_PARAMETERS, TEXT_PARAMETER, orderParameter(order), ...PAGE_PARAMETERS]);
}

const EXPORT: readonly ParameterDefinition[] = [
  {
    name: 'format',
    kind: 'word',
    words: FORMAT_NAMES,
    default: 'jsonl',
    description: 'What the records are written as.',
    example: 'csv',
  },
  {
    name: 'gzip',
    kind: 'flag',
    default: 'false',
    description: 'Compress the file.',
    example: 'true',
  },
  {
    name: 'limit',
    kind: 'number',
    least: 1,
    most: Number.MAX_SAFE_INTEGER,
    description: 'Most records of the file; without it, all that match.',
    example: '100000',
  },
];

const STATISTICS: readonly ParameterDefinition[] = [
  {
    name: 'top',
    kind: 'number',
    least: 0,
    most: 100,
    default: '10',
    description: 'How many actors and resources are named.',
    example: '5',
  },
  {
    name: 'histogram',
    kind: 'word',
    words: ['minute', 'hour', 'day'],
    description: 'Counts over time, in steps of this length; at most 2000 steps.',
    example: 'day',
  },
  {
    name: 'timeZone',
    kind: 'text',
    default: 'UTC',
    description: 'IANA name of the zone in which hours and days begin.',
    example: 'Europe/Berlin',
  },
];

const CHECKPOINTS: readonly ParameterDefinition[] = [
  { name: 'chain', kind: 'text', description: 'Only those of this chain.', example: 'main' },
  {
    name: 'minSize',
    kind: 'number',
    least: 0,
    most: Number.MAX_SAFE_INTEGER,
    description: 'Only those that cover at least so many records.',
    example: '1000',
  },
  {
    name: 'maxSize',
    kind: 'number',
    least: 0,
    most: Number.MAX_SAFE_INTEGER,
    description: 'Only those that cover at most so many records.',
    example: '2000',
  },
  {
    name: 'limit',
    kind: 'number',
    least: 1,
    most: 1000,
    default: '100',
    description: 'Most checkpoints of the answer.',
    example: '10',
  },
];

const DEAD_LETTERS: readonly ParameterDefinition[] = [
  { name: 'destination', kind: 'text', description: 'Only those of this destination.', example: 'splunk' },
  {
    name: 'state',
    kind: 'word',
    words: ['dead', 'replaying', 'discarded'],
    description: 'Only those in this state.',
    example: 'dead',
  },
  {
    name: 'eventId',
    kind: 'event-id',
    description: 'Only those of this event.',
    example: '019abcde-f012-7000-8000-000000000001',
  },
  {
    name: 'after',
    kind: 'number',
    least: 0,
    most: Number.MAX_SAFE_INTEGER,
    description: '`next` of the list before: reads on there.',
    example: '100',
  },
  {
    name: 'limit',
    kind: 'number',
    least: 1,
    most: 1000,
    default: '100',
    description: 'Most dead letters of the answer.',
    example: '50',
  },
];

const LAST_EVENT_ID: ParameterDefinition = {
  name: 'lastEventId',
  kind: 'event-id',
  description: 'Goes on right behind this event, as the header `Last-Event-ID` does.',
  example: '019abcde-f012-7000-8000-000000000001',
};

const PROOF: readonly ParameterDefinition[] = [
  {
    name: 'personal',
    kind: 'flag',
    default: 'false',
    description: 'Put the personal part and its salt into the proof. Needs the permission `read-personal`.',
    example: 'true',
  },
];

/** The query parameters of each route, negations included: the one table that is parsed by and told of. */
export const ROUTE_PARAMETERS = {
  events: pageOf(FILTER_PARAMETERS),
  correlation: pageOf(filtersWithout('correlationId'), 'oldest'),
  resource: pageOf(filtersWithout('resourceType', 'resourceId')),
  actor: pageOf(filtersWithout('actorId')),
  export: withNegations([
    ...EXPORT,
    ...FILTER_PARAMETERS,
    ...TIME_PARAMETERS,
    TEXT_PARAMETER,
    orderParameter('oldest'),
  ]),
  stream: withNegations([...FILTER_PARAMETERS, TEXT_PARAMETER, LAST_EVENT_ID]),
  statistics: withNegations([
    ...filtersOf('type', 'severity', 'outcome', 'risk', 'environment', 'tenantId'),
    ...TIME_PARAMETERS,
    ...STATISTICS,
  ]),
  types: TIME_PARAMETERS,
  proof: PROOF,
  checkpoints: CHECKPOINTS,
  deadLetters: DEAD_LETTERS,
  none: [],
} as const satisfies Readonly<Record<string, readonly ParameterDefinition[]>>;

/** A row of {@link ROUTE_PARAMETERS}. */
export type ParameterSet = keyof typeof ROUTE_PARAMETERS;
