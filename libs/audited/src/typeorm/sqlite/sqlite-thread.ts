import { Worker } from 'node:worker_threads';
import { AuditError, StoreUnavailableError } from '../../event/audit.error.js';
import type { SqliteCall, SqliteResponse, SqliteThreadOptions } from './sqlite-messages.js';
import { SQLITE_WORKER_PATH } from './sqlite-worker-path.cjs';

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
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

  constructor(options: SqliteThreadOptions) {
    this.worker = new Worker(SQLITE_WORKER_PATH, { workerData: options, name: `audit-${options.role}` });
    this.worker.unref();
    this.worker.on('message', (response: SqliteResponse) => this.settle(response));
    this.worker.on('error', (error) => this.die(`its ${options.role} thread failed: ${error.message}`, error));
    this.worker.on('exit', (code) => this.die(`its ${options.role} thread ended with code ${code}`));
  }

  call<Result>(call: SqliteCall): Promise<Result> {
    if (this.death !== undefined) {
      return Promise.reject(this.death);
    }
    const callId = ++this.lastCallId;
    return new Promise<Result>((resolve, reject) => {
      this.pending.set(callId, { resolve: (result) => resolve(result as Result), reject });
      this.worker.ref();
      this.worker.postMessage({ ...call, callId });
    });
  }

  async end(): Promise<void> {
    if (this.death === undefined) {
      await this.call({ operation: 'close' });
      await this.worker.terminate();
    }
  }

  private settle(response: SqliteResponse): void {
    const call = this.pending.get(response.callId);
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
