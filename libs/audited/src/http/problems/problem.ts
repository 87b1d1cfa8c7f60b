/** What can be wrong with a request or its answer: the last part of the problem's URN, with its status and title. */
export const PROBLEMS = {
  'query-invalid': { status: 400, title: 'A parameter of the query is not valid' },
  'body-invalid': { status: 400, title: 'The body of the request is not valid' },
  'request-invalid': { status: 400, title: 'The request is not valid' },
  'not-authenticated': { status: 401, title: 'The application does not know who calls' },
  refused: { status: 403, title: 'The application refuses the request' },
  'permission-missing': { status: 403, title: 'A permission is missing' },
  'tenants-limited': { status: 403, title: 'This concerns the whole log, not some tenants of it' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something is wrong in the application' },
  'access-unresolved': { status: 500, title: 'It could not be established what the caller may do' },
  busy: { status: 503, title: 'Too much is read at the same time' },
  'too-slow': { status: 503, title: 'The query took too long' },
  'log-unavailable': { status: 503, title: 'The audit log cannot be read at the moment' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemKind = keyof typeof PROBLEMS;

/** RFC 9457 problem details: the body of every answer that is an error. */
export interface ProblemDetails {
  /** `urn:nestjs-audited:problem:` and a {@link ProblemKind}. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What happened here, and the cure. */
  readonly detail: string;
  /** Which parameter is wrong, or asks for something that is not allowed. */
  readonly parameter?: string;
  /** What was given for it: at most 100 characters, control characters escaped. */
  readonly given?: string;
  /** What would be allowed. */
  readonly allowed?: string | readonly string[];
  /** Which permission is missing. */
  readonly permission?: string;
}

/** What a problem may say besides its detail. */
export type ProblemFacts = Pick<ProblemDetails, 'parameter' | 'given' | 'allowed' | 'permission'>;

/** The media type of problem details. */
export const PROBLEM_TYPE = 'application/problem+json';

const URN = 'urn:nestjs-audited:problem:';

/** @param status where it differs from the usual one: what the application's own exceptions say */
export function problemDetails(
  kind: ProblemKind,
  detail: string,
  facts: ProblemFacts = {},
  status: number = PROBLEMS[kind].status,
): ProblemDetails {
  return { type: `${URN}${kind}`, title: PROBLEMS[kind].title, status, detail, ...facts };
}

const MOST_SHOWN_CHARACTERS = 100;
// Bidirectional controls too: they make a line look like another one.
const UNSHOWABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A value of the caller, fit to be shown to anybody. */
export function shownValue(value: string): string {
  const shown = value
    .slice(0, MOST_SHOWN_CHARACTERS)
    // Half of a character is none.
    .replace(/[\uD800-\uDBFF]$/, '')
    .replaceAll(UNSHOWABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return value.length > MOST_SHOWN_CHARACTERS ? `${shown}…` : shown;
}
