/**
 * Runs in a thread of its own and helps to verify: looks at parts of chains. It opens the file with the driver alone, so
 * that a thread is there in a moment.
 */
import { workerData } from 'node:worker_threads';
import BetterSqlite3, { type Database } from 'better-sqlite3';
import { AuditError } from '../../event/audit.error.js';
import type { SiftedPart } from '../verification/record-sifter.js';
import { answerCalls } from './sqlite-answers.js';
import type { SqliteRequest, SqliteThreadOptions } from './sqlite-messages.js';
import { partOfChain, SqliteRows } from './sqlite-rows.js';

/** How long a writer of another process is waited for. */
const BUSY_TIMEOUT_MS = 5000;

const { file, seal } = workerData as SqliteThreadOptions;

interface OpenFile {
  readonly handle: Database;
  readonly rows: SqliteRows;
}

let open: OpenFile | undefined;

function openFile(): OpenFile {
  const handle = new BetterSqlite3(file, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true });
  handle.pragma('query_only = ON');
  return { handle, rows: new SqliteRows(handle, seal) };
}

// oxlint-disable-next-line typescript/require-await -- what is thrown is answered like a rejection
answerCalls(async (request: SqliteRequest): Promise<readonly SiftedPart[] | undefined> => {
  switch (request.operation) {
    case 'open':
      open ??= openFile();
      return undefined;
    case 'sift': {
      open ??= openFile();
      const chain = Buffer.from(request.chain);
      const selection = partOfChain(chain, request.from, request.through);
      return [...open.rows.sifted(chain.toString('utf8'), selection)].flat();
    }
    case 'close':
      open?.handle.close();
      open = undefined;
      return undefined;
    default:
      throw new AuditError(
        'AUDIT_STORE_UNAVAILABLE',
        `This thread only helps to verify; ${request.operation} is not for it`,
      );
  }
});
