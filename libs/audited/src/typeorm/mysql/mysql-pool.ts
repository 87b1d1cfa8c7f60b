import type { Pool, PoolConnection } from 'mysql2';
import { MysqlSession, socketOf } from './mysql-session.js';
import type { MysqlSettings } from './mysql.options.js';

const CONNECT_GRACE_MS = 50;

/** What a pool needs of the options. */
export type PoolLimits = Pick<MysqlSettings, 'statementTimeoutMs' | 'connectTimeoutMs'>;

/**
 * The connections of one store, every one of them with the session settings that the store relies on, whatever the
 * server's defaults are.
 */
export class MysqlPool {
  /** When the settings of a connection are made. */
  private readonly prepared = new WeakMap<PoolConnection, Promise<void>>();
  private readonly connections = new Set<PoolConnection>();

  /** @param pool one that has made no connection yet */
  constructor(
    private readonly pool: Pool,
    private readonly limits: PoolLimits,
  ) {
    pool.on('connection', (connection) => {
      this.prepare(connection as PoolConnection).catch(() => {
        // Whoever acquired the connection waits for the same promise, and is told.
      });
    });
  }

  /** A value as it stands in SQL; only right under the session settings made here (backslash escapes). */
  escape(value: string | number | null): string {
    return this.pool.escape(value);
  }

  /** Runs statements that leave no transaction open. */
  async use<Result>(
    work: (session: MysqlSession) => Promise<Result>,
    statementTimeoutMs = this.limits.statementTimeoutMs,
  ): Promise<Result> {
    const session = await this.acquire(statementTimeoutMs);
    try {
      const result = await work(session);
      session.release();
      return result;
    } catch (error) {
      await session.rollBack();
      throw error;
    }
  }

  /** A connection for one caller, who must release, roll back or destroy it. Waits for a free one, but not for ever. */
  async acquire(statementTimeoutMs = this.limits.statementTimeoutMs): Promise<MysqlSession> {
    const connection = await this.connect();
    const session = new MysqlSession(connection, statementTimeoutMs);
    try {
      await (this.prepared.get(connection) ?? this.prepare(connection));
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  /** Ends what is left of the connections, at once. */
  destroyAll(): void {
    for (const connection of this.connections) {
      new MysqlSession(connection, this.limits.statementTimeoutMs).destroy();
    }
  }

  private connect(): Promise<PoolConnection> {
    // A moment more than the driver gives a connection, which knows better why it took so long.
    const waitMs = this.limits.connectTimeoutMs + CONNECT_GRACE_MS;
    return new Promise((resolve, reject) => {
      let isExpired = false;
      const timer = setTimeout(() => {
        isExpired = true;
        reject(new Error(`no free connection within connectTimeoutMs = ${this.limits.connectTimeoutMs}`));
      }, waitMs);
      this.pool.getConnection((error, connection) => {
        clearTimeout(timer);
        if (error !== null) {
          reject(error);
        } else if (isExpired) {
          connection.release();
        } else {
          resolve(connection);
        }
      });
    });
  }

  private prepare(connection: PoolConnection): Promise<void> {
    const preparation = this.makeSettings(connection);
    this.prepared.set(connection, preparation);
    this.connections.add(connection);
    socketOf(connection).once('close', () => this.connections.delete(connection));
    // An idle connection may break at any time, and more than once: an event without a listener would end the process.
    // The pool takes it out; whoever uses it is told by the statement.
    connection.on('error', () => undefined);
    return preparation;
  }

  private async makeSettings(connection: PoolConnection): Promise<void> {
    const session = new MysqlSession(connection, this.limits.statementTimeoutMs);
    // The server's own limit comes first, so that the connection survives a lock that is not given; and twice, since a
    // transaction that met another one is tried once more.
    const lockWaitSeconds = Math.max(1, Math.floor(this.limits.statementTimeoutMs / 2000));
    // Backslash escapes must mean what the driver takes them for, and a value that does not fit must be refused.
    const settings = {
      sql_mode: "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
      autocommit: '1',
      unique_checks: '1',
      sql_safe_updates: '0',
      innodb_lock_wait_timeout: String(lockWaitSeconds),
      lock_wait_timeout: String(lockWaitSeconds),
    };
    const assignments = Object.entries(settings).map(([name, value]) => `SESSION ${name} = ${value}`);
    await session.change(`SET ${assignments.join(', ')}`);
    // READ COMMITTED suffices: what an append decides by is the head row, read or compared under its own lock (which
    // always shows the newest committed state), and then the ids, read by a statement that begins after the lock was
    // given, so that it sees whatever an earlier holder of the lock committed. Nothing is read twice and must be equal.
    // It takes no gap locks, so appends to different chains do not wait for each other.
    await session.change('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  }
}
