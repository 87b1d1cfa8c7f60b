import { parentPort } from 'node:worker_threads';
import { AuditError } from '../../event/audit.error.js';
import type { SqliteFailure, SqliteRequest, SqliteResponse } from './sqlite-messages.js';

/**
 * Answers the calls that reach this thread, one after another.
 *
 * @param perform gives the result, or rejects
 */
export function answerCalls(perform: (request: SqliteRequest) => Promise<unknown>): void {
  let lastAnswer: Promise<void> = Promise.resolve();
  parentPort?.on('message', (request: SqliteRequest) => {
    lastAnswer = lastAnswer.then(() => answer(request, perform));
  });
}

/** Says something to whoever called. */
export function tell(response: SqliteResponse): void {
  parentPort?.postMessage(response);
}

async function answer(request: SqliteRequest, perform: (request: SqliteRequest) => Promise<unknown>): Promise<void> {
  let response: SqliteResponse;
  try {
    response = { callId: request.callId, result: await perform(request) };
  } catch (error) {
    response = { callId: request.callId, failure: failureOf(error) };
  }
  tell(response);
}

function failureOf(error: unknown): SqliteFailure {
  if (error instanceof AuditError) {
    return { code: error.code, message: error.message };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'AUDIT_STORE_UNAVAILABLE', message: `The audit store is unavailable: ${reason}` };
}
