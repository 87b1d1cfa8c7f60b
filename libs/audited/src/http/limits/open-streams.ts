import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { ProblemException } from '../problems/problem.exception.js';

const RETRY_SECONDS = 30;

/** The live tails and exports that run; a shutdown does not wait for them. */
@Injectable()
export class OpenStreams implements BeforeApplicationShutdown {
  private readonly open = new Set<AbortController>();
  private tails = 0;

  constructor(private readonly mostTails: number) {}

  /** A signal that is aborted with the one of a request, or when the application shuts down. */
  until(request: AbortSignal): AbortSignal {
    const controller = new AbortController();
    const end = (): void => {
      this.open.delete(controller);
      controller.abort(request.reason);
    };
    if (request.aborted) {
      end();
    } else {
      this.open.add(controller);
      // The response of every request is closed some time, so nothing stays here.
      request.addEventListener('abort', end, { once: true });
    }
    return controller.signal;
  }

  /**
   * Takes a place for a live tail.
   *
   * @returns gives it back
   * @throws ProblemException (503) when all are taken
   */
  beginTail(): () => void {
    if (this.tails >= this.mostTails) {
      throw new ProblemException(
        'busy',
        `At most ${this.mostTails} live tails run in one process at the same time. Try again later.`,
        {},
        RETRY_SECONDS,
      );
    }
    this.tails++;
    let isHeld = true;
    return () => {
      this.tails -= isHeld ? 1 : 0;
      isHeld = false;
    };
  }

  /** Before the server is closed, which waits for the answers that run. */
  beforeApplicationShutdown(): void {
    for (const controller of this.open) {
      controller.abort(new Error('The application shuts down'));
    }
    this.open.clear();
  }
}
