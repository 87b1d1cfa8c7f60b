import { StoreUnavailableError } from '../../event/audit.error.js';
import type { ChainHead, ChainId } from '../../event/audit-record.js';
import type { InCustody } from '../custody/custody-database.js';
import type { SealedBatch } from '../server/sealed-batch.js';
import type { HeldHead, RawRow, ServerDatabase, Snapshot } from '../server/server-database.js';
import type { SqlValue } from '../server/server-dialect.js';
import type { StoreAccess } from '../store.options.js';
import { MysqlCustody } from './custody/mysql-custody.js';
import { MYSQL_DIALECT } from './mysql-dialect.js';
import { callFailure } from './mysql-errors.js';
import { openFailure } from './mysql-opening-failure.js';
import { MysqlConnections } from './mysql-connections.js';
import { migrate, requireReadable, requireRights } from './mysql-schema.js';
import type { MysqlSession } from './mysql-session.js';
import { durabilityWarnings, readServerSettings, requireUsable } from './server-settings.js';
import { limited, readSnapshot } from './mysql-snapshot.js';
import { MysqlTransactions } from './mysql-transactions.js';
import type { MysqlSettings } from './mysql.options.js';
import { ReadSlots } from './read-slots.js';

/** A connection that does not answer is given up a little later than the server gives up itself. */
const GRACE_MS = 100;

/** One MySQL or MariaDB database: connections, schema, transactions. */
export class MysqlDatabase implements ServerDatabase, InCustody {
  readonly dialect = MYSQL_DIALECT;
  readonly custody: MysqlCustody;
  private readonly reading: ReadSlots;
  private connections: MysqlConnections | undefined;
  private transactions: MysqlTransactions | undefined;
  /** `'user'@'host'`: until the server says which, the most likely one. */
  private account: string;

  constructor(
    private readonly settings: MysqlSettings,
    private readonly access: StoreAccess = 'write',
  ) {
    const { poolSize, connectTimeoutMs, place, database, username } = settings;
    this.account = `'${username}'@'%'`;
    this.reading = new ReadSlots(Math.max(1, Math.floor(poolSize / 3)), connectTimeoutMs);
    this.custody = new MysqlCustody({
      place,
      database,
      account: () => this.account,
      query: (sql, values) => this.query(sql, values),
      write: (work, limitMs) => this.writeWith(work, limitMs),
    });
  }

  async open(): Promise<void> {
    const { access } = this;
    const { place, database, warn } = this.settings;
    let connections: MysqlConnections | undefined;
    try {
      const opened = (connections = await MysqlConnections.open(this.settings));
      const server = await opened.pool.use(async (session) => {
        this.account = await accountOf(session);
        if (access === 'read') {
          await requireReadable(place, session);
          return undefined;
        }
        const found = await readServerSettings(session);
        await requireUsable(place, session, found);
        await migrate(place, opened.source, session);
        await requireRights(session);
        return found;
      });
      if (server !== undefined) {
        durabilityWarnings(server).forEach((warning) => warn(`The audit database "${place}": ${warning}`));
        this.transactions = new MysqlTransactions(opened.pool, Number(server.get('max_allowed_packet')));
      }
      this.connections = opened;
    } catch (error) {
      await connections?.close();
      throw openFailure({ place, database, account: this.account, access }, error);
    }
  }

  async close(): Promise<void> {
    const { connections } = this;
    this.connections = undefined;
    this.transactions = undefined;
    await connections?.close();
  }

  appendAt(head: ChainHead, batch: SealedBatch): Promise<boolean> {
    return this.write((transactions) => transactions.appendAt(head, batch));
  }

  withHead<Result>(chain: ChainId, work: (held: HeldHead) => Promise<Result>): Promise<Result> {
    return this.write((transactions) => transactions.withHead(chain, work));
  }

  query(sql: string, values: readonly SqlValue[] = []): Promise<readonly RawRow[]> {
    return this.read((session) => session.rows<RawRow>(limited(sql, this.settings.readTimeoutMs), values));
  }

  snapshot<Result>(work: (snapshot: Snapshot) => Promise<Result>, limitMs?: number): Promise<Result> {
    const { readTimeoutMs } = this.settings;
    const statementMs = Math.min(readTimeoutMs, (limitMs ?? readTimeoutMs) + GRACE_MS);
    return this.read((session) => readSnapshot(session, statementMs, work));
  }

  private async read<Result>(work: (session: MysqlSession) => Promise<Result>): Promise<Result> {
    const { place, readTimeoutMs } = this.settings;
    try {
      return await this.reading.use(() => opened(this.connections).pool.use(work, readTimeoutMs + GRACE_MS));
    } catch (error) {
      throw callFailure(place, error);
    }
  }

  private async writeWith<Result>(work: (session: MysqlSession) => Promise<Result>, limitMs?: number): Promise<Result> {
    try {
      if (this.access === 'read') {
        throw new StoreUnavailableError('it was opened for reading');
      }
      return await opened(this.connections).pool.use(work, limitMs);
    } catch (error) {
      throw callFailure(this.settings.place, error);
    }
  }

  private async write<Result>(work: (transactions: MysqlTransactions) => Promise<Result>): Promise<Result> {
    try {
      return await work(opened(this.transactions));
    } catch (error) {
      throw callFailure(this.settings.place, error);
    }
  }
}

function opened<Part>(part: Part | undefined): Part {
  if (part === undefined) {
    throw new StoreUnavailableError('it is not open');
  }
  return part;
}

/** The account that the server took the login for, as GRANT wants it. */
async function accountOf(session: MysqlSession): Promise<string> {
  const [row] = await session.rows<{ account: string }>('SELECT CURRENT_USER() AS account');
  const [user = '', host = '%'] = (row?.account ?? '').split(/@(?=[^@]*$)/);
  return `'${user}'@'${host}'`;
}
