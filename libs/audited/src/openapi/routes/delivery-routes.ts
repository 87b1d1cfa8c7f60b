import { listOf, reference, text, type Schema } from '../schemas/schema.js';
import { json, USUAL_ERRORS, type GoodAnswer, type RouteDocument } from './route-document.js';

const NAME: Schema = text('Name of a destination.', 'splunk');
const DONE: GoodAnswer = { status: 204, description: 'Done.', content: {} };

/** Destinations and what they did not take, to look at and to operate. */
export const DELIVERY_ROUTES: readonly RouteDocument[] = [
  {
    method: 'get',
    route: '/destinations',
    operationId: 'listAuditDestinations',
    summary: 'How the destinations do',
    description: 'Health, who leads, how many records wait, dead letters.',
    permission: 'administer',
    wholeLog: true,
    parameters: 'none',
    path: {},
    answer: json('The destinations.', listOf(reference('Destination'), 'By name.')),
    errors: USUAL_ERRORS,
  },
  {
    method: 'get',
    route: '/dead-letters',
    operationId: 'listAuditDeadLetters',
    summary: 'What destinations did not take',
    description: 'The oldest first.',
    permission: 'administer',
    wholeLog: true,
    parameters: 'deadLetters',
    path: {},
    answer: json('Dead letters.', reference('DeadLetterList')),
    errors: USUAL_ERRORS,
  },
  operating('pause', 'Pause a destination', 'Nothing is sent there until it is resumed.'),
  operating('resume', 'Resume a destination', 'Goes on; one that is held is tried at once.'),
  {
    ...operating('rewind', 'Rewind a destination', 'Send again, or skip: what stands behind the place is sent next.'),
    body: { schema: reference('Rewind'), isRequired: true },
  },
  operating('remove', 'Remove a destination', 'Forgets it, its place in the log and its dead letters.'),
  {
    method: 'post',
    route: '/dead-letters/replay',
    operationId: 'replayAuditDeadLetters',
    summary: 'Replay dead letters',
    description: 'Has them sent again.',
    permission: 'administer',
    wholeLog: true,
    parameters: 'none',
    path: {},
    body: { schema: reference('DeadLetterSelection'), isRequired: true },
    answer: json('How many are sent again.', reference('Replaying')),
    errors: USUAL_ERRORS,
  },
  {
    method: 'post',
    route: '/dead-letters/discard',
    operationId: 'discardAuditDeadLetters',
    summary: 'Discard dead letters',
    description: 'Gives them up. Needs a reason.',
    permission: 'administer',
    wholeLog: true,
    parameters: 'none',
    path: {},
    body: { schema: reference('DeadLetterSelection'), isRequired: true },
    answer: json('How many were given up.', reference('Discarded')),
    errors: USUAL_ERRORS,
  },
];

function operating(verb: string, summary: string, description: string): RouteDocument {
  return {
    method: 'post',
    route: `/destinations/{name}/${verb}`,
    operationId: `${verb}AuditDestination`,
    summary,
    description: `${description} Recorded with the reason.`,
    permission: 'administer',
    wholeLog: true,
    parameters: 'none',
    path: { name: NAME },
    body: { schema: reference('Act'), isRequired: false },
    answer: DONE,
    errors: [...USUAL_ERRORS, 'NotFound'],
  };
}
