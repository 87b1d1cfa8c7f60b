import type { CountedEventType } from '../../http/reading/statistics.controller.js';
import type { ProblemDetails } from '../../http/problems/problem.js';
import { count, listOf, objectSchema, onlyTrue, reference, text, word, type Schema } from './schema.js';

const REASON = text('Why, for the log.', 'maintenance of the indexers');
const TICKET = text('Where it was decided.', 'CHG-1042');

interface DeadLetterList {
  readonly deadLetters: readonly unknown[];
  readonly next?: number;
}

interface CheckpointList {
  readonly checkpoints: readonly unknown[];
  readonly trustedKeys: readonly string[];
}

interface EventTypeList {
  readonly types: readonly unknown[];
}

/** Bodies that only the API knows. */
export const HTTP_SCHEMAS = {
  Problem: objectSchema<ProblemDetails>(
    'RFC 9457 problem details: what is wrong, and the cure.',
    {
      type: text('Names the kind of problem.', 'urn:nestjs-audited:problem:query-invalid'),
      title: text('The kind of problem in words.', 'A parameter of the query is not valid'),
      status: { type: 'integer', description: 'HTTP status.', example: 400 },
      detail: text('What happened here, and the cure.'),
    },
    {
      parameter: text('Which parameter is wrong.', 'limit'),
      given: text('What was given for it.', '1e9'),
      allowed: {
        description: 'What would be allowed.',
        oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
      },
      permission: text('Which permission is missing.', 'read-personal'),
    },
  ),
  DeadLetterList: objectSchema<DeadLetterList>(
    'A page of dead letters.',
    { deadLetters: listOf(reference('DeadLetter'), 'The oldest first.') },
    { next: count('Give it as `after` to read on; absent on the last page.') },
  ),
  CheckpointList: objectSchema<CheckpointList>(
    'Checkpoints, and the keys that sign them.',
    {
      checkpoints: listOf(reference('Checkpoint'), 'The largest size first.'),
      trustedKeys: listOf(
        text('Public key.'),
        'Those that this log says are its own; a verifier brings his from elsewhere.',
      ),
    },
    {},
  ),
  EventTypeList: objectSchema<EventTypeList>(
    'Event types.',
    { types: listOf(reference('EventType'), 'Every type that is declared or recorded, from A to Z.') },
    {},
  ),
  EventType: objectSchema<CountedEventType>(
    'An event type, and how many records have it.',
    { type: text('Its name.', 'deploy.completed'), count: count('How many records.', 12) },
    {
      catalogue: text('The catalogue that declares it; absent where none does.', 'deployment'),
      title: text('In words.', 'Deployment completed'),
      category: text('Category.', 'deployment'),
    },
  ),
  Act: { type: 'object', description: 'Why it is done.', properties: { reason: REASON, ticket: TICKET } },
  Rewind: {
    type: 'object',
    description: 'Either `to`, or `position`.',
    properties: {
      to: word('A place by its name.', ['beginning', 'now']),
      position: count('What stands behind it is sent next.', 41_822),
      chain: text('The chain that the position is in; `main` when left out.', 'main'),
      reason: REASON,
      ticket: TICKET,
    },
  },
  DeadLetterSelection: {
    type: 'object',
    description: 'Something has to be named, or `all`.',
    properties: {
      destination: text('Those of this destination.', 'splunk'),
      eventId: text('Those of this event.'),
      sequences: {
        ...listOf({ type: 'integer', minimum: 1 }, 'These, by their numbers.'),
        minItems: 1,
        maxItems: 1000,
      },
      all: onlyTrue('Every one, of every destination.'),
      reason: REASON,
      ticket: TICKET,
    },
  },
  Replaying: objectSchema<{ readonly replaying: number }>(
    'What was asked for.',
    { replaying: count('How many are sent again.', 3) },
    {},
  ),
  Discarded: objectSchema<{ readonly discarded: number }>(
    'What was done.',
    { discarded: count('How many were given up.', 3) },
    {},
  ),
} as const satisfies Readonly<Record<string, Schema>>;
