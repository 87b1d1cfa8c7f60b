import {
  PROBLEM_TYPE,
  problemDetails,
  type ProblemDetails,
  type ProblemFacts,
  type ProblemKind,
} from '../http/problems/problem.js';
import type { JsonObject } from '../event/json-value.js';
import type { ErrorAnswer } from './routes/route-document.js';
import { reference } from './schemas/schema.js';

interface ErrorDocument {
  readonly status: number;
  readonly description: string;
  readonly examples: readonly (readonly [ProblemKind, string, ProblemFacts?])[];
}

/** What can go wrong, each with what is answered then. */
export const ERROR_ANSWERS: Readonly<Record<ErrorAnswer, ErrorDocument>> = {
  BadRequest: {
    status: 400,
    description: 'Something in the request is not valid; nothing was read.',
    examples: [
      [
        'query-invalid',
        'Audit query parameter "outcome" has a value that is no word of its list. Use the words that are allowed.',
        { parameter: 'outcome', given: 'sucess', allowed: ['success', 'failure', 'denied', 'pending', 'unknown'] },
      ],
      ['body-invalid', 'The body is no JSON object. Send one, with content-type application/json.'],
    ],
  },
  Unauthorized: {
    status: 401,
    description: 'The application does not know who calls.',
    examples: [['not-authenticated', 'Unauthorized']],
  },
  Forbidden: {
    status: 403,
    description: 'The caller may not do this. The refusal is recorded.',
    examples: [
      ['permission-missing', 'The permission "export" is missing.', { permission: 'export' }],
      ['refused', 'Forbidden resource'],
    ],
  },
  NotFound: {
    status: 404,
    description: 'There is no such thing, or the caller may not see it.',
    examples: [['not-found', 'There is no such event.']],
  },
  TooManyRequests: {
    status: 429,
    description: 'Too many in a short time; `Retry-After` says when to try again.',
    examples: [['too-many-requests', 'Too many exports in a short time. Try again later.']],
  },
  Failed: {
    status: 500,
    description: 'Something is wrong in the application; what it is, its own log says.',
    examples: [['internal', 'The request could not be answered. What went wrong is in the log of the application.']],
  },
  Unavailable: {
    status: 503,
    description: 'It cannot be answered at the moment; `Retry-After` says when to try again.',
    examples: [
      ['log-unavailable', 'The audit log cannot be read at the moment: its database does not answer.'],
      ['too-slow', 'The audit log was not read through within 10000 ms. Ask for less: a time range, an actor.'],
    ],
  },
};

/** An error as an OpenAPI response. */
export function errorResponse(answer: ErrorAnswer): JsonObject {
  const { description, status, examples } = ERROR_ANSWERS[answer];
  const shown = examples.map(([kind, detail, facts]): [string, JsonObject] => [
    kind,
    { value: exampleOf(problemDetails(kind, detail, facts)) },
  ]);
  return {
    description,
    ...(status === 429 || status === 503
      ? { headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } } }
      : {}),
    content: { [PROBLEM_TYPE]: { schema: reference('Problem'), examples: Object.fromEntries(shown) } },
  };
}

function exampleOf(problem: ProblemDetails): JsonObject {
  return { ...problem } as unknown as JsonObject;
}
