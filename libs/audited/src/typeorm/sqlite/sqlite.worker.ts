/**
 * Runs in a thread of its own and owns one connection, so that neither a commit nor a long read ever
 * blocks the event loop of the application. Calls are answered one after another.
 */
import { workerData } from 'node:worker_threads';
import { AuditError } from '../../event/audit.error.js';
import type { IntegrityReport } from '../../integrity/integrity-fault.js';
import { Sealer } from '../../integrity/sealer.js';
import type { VerifyProgress } from '../../storage/audit-reader.js';
import { verifySettings } from '../verification/verify-settings.js';
import { answerCalls, tell } from './sqlite-answers.js';
import { SqliteAppender } from './sqlite-appender.js';
import { openForReading, openForWriting } from './sqlite-connection.js';
import { IN_MEMORY, type SqliteConnection } from './sqlite-file.js';
import type { SqliteRequest, SqliteThreadOptions } from './sqlite-messages.js';
import { SqliteSiftThreads } from './sqlite-sift-threads.js';
import { query, scrub, transact } from './sqlite-statements.js';
import { sqliteStatistics } from './sqlite-statistics.js';
import { verifySqlite } from './sqlite-verification.js';

const { file, role, seal } = workerData as SqliteThreadOptions;

interface OpenDatabase {
  readonly connection: SqliteConnection;
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
    appender: role === 'writer' ? new SqliteAppender(connection.handle, new Sealer(seal)) : undefined,
  };
}

async function perform(request: SqliteRequest): Promise<unknown> {
  if (request.operation === 'open') {
    return open();
  }
  if (request.operation === 'close') {
    await database?.connection.close();
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
    case 'query':
      return query(database.connection.handle, request.statement);
    case 'transact':
      return transact(database.connection.handle, request.statements, request.durability);
    case 'statistics':
      return sqliteStatistics({ handle: database.connection.handle, file }, request.request, request.ended);
    case 'scrub':
      return scrub(database.connection.handle, request.options);
    case 'verify':
      return verify(database.connection, request);
    case 'sift':
      throw new AuditError('AUDIT_STORE_UNAVAILABLE', 'Parts of chains are looked at by threads of their own');
  }
}

type CallOf<Operation extends SqliteRequest['operation']> = Extract<SqliteRequest, { operation: Operation }>;

async function verify({ handle }: SqliteConnection, { options, callId }: CallOf<'verify'>): Promise<IntegrityReport> {
  const settings = verifySettings(options);
  // A log in memory is only in this thread.
  const hasHelp = settings.threads > 1 && file !== IN_MEMORY;
  const threads = hasHelp ? new SqliteSiftThreads(file, seal, settings.threads) : undefined;
  const onProgress = (progress: VerifyProgress): void => tell({ callId, progress });
  try {
    await threads?.open();
    return await verifySqlite(handle, { settings, sealKeys: seal, threads, onProgress });
  } finally {
    await threads?.end();
  }
}

answerCalls(perform);
