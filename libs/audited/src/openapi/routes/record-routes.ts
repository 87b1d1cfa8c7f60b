import { createFormatter, FORMAT_NAMES } from '../../formats/event-formatters.js';
import { reference, text, type Schema } from '../schemas/schema.js';
import { json, USUAL_ERRORS, type GoodAnswer, type RouteDocument } from './route-document.js';

const EVENT_ID: Schema = {
  type: 'string',
  format: 'uuid',
  description: 'Id of an event: a UUIDv7.',
  example: '019aa4d2-6cd8-7f6e-b9b1-5c1f4e0f7a11',
};
const PAGE = json('A page of records.', reference('Page'));
const FILTERS =
  'All filters that are given must match; of a list, one value. `not.` in front of a filter leaves out what it matches.';

const EXAMPLE_STREAM = 'id: 019aa4d2-6cd8-7f6e-b9b1-5c1f4e0f7a11\nevent: audit\ndata: {"event":{...},"seal":{...}}\n\n';

/** Records, in pages, files and streams. */
export const RECORD_ROUTES: readonly RouteDocument[] = [
  {
    method: 'get',
    route: '/events',
    operationId: 'findAuditEvents',
    summary: 'Search the audit trail',
    description: `A page of records, newest first. ${FILTERS} Recorded as \`audit.read\`.`,
    permission: 'read',
    parameters: 'events',
    path: {},
    answer: PAGE,
    errors: USUAL_ERRORS,
  },
  {
    method: 'get',
    route: '/events/{id}',
    operationId: 'getAuditEvent',
    summary: 'One record',
    description: 'The record of one event. Recorded as `audit.read`.',
    permission: 'read',
    parameters: 'none',
    path: { id: EVENT_ID },
    answer: json('The record.', reference('Record')),
    errors: [...USUAL_ERRORS, 'NotFound'],
  },
  {
    method: 'get',
    route: '/correlation/{id}',
    operationId: 'findCorrelatedAuditEvents',
    summary: 'Everything of one flow',
    description: `Records with this correlation id, oldest first. ${FILTERS}`,
    permission: 'read',
    parameters: 'correlation',
    path: { id: text('Correlation id.', 'flow-1') },
    answer: PAGE,
    errors: USUAL_ERRORS,
  },
  {
    method: 'get',
    route: '/resources/{type}/{id}',
    operationId: 'findAuditEventsOfResource',
    summary: 'The history of a thing',
    description: `What was done to one resource, newest first. ${FILTERS}`,
    permission: 'read',
    parameters: 'resource',
    path: { type: text('Kind of thing.', 'deployment'), id: text('Its id.', 'd-42') },
    answer: PAGE,
    errors: USUAL_ERRORS,
  },
  {
    method: 'get',
    route: '/actors/{id}',
    operationId: 'findAuditEventsOfActor',
    summary: 'What somebody did',
    description: `What one actor did, newest first. ${FILTERS}`,
    permission: 'read',
    parameters: 'actor',
    path: { id: text('Id of the actor.', 'u-7') },
    answer: PAGE,
    errors: USUAL_ERRORS,
  },
  {
    method: 'get',
    route: '/export',
    operationId: 'exportAuditEvents',
    summary: 'Export records',
    description: `Every record that matches, as a file in one of the formats, oldest first. ${FILTERS} Recorded as \`audit.export\`.`,
    permission: 'export',
    parameters: 'export',
    path: {},
    answer: exportAnswer(),
    errors: [...USUAL_ERRORS, 'TooManyRequests'],
  },
  {
    method: 'get',
    route: '/stream',
    operationId: 'streamAuditEvents',
    summary: 'Follow the audit trail',
    description: `Records as they are appended, as server-sent events. ${FILTERS} One record says that somebody watched.`,
    permission: 'read',
    parameters: 'stream',
    path: {},
    headers: { 'Last-Event-ID': { ...EVENT_ID, description: 'Goes on right behind this event; browsers send it.' } },
    answer: {
      status: 200,
      description:
        'Server-sent events until the client goes away: `audit` with a record as data, `problem` with problem details at the end.',
      content: { 'text/event-stream': { schema: { type: 'string' }, example: EXAMPLE_STREAM } },
    },
    errors: [...USUAL_ERRORS, 'TooManyRequests'],
  },
  {
    method: 'get',
    route: '/statistics',
    operationId: 'getAuditStatistics',
    summary: 'The log in numbers',
    description: 'Totals, the most frequent actors and resources, and a histogram when asked for.',
    permission: 'read',
    parameters: 'statistics',
    path: {},
    answer: json('The numbers.', reference('Statistics')),
    errors: USUAL_ERRORS,
  },
];

/** One media type for each kind of format. */
function exportAnswer(): GoodAnswer {
  const formats = new Map<string, string[]>();
  for (const name of FORMAT_NAMES) {
    const { contentType } = createFormatter(name);
    formats.set(contentType, [...(formats.get(contentType) ?? []), name]);
  }
  return {
    status: 200,
    description: 'A file. When the database fails half-way, the connection breaks: the file is not whole then.',
    content: Object.fromEntries(
      [...formats, ['application/gzip', ['any, with gzip=true']] as const].map(([type, names]) => [
        type,
        { schema: { type: 'string', description: `format=${names.join(', ')}` } },
      ]),
    ),
    headers: { 'Content-Disposition': 'Name of the file (RFC 6266).' },
  };
}
