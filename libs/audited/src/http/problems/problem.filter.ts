import { Catch, Inject, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { rawResponse, type FrameworkResponse } from '../../capture/http/framework-request.js';
import { PROBLEM_TYPE } from './problem.js';
import { problemOf } from './problem-of.js';

/** Answers every error of this API with RFC 9457 problem details; bound to its controllers only. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('AuditHttpModule');

  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<FrameworkResponse>();
    const { problem, retryAfterSeconds, isUnexpected } = problemOf(error);
    if (isUnexpected) {
      this.logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    const raw = rawResponse(response);
    if (raw.headersSent || raw.destroyed) {
      // A part has left already, or nobody listens: the client must not take what it has for the whole.
      raw.destroy();
      return;
    }
    const { httpAdapter } = this.host;
    httpAdapter.setHeader(response, 'content-type', PROBLEM_TYPE);
    httpAdapter.setHeader(response, 'cache-control', 'no-store');
    if (retryAfterSeconds !== undefined) {
      httpAdapter.setHeader(response, 'retry-after', String(retryAfterSeconds));
    }
    httpAdapter.reply(response, problem, problem.status);
  }
}
