import type { RawRow } from '../server/server-database.js';
import type { PostgresSession } from './postgres-session.js';

/**
 * Does the work in one transaction; rolls back when it rejects.
 *
 * @param begin statements that open the transaction; the rows of the last one are given to the work
 * @param end asked when the work is done
 */
export async function inTransaction<Result>(
  session: PostgresSession,
  begin: string,
  end: () => 'COMMIT' | 'ROLLBACK',
  work: (begun: readonly RawRow[]) => Promise<Result>,
): Promise<Result> {
  try {
    const { rows } = await session.run(begin);
    const result = await work(rows);
    await session.run(end());
    return result;
  } catch (error) {
    // Where not even this works, the connection is broken, and the server rolls back by itself.
    await session.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
