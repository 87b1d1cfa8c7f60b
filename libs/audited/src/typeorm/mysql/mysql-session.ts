import type { Socket } from 'node:net';
import type { PoolConnection, ResultSetHeader } from 'mysql2';

/** The server did not answer a statement in time; the connection was given up. */
export class StatementTimeoutError extends Error {
  override readonly name = 'StatementTimeoutError';

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms; the connection was given up`);
  }
}

/** What a connection goes over; the driver's types do not show it. */
export function socketOf(connection: PoolConnection): Socket {
  return (connection as unknown as { readonly stream: Socket }).stream;
}

/**
 * One connection in the hands of one caller. A statement that takes too long ends the connection: a server that hangs
 * answers nothing, not even the wish to cancel.
 */
export class MysqlSession {
  private isLost = false;

  constructor(
    private readonly connection: PoolConnection,
    private readonly statementTimeoutMs: number,
  ) {}

  /** Rows of a SELECT. Placeholders are `?`. */
  rows<Row>(sql: string, values: readonly unknown[] = [], timeoutMs?: number): Promise<Row[]> {
    return this.run<Row[]>(sql, values, timeoutMs);
  }

  /** How many rows a statement changed, found ones that stayed as they were included. */
  async change(sql: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.run<ResultSetHeader>(sql, values)).affectedRows;
  }

  /** Gives the connection back to the pool: only when no transaction is open on it. */
  release(): void {
    this.connection.release();
  }

  /** Ends the connection, without a word to the server: it may not be listening. */
  destroy(): void {
    this.isLost = true;
    this.connection.destroy();
    // The driver only half-closes the socket, which keeps the process alive while the server hangs.
    socketOf(this.connection).destroy();
  }

  /** Ends a transaction that failed; the connection too, when that does not work. */
  async rollBack(): Promise<void> {
    try {
      if (!this.isLost) {
        await this.change('ROLLBACK');
        this.release();
      }
    } catch {
      // Why the transaction failed is reported by whoever ran it; the server rolls back when the connection ends.
      this.destroy();
    }
  }

  private run<Result>(sql: string, values: readonly unknown[], timeoutMs = this.statementTimeoutMs): Promise<Result> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.destroy();
        reject(new StatementTimeoutError(timeoutMs));
      }, timeoutMs);
      this.connection.query(sql, [...values], (error: Error | null, result: unknown) => {
        clearTimeout(timer);
        if (error === null) {
          resolve(result as Result);
        } else {
          reject(error);
        }
      });
    });
  }
}
