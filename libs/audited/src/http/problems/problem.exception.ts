import { saidName } from '../parameters/said-name.js';
import { HttpException } from '@nestjs/common';
import { problemDetails, shownValue, type ProblemDetails, type ProblemFacts, type ProblemKind } from './problem.js';

/** Something that the caller is told of as RFC 9457 problem details. */
export class ProblemException extends HttpException {
  override readonly name = 'ProblemException';
  readonly problem: ProblemDetails;

  /** @param retryAfterSeconds when trying again may help; becomes the header `Retry-After` */
  constructor(
    kind: ProblemKind,
    detail: string,
    facts: ProblemFacts = {},
    readonly retryAfterSeconds?: number,
    cause?: unknown,
  ) {
    const problem = problemDetails(kind, detail, facts);
    super(problem, problem.status, cause === undefined ? {} : { cause });
    this.problem = problem;
    this.message = detail;
  }
}

/**
 * A parameter that is refused. The sentence never repeats the value, which may be personal: records of failed requests keep
 * sentences.
 */
export function parameterProblem(
  parameter: string,
  problem: string,
  cure: string,
  facts: { readonly given?: string | undefined; readonly allowed?: string | readonly string[] } = {},
): ProblemException {
  const { given, allowed } = facts;
  const name = shownValue(parameter);
  return new ProblemException('query-invalid', `Audit query parameter "${saidName(parameter)}" ${problem}. ${cure}`, {
    parameter: name,
    ...(given === undefined ? {} : { given: shownValue(given) }),
    ...(allowed === undefined ? {} : { allowed }),
  });
}

/** A permission that the caller does not have. */
export function permissionProblem(permission: string, detail: string, parameter?: string): ProblemException {
  return new ProblemException('permission-missing', detail, {
    permission,
    ...(parameter === undefined ? {} : { parameter }),
  });
}
