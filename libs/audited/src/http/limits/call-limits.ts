import { Injectable, type ExecutionContext } from '@nestjs/common';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { rawResponse, type FrameworkRequest, type FrameworkResponse } from '../../capture/http/framework-request.js';
import { actionOf } from '../../capture/http/http-action.js';
import { ProblemException } from '../problems/problem.exception.js';

/** How often, and how much at the same time, one caller may do what costs much. */
export interface CallLimit {
  readonly perMinute: number;
  readonly concurrent: number;
}

export type LimitedWork = 'export' | 'verify';

const WINDOW_SECONDS = 60;
/** Nobody knows when the other one ends; by then it may have. */
const CONCURRENT_RETRY_SECONDS = 10;

/** Keeps one caller from taking the database to himself; counted in this process. */
@Injectable()
export class CallLimits {
  private readonly works: Readonly<Record<LimitedWork, LimitedCalls>>;

  constructor(limits: Readonly<Record<LimitedWork, CallLimit>>) {
    this.works = {
      export: new LimitedCalls('exports', limits.export),
      verify: new LimitedCalls('verifications', limits.verify),
    };
  }

  /** @throws ProblemException (429) when the caller did, or does, too much of it already */
  async check(work: LimitedWork | undefined, context: ExecutionContext): Promise<void> {
    if (work !== undefined) {
      const http = context.switchToHttp();
      await this.works[work].begin(await callerOf(http.getRequest()), http.getResponse());
    }
  }
}

class LimitedCalls {
  private readonly rate: RateLimiterMemory;
  private readonly running = new Map<string, number>();

  constructor(
    private readonly name: string,
    private readonly limit: CallLimit,
  ) {
    this.rate = new RateLimiterMemory({ points: limit.perMinute, duration: WINDOW_SECONDS });
  }

  async begin(caller: string, response: FrameworkResponse): Promise<void> {
    const running = this.running.get(caller) ?? 0;
    if (running >= this.limit.concurrent) {
      throw new ProblemException(
        'too-many-requests',
        `At most ${this.limit.concurrent} ${this.name} of one caller run at the same time. Wait until one has ended.`,
        {},
        CONCURRENT_RETRY_SECONDS,
      );
    }
    // Counted before anything is waited for, so that two that begin together do not both see a free place.
    this.running.set(caller, running + 1);
    try {
      await this.count(caller);
    } catch (error) {
      this.end(caller);
      throw error;
    }
    const raw = rawResponse(response);
    if (raw.destroyed) {
      this.end(caller);
    } else {
      raw.once('close', () => this.end(caller));
    }
  }

  private end(caller: string): void {
    const left = (this.running.get(caller) ?? 1) - 1;
    if (left > 0) {
      this.running.set(caller, left);
    } else {
      this.running.delete(caller);
    }
  }

  private async count(caller: string): Promise<void> {
    try {
      await this.rate.consume(caller);
    } catch (refusal) {
      const { msBeforeNext } = refusal as RateLimiterRes;
      throw new ProblemException(
        'too-many-requests',
        `At most ${this.limit.perMinute} ${this.name} of one caller begin within a minute. Wait a little.`,
        {},
        Math.max(1, Math.ceil(msBeforeNext / 1000)),
      );
    }
  }
}

/** The actor as the audit trail established it; where there is none, the address. */
async function callerOf(request: FrameworkRequest): Promise<string> {
  const actor = await actionOf(request)?.actor();
  return actor?.id === undefined ? `address ${request.ip ?? ''}` : `${actor.kind} ${actor.id}`;
}
