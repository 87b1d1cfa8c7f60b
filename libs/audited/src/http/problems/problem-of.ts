import { HttpException } from '@nestjs/common';
import type { AuditError, AuditErrorCode } from '../../event/audit.error.js';
import { ProblemException } from './problem.exception.js';
import { problemDetails, type ProblemDetails, type ProblemKind } from './problem.js';

/** What is answered for an error. */
export interface ProblemAnswer {
  readonly problem: ProblemDetails;
  readonly retryAfterSeconds?: number;
  /** Nobody expected it: the operator has to see it, and the caller must not. */
  readonly isUnexpected: boolean;
}

const RETRY_SECONDS = 5;
const UNAVAILABLE =
  'The audit log cannot be read at the moment: its database does not answer. Nothing is lost; try again later.';
const UNEXPECTED = 'The request could not be answered. What went wrong is in the log of the application.';

/** Errors of the kit that a caller may be told of: their sentences hold no secret and no SQL. */
const TOLD: Partial<Record<AuditErrorCode, ProblemKind>> = {
  AUDIT_QUERY_INVALID: 'query-invalid',
  AUDIT_READ_FORBIDDEN: 'permission-missing',
  AUDIT_QUERY_TOO_SLOW: 'too-slow',
  AUDIT_STORE_UNAVAILABLE: 'log-unavailable',
  AUDIT_CLOSED: 'log-unavailable',
  AUDIT_DESTINATION_UNKNOWN: 'not-found',
  AUDIT_PROOF_UNAVAILABLE: 'not-found',
};

/** Every error as problem details. Codes are compared, not classes: the package exists twice, as ESM and as CommonJS. */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof ProblemException) {
    const { problem, retryAfterSeconds } = error;
    return { problem, isUnexpected: problem.status === 500, ...retry(retryAfterSeconds) };
  }
  if (error instanceof HttpException) {
    return { problem: ownProblem(error), isUnexpected: error.getStatus() >= 500 };
  }
  if (isAuditError(error)) {
    return auditProblem(error);
  }
  return { problem: problemDetails('internal', UNEXPECTED), isUnexpected: true };
}

/** What the application's own guards say, in their own words. */
function ownProblem(error: HttpException): ProblemDetails {
  const status = error.getStatus();
  return problemDetails(kindOf(status), status >= 500 ? UNEXPECTED : wordsOf(error), {}, status);
}

function kindOf(status: number): ProblemKind {
  switch (status) {
    case 401:
      return 'not-authenticated';
    case 403:
      return 'refused';
    case 404:
      return 'not-found';
    case 429:
      return 'too-many-requests';
    default:
      return status >= 500 ? 'internal' : 'request-invalid';
  }
}

function wordsOf(error: HttpException): string {
  const body = error.getResponse();
  const message: unknown = typeof body === 'object' && 'message' in body ? body.message : body;
  const words = Array.isArray(message) ? message.filter((word) => typeof word === 'string').join('; ') : message;
  return typeof words === 'string' && words !== '' ? words : error.message;
}

function isAuditError(error: unknown): error is AuditError {
  return error instanceof Error && 'code' in error && Object.hasOwn(TOLD, String(error.code));
}

function auditProblem(error: AuditError): ProblemAnswer {
  const kind = TOLD[error.code] ?? 'internal';
  if (kind === 'log-unavailable') {
    return { problem: problemDetails(kind, UNAVAILABLE), retryAfterSeconds: RETRY_SECONDS, isUnexpected: false };
  }
  const parameter = 'parameter' in error && typeof error.parameter === 'string' ? error.parameter : undefined;
  return {
    problem: problemDetails(kind, error.message, {
      ...(parameter === undefined ? {} : { parameter }),
      ...(kind === 'permission-missing' ? { permission: 'read-personal' } : {}),
    }),
    isUnexpected: false,
    ...retry(kind === 'too-slow' ? RETRY_SECONDS : undefined),
  };
}

function retry(seconds: number | undefined): { readonly retryAfterSeconds?: number } {
  return seconds === undefined ? {} : { retryAfterSeconds: seconds };
}
