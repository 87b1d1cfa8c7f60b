import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { InboxUnavailableError } from '../../event/audit.error.js';
import { withinTime } from './within-time.js';

/** How long a connection of ours may take to close. */
const CLOSE_LIMIT_MS = 2000;

/** Sends one statement of a drain. */
export type SendStatement = (sql: string, parameters?: unknown[]) => Promise<unknown>;

/**
 * One connection of our own to the application's database: a pool that the application has used up must not keep its
 * events from being moved. Opened when it is first needed; after any failure it is thrown away, because a connection that
 * hung may still be within a transaction.
 */
export class DrainConnection {
  private source: DataSource | undefined;
  private isClosed = false;

  constructor(
    private readonly application: DataSource,
    private readonly ownOptions: object,
    private readonly statementTimeoutMs: number,
  ) {}

  async use<Result>(work: (send: SendStatement) => Promise<Result>): Promise<Result> {
    const source = await this.opened();
    const runner = source.createQueryRunner('master');
    try {
      const result = await work((sql, parameters) =>
        withinTime(runner.query(sql, parameters), this.statementTimeoutMs, 'a statement'),
      );
      await runner.release();
      return result;
    } catch (error) {
      sever(runner);
      await this.discard();
      throw error;
    }
  }

  /** For good. What is under way fails. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.discard();
  }

  private async discard(): Promise<void> {
    const { source } = this;
    this.source = undefined;
    if (source !== undefined) {
      await destroy(source);
    }
  }

  private async opened(): Promise<DataSource> {
    if (this.source !== undefined) {
      return this.source;
    }
    const source = new DataSource(ownOptionsOf(this.application.options, this.ownOptions));
    const connecting = source.initialize();
    try {
      await withinTime(connecting, this.statementTimeoutMs, 'connecting');
    } catch (error) {
      // It may still succeed, when nobody waits for it any more.
      connecting.then(destroy, () => undefined);
      throw error;
    }
    if (this.isClosed) {
      await destroy(source);
      throw new InboxUnavailableError('it was closed');
    }
    this.source = source;
    return source;
  }
}

async function destroy(source: DataSource): Promise<void> {
  if (source.isInitialized) {
    await withinTime(source.destroy(), CLOSE_LIMIT_MS, 'closing').catch(() => {
      // It was severed, or its server hangs: there is nothing left to close on our side.
    });
  }
}

/** The same database, and nothing else of the application's: no entities, no subscribers, no schema work, no log. */
export function ownOptionsOf(options: DataSourceOptions, own: object): DataSourceOptions {
  const extra = { ...(options.extra as object | undefined), ...('extra' in own ? (own.extra as object) : {}) };
  return {
    ...options,
    entities: [],
    subscribers: [],
    migrations: [],
    migrationsRun: false,
    synchronize: false,
    dropSchema: false,
    cache: false,
    logging: false,
    poolSize: 1,
    ...own,
    extra,
  } as DataSourceOptions;
}

/** Ends the driver's connection without a word to the server, which may hang. */
function sever(runner: QueryRunner): void {
  const { databaseConnection } = runner as unknown as {
    databaseConnection?: { destroy?(): void; connection?: { stream?: { destroy?(): void } } };
  };
  if (databaseConnection?.destroy === undefined) {
    databaseConnection?.connection?.stream?.destroy?.();
  } else {
    databaseConnection.destroy();
  }
}
