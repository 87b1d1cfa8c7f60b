/**
 * Runs in a thread of its own and owns one connection, so that neither a commit nor a long read ever
 * blocks the event loop of the application. Calls are answered one after another.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { AuditError } from '../../event/audit.error.js';
import { SqliteAppender } from './sqlite-appender.js';
import { openForReading, openForWriting, type SqliteConnection } from './sqlite-connection.js';
import type { SqliteFailure, SqliteRequest, SqliteResponse, SqliteThreadOptions } from './sqlite-messages.js';
import { SqliteRecordReader } from './sqlite-record-reader.js';

const { file, role } = workerData as SqliteThreadOptions;

interface OpenDatabase {
  readonly connection: SqliteConnection;
  readonly reader: SqliteRecordReader;
  readonly appender: SqliteAppender | undefined;
}

let database: OpenDatabase | undefined;

async function open(): Promise<void> {
  if (database !== undefined) {
    return;
  }
  const connection = role === 'writer' ? await openForWriting(file) : await openForReading(file);
  database = {
    connection,
    reader: new SqliteRecordReader(connection.source, connection.handle),
    appender: role === 'writer' ? new SqliteAppender(connection.handle) : undefined,
  };
}

async function perform(request: SqliteRequest): Promise<unknown> {
  if (request.operation === 'open') {
    return open();
  }
  if (request.operation === 'close') {
    await database?.connection.source.destroy();
    database = undefined;
    return undefined;
  }
  if (database === undefined) {
    throw new AuditError('AUDIT_STORE_UNAVAILABLE', 'The audit store is unavailable: it is not open');
  }
  switch (request.operation) {
    case 'append':
      return database.appender?.append(request.chain, request.events);
    case 'appendMissing':
      return database.appender?.appendMissing(request.chain, request.events);
    case 'find':
      return database.reader.find(request.query);
    case 'get':
      return database.reader.get(request.id);
    case 'verify':
      return database.reader.verify(request.options);
  }
}

function failureOf(error: unknown): SqliteFailure {
  if (error instanceof AuditError) {
    return { code: error.code, message: error.message };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'AUDIT_STORE_UNAVAILABLE', message: `The audit store is unavailable: ${reason}` };
}

async function answer(request: SqliteRequest): Promise<void> {
  let response: SqliteResponse;
  try {
    response = { callId: request.callId, result: await perform(request) };
  } catch (error) {
    response = { callId: request.callId, failure: failureOf(error) };
  }
  parentPort?.postMessage(response);
}

let lastAnswer: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: SqliteRequest) => {
  lastAnswer = lastAnswer.then(() => answer(request));
});
