import type { QueryResult, PoolClient } from 'pg';
import { StoreUnavailableError } from '../../event/audit.error.js';
import type { RawRow } from '../server/server-database.js';
import { isServerError } from './postgres-failure.js';

/** Values beside a statement; a Buffer is sent in binary format. */
export type PostgresValue = string | number | Buffer;

/** What a statement gave. */
export interface PostgresResult {
  readonly rows: readonly RawRow[];
  readonly rowCount: number;
}

/** How long the work of one session may take, and what to call it. */
export interface SessionLimit {
  readonly limitMs: number;
  /** The option that sets the limit. */
  readonly option: string;
  /** The limit holds for every statement anew: for work of many statements. */
  readonly perStatement?: true;
}

/** Every value stays the text that the server sent: the driver's parsers are set by the application, for all of its process. */
const AS_TEXT = { getTypeParser: () => (text: string) => text };

/** A connection is given up a little later than the server gives up a statement itself, and says why. */
const GRACE_MS = 100;

/** One connection of the pool while it works for us. */
export class PostgresSession {
  private hasEnded = false;

  /** @param beforeRun called before every statement */
  constructor(
    private readonly client: PoolClient,
    private readonly beforeRun: () => void,
  ) {}

  /** Without values, `text` may be several statements; the result is that of the last one. */
  async run(text: string, values?: readonly PostgresValue[]): Promise<PostgresResult> {
    if (this.hasEnded) {
      throw new StoreUnavailableError('the time for this work is over');
    }
    this.beforeRun();
    const query = { text, types: AS_TEXT, ...(values === undefined ? {} : { values: [...values] }) };
    const results: Result | Result[] = await this.client.query(query);
    const result = Array.isArray(results) ? results.at(-1) : results;
    return { rows: result?.rows ?? [], rowCount: result?.rowCount ?? 0 };
  }

  /** The connection belongs to somebody else from now on. */
  end(): void {
    this.hasEnded = true;
  }
}

type Result = QueryResult<Record<string, string | null>>;

/**
 * Lets `work` use the connection for a limited time, and gives it back. A connection that did not answer in time, or
 * broke, is destroyed: nobody knows what it would answer next.
 */
export async function inSession<Result>(
  client: PoolClient,
  { limitMs, option, perStatement }: SessionLimit,
  work: (session: PostgresSession) => Promise<Result>,
): Promise<Result> {
  // A connection that breaks between two statements says so by an event; the next statement fails as well.
  const ignoreError = (): void => undefined;
  client.on('error', ignoreError);
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    const silence = new Error(`no answer within ${option} = ${limitMs}`);
    // Not at once: where this process itself was busy for so long, the answer is there and only has to be read.
    timer = setTimeout(() => setImmediate(reject, silence), limitMs + GRACE_MS);
  });
  const session = new PostgresSession(client, () => perStatement === true && timer?.refresh());
  let failure: unknown;
  try {
    return await Promise.race([work(session), expiry]);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    clearTimeout(timer);
    session.end();
    // The pool removes its listener when it lends a connection, and adds it again at the release.
    client.release(failure === undefined || isServerError(failure) ? undefined : asError(failure));
    client.off('error', ignoreError);
  }
}

function asError(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error(String(failure));
}
