import { Worker } from 'node:worker_threads';
import { AuditError, StoreUnavailableError } from '../../event/audit.error.js';
import type { VerifyProgress } from '../../storage/audit-reader.js';
import type { SqliteCall, SqliteResponse, SqliteThreadOptions } from './sqlite-messages.js';
import { SQLITE_SIFT_WORKER_PATH, SQLITE_WORKER_PATH } from './sqlite-worker-path.cjs';

/** A thread that does not close within this time hangs in the file system. */
const CLOSE_DEADLINE_MS = 10_000;

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: VerifyProgress) => void) | undefined;
}

/**
 * The application's end of a SQLite thread. The thread keeps the process alive only while a call is
 * under way; when it dies, every call under way rejects, and so does every later one.
 */
export class SqliteThread {
  private readonly worker: Worker;
  private readonly pending = new Map<number, PendingCall>();
  private lastCallId = 0;
  private death: StoreUnavailableError | undefined;
  private ending: Promise<void> | undefined;

  constructor(options: SqliteThreadOptions) {
    // No arguments of the process: `node --eval` and loaders of the application are not for this thread.
    const path = options.role === 'sifter' ? SQLITE_SIFT_WORKER_PATH : SQLITE_WORKER_PATH;
    this.worker = new Worker(path, { workerData: options, name: `audit-${options.role}`, execArgv: [] });
    this.worker.unref();
    this.worker.on('message', (response: SqliteResponse) => this.settle(response));
    this.worker.on('error', (error) => this.die(`its ${options.role} thread failed: ${error.message}`, error));
    this.worker.on('exit', (code) => this.die(`its ${options.role} thread ended with code ${code}`));
  }

  /** True once the thread can answer no more. */
  get isDead(): boolean {
    return this.death !== undefined;
  }

  /** Calls that it has not answered yet; one whose caller gave up counts until it is. */
  get underWay(): number {
    return this.pending.size;
  }

  /** @param onProgress told while the call goes on; when it throws, the call rejects with that */
  call<Result>(call: SqliteCall, onProgress?: (progress: VerifyProgress) => void): Promise<Result> {
    if (this.death !== undefined) {
      return Promise.reject(this.death);
    }
    const callId = ++this.lastCallId;
    // First, because it throws when a value can not cross threads; then nothing must stay pending.
    try {
      this.worker.postMessage({ ...call, callId });
    } catch (error) {
      return Promise.reject(new StoreUnavailableError('the call cannot be sent to its thread', { cause: error }));
    }
    this.worker.ref();
    return new Promise<Result>((resolve, reject) => {
      this.pending.set(callId, { resolve: (result) => resolve(result as Result), reject, onProgress });
    });
  }

  /**
   * Finishes what was called, closes the database and ends the thread. May be called again. A thread that hangs is left
   * behind after a deadline, and what it was asked for rejects: a shutdown never waits for ever.
   */
  end(): Promise<void> {
    this.ending ??= this.closeAndTerminate();
    return this.ending;
  }

  /** Ends the thread at once, whatever it does; what it was asked for rejects. Only for one that writes nothing. */
  async stop(): Promise<void> {
    this.die('its thread was stopped');
    await this.worker.terminate();
  }

  private async closeAndTerminate(): Promise<void> {
    if (this.death !== undefined) {
      return;
    }
    const deadline = setTimeout(() => {
      this.die(`its thread did not close within ${CLOSE_DEADLINE_MS} ms`);
      void this.worker.terminate();
    }, CLOSE_DEADLINE_MS);
    try {
      await this.call({ operation: 'close' });
      await this.worker.terminate();
    } finally {
      clearTimeout(deadline);
    }
  }

  private settle(response: SqliteResponse): void {
    const call = this.pending.get(response.callId);
    if ('progress' in response) {
      tellProgress(call, response.progress);
      return;
    }
    this.pending.delete(response.callId);
    if (this.pending.size === 0) {
      this.worker.unref();
    }
    if ('failure' in response) {
      call?.reject(new AuditError(response.failure.code, response.failure.message));
    } else {
      call?.resolve(response.result);
    }
  }

  private die(problem: string, cause?: Error): void {
    this.death ??= new StoreUnavailableError(problem, { cause });
    const calls = [...this.pending.values()];
    this.pending.clear();
    for (const call of calls) {
      call.reject(this.death);
    }
  }
}

/** What the caller's own function throws is the caller's: it gets it, and the thread goes on. */
function tellProgress(call: PendingCall | undefined, progress: VerifyProgress): void {
  try {
    call?.onProgress?.(progress);
  } catch (error) {
    call?.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
