import { Socket } from 'node:net';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { CreatePostgresAuditLog1795219200000 } from '../migrations/postgres/1795219200000-create-audit-log.migration.js';
import { AddPostgresCustody1795305600000 } from '../migrations/postgres/1795305600000-add-custody.migration.js';
import { AddPostgresDelivery1795392000000 } from '../migrations/postgres/1795392000000-add-delivery.migration.js';
import { AddPostgresReading1795478400000 } from '../migrations/postgres/1795478400000-add-reading.migration.js';
import { SILENT_LOGGER } from '../server/silent.logger.js';
import { inSession, type PostgresSession, type SessionLimit } from './postgres-session.js';
import type { PostgresSettings } from './postgres.options.js';

/** Every migration of the log, oldest first. */
export const MIGRATIONS = [
  CreatePostgresAuditLog1795219200000,
  AddPostgresCustody1795305600000,
  AddPostgresDelivery1795392000000,
  AddPostgresReading1795478400000,
];
/** Where the migrations that ran are noted. */
export const MIGRATIONS_TABLE = 'audit_migrations';

/** A connection that is not needed for so long is given back to the server. */
const IDLE_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
/** How long a server may take to say goodbye. */
const CLOSE_TIMEOUT_MS = 2000;

/** How a pool is used: connections that read can not write, and have more time. */
export interface PoolUse {
  readonly size: number;
  readonly timeoutMs: number;
  readonly readOnly: boolean;
}

/** Connections of our own: TypeORM connects, migrates and keeps the pool; statements go to the pool's own clients. */
export class PostgresPool {
  private constructor(
    readonly source: DataSource,
    private readonly sockets: ReadonlySet<Socket>,
  ) {}

  static async connect(settings: PostgresSettings, { size, timeoutMs, readOnly }: PoolUse): Promise<PostgresPool> {
    const { extra, ...connection } = settings.connection;
    const sockets = new Set<Socket>();
    const source = new DataSource({
      ...connection,
      type: 'postgres',
      schema: settings.schema,
      applicationName: settings.applicationName,
      poolSize: size,
      connectTimeoutMS: settings.connectTimeoutMs,
      migrations: MIGRATIONS,
      migrationsTableName: MIGRATIONS_TABLE,
      synchronize: false,
      logger: SILENT_LOGGER,
      installExtensions: false,
      // An idle connection that breaks has left the pool already; whoever needs one connects anew.
      poolErrorHandler: () => undefined,
      extra: {
        ...(extra as object | undefined),
        max: size,
        idleTimeoutMillis: IDLE_TIMEOUT_MS,
        stream: () => trackedSocket(sockets),
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
        statement_timeout: timeoutMs,
        // So that a wait for a lock is reported as one.
        lock_timeout: Math.ceil(timeoutMs * 0.8),
        // A process that stopped between two statements must not hold the head for ever.
        idle_in_transaction_session_timeout: timeoutMs * 2,
        ...(readOnly ? { options: '-c default_transaction_read_only=on' } : {}),
      },
    });
    try {
      await source.initialize();
    } catch (error) {
      // A login that fails on our side of the wire would leave its connection to the server's patience.
      destroyAll(sockets);
      throw error;
    }
    return new PostgresPool(source, sockets);
  }

  /** Lets `work` use one connection. */
  async use<Result>(limit: SessionLimit, work: (session: PostgresSession) => Promise<Result>): Promise<Result> {
    return inSession(await poolOf(this.source).connect(), limit, work);
  }

  /** Work under way gets a moment to end; then its connections are cut, so that a hung server holds nobody up. */
  async end(): Promise<void> {
    const destroyed = this.source.destroy().catch(() => undefined);
    await Promise.race([destroyed, this.deadline()]);
    destroyAll(this.sockets);
    await destroyed;
  }

  private deadline(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref());
  }
}

function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { readonly master: Pool }).master;
}

function trackedSocket(sockets: Set<Socket>): Socket {
  const socket = new Socket();
  sockets.add(socket);
  return socket.once('close', () => sockets.delete(socket));
}

function destroyAll(sockets: ReadonlySet<Socket>): void {
  sockets.forEach((socket) => socket.destroy());
}
