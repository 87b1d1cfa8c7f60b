import type { DataSource } from 'typeorm';
import {
  DatabaseUnusableError,
  InboxMissingError,
  InboxUnavailableError,
  OptionsInvalidError,
} from '../../event/audit.error.js';
import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditInbox, InboxEntry, TransactionOutcome } from '../../storage/audit-inbox.js';
import type { ScrubOptions } from '../../storage/custody-store.js';
import type { WaitingEvents, WaitingSearch } from '../../storage/waiting-events.js';
import { entryOf, INBOX_COLUMNS, INBOX_TABLE, type InboxDialect, type InboxRow } from './inbox-dialect.js';
import { inboxDialectOf, inboxDrainOf, schemaOf } from './inbox-dialects.js';
import { ERASURE_ROWS, type InboxDrain } from './inbox-drain.js';
import { TransactionEnds } from './transaction-ends.js';
import { openTransactionOf } from './transaction-state.js';
import { withinTime } from './within-time.js';
import { withoutEvents } from './write-failure.js';

/** How a {@link TypeOrmAuditInbox} behaves. */
export interface InboxOptions {
  /** How long the database may take for one statement of ours, and to connect, before it is given up. @default 10000 */
  readonly statementTimeoutMs?: number;
}

const DEFAULT_STATEMENT_TIMEOUT_MS = 10_000;
/** Bound of one INSERT; PostgreSQL takes 65 535 values in one. */
const MAX_ROWS_PER_INSERT = 1000;
/** So many refused events are held back; more than that is a store that refuses everything. */
const MAX_HELD_BACK = 1000;

/**
 * The inbox in the application's own database: the table `audit_inbox`. PostgreSQL, MySQL, MariaDB and SQLite
 * (better-sqlite3). Made through the application's DataSource, written through the connection of each transaction, drained
 * through a connection of its own.
 */
export class TypeOrmAuditInbox implements AuditInbox, WaitingEvents {
  readonly name = 'inbox';
  private readonly statementTimeoutMs: number;
  private readonly dialect: InboxDialect;
  private readonly ends = new TransactionEnds();
  private readonly heldBack = new Set<string>();
  private drainer: InboxDrain | undefined;
  private place: string = INBOX_TABLE;
  /** The drain or the erasure that has the connection. */
  private underWay: Promise<unknown> | undefined;

  /**
   * @param application initialised, and closed, by the application
   * @throws OptionsInvalidError when its driver is none of those above
   */
  constructor(
    private readonly application: DataSource,
    { statementTimeoutMs = DEFAULT_STATEMENT_TIMEOUT_MS }: InboxOptions = {},
  ) {
    this.statementTimeoutMs = statementTimeoutMs;
    this.dialect = inboxDialectOf(application.options.type);
  }

  async open(): Promise<void> {
    if (!this.application.isInitialized) {
      throw new OptionsInvalidError(
        'dataSource',
        'is not initialised',
        'Import the module that opens it, TypeOrmModule.forRoot() say, before AuditModule.',
      );
    }
    const place = (await this.locate()) ?? (await this.create());
    const columns = INBOX_COLUMNS.join(', ');
    await this.query(`SELECT ${columns} FROM ${place} WHERE 1 = 0`).catch((error: unknown) => {
      throw new DatabaseUnusableError(
        this.databaseName(),
        `has a table ${place} that cannot be read as an inbox (${reasonOf(error)})`,
        `It needs the columns ${columns}, and the application's role the rights SELECT, INSERT and DELETE on it.`,
        { cause: error },
      );
    });
    this.place = place;
    this.heldBack.clear();
    this.drainer ??= inboxDrainOf(this.application, this.statementTimeoutMs);
  }

  async write(
    transaction: unknown,
    entries: readonly InboxEntry[],
    whenEnded?: (outcome: TransactionOutcome) => void,
  ): Promise<void> {
    const runner = openTransactionOf(transaction, this.application);
    const forget = whenEnded === undefined ? undefined : this.ends.watch(runner, whenEnded);
    try {
      for (let start = 0; start < entries.length; start += MAX_ROWS_PER_INSERT) {
        const { sql, parameters } = this.dialect.insert(this.place, entries.slice(start, start + MAX_ROWS_PER_INSERT));
        await withinTime(runner.query(sql, parameters), this.statementTimeoutMs, 'writing');
      }
    } catch (error) {
      forget?.();
      throw this.writeFailure(withoutEvents(error, entries));
    }
  }

  async drain(
    maxEvents: number,
    move: (entries: readonly InboxEntry[]) => Promise<readonly InboxEntry[]>,
  ): Promise<number> {
    const drainer = this.openDrainer();
    if (this.underWay !== undefined) {
      return 0;
    }
    if (this.heldBack.size >= MAX_HELD_BACK) {
      throw new InboxUnavailableError(
        `the store refuses its events (${MAX_HELD_BACK} of them); see what it refuses them for`,
      );
    }
    return this.noted(drainer.drain(this.place, maxEvents, this.heldBack, (rows) => this.moveRows(rows, move)));
  }

  async find(search: WaitingSearch): Promise<readonly string[]> {
    await this.forEachPersonal((rows) => {
      const meant = rows.map((row) => entryOf(row)).filter((entry) => search.isMeant(entry));
      meant.forEach((entry) => search.found(entry));
    });
    return [];
  }

  async strip(eventIds: ReadonlySet<string>): Promise<number> {
    let stripped = 0;
    await this.forEachPersonal(async (rows, drainer) => {
      const meant = rows.filter((row) => eventIds.has(idOf(row))).map(({ row_id }) => row_id);
      stripped += meant.length === 0 ? 0 : await drainer.strip(this.place, meant);
    });
    return stripped;
  }

  scrub({ rewriteAll = false }: ScrubOptions): Promise<readonly string[]> {
    return this.alone((drainer) => drainer.scrub(this.place, rewriteAll));
  }

  async close(): Promise<void> {
    const { drainer } = this;
    this.drainer = undefined;
    await drainer?.close();
  }

  private forEachPersonal(
    visit: (rows: readonly InboxRow[], drainer: InboxDrain) => Promise<void> | void,
  ): Promise<void> {
    return this.alone(async (drainer) => {
      let lastId = '0';
      for (;;) {
        const rows = await drainer.personalRows(this.place, lastId);
        await visit(rows, drainer);
        lastId = rows.at(-1)?.row_id ?? lastId;
        if (rows.length < ERASURE_ROWS) {
          return;
        }
      }
    });
  }

  /** Waits for a drain of this process to end, and lets none begin meanwhile. */
  private async alone<Result>(work: (drainer: InboxDrain) => Promise<Result>): Promise<Result> {
    while (this.underWay !== undefined) {
      await this.underWay.catch(() => undefined);
    }
    return this.noted(work(this.openDrainer()));
  }

  private noted<Result>(work: Promise<Result>): Promise<Result> {
    const noted = work.finally(() => {
      this.underWay = undefined;
    });
    this.underWay = noted;
    return noted;
  }

  private openDrainer(): InboxDrain {
    if (this.drainer === undefined) {
      throw new InboxUnavailableError('it is not open');
    }
    return this.drainer;
  }

  private async moveRows(
    rows: readonly InboxRow[],
    move: (entries: readonly InboxEntry[]) => Promise<readonly InboxEntry[]>,
  ): Promise<ReadonlySet<string>> {
    const ids = new Map(rows.map((row) => [entryOf(row), row.row_id]));
    const refused = await move([...ids.keys()]);
    const refusedIds = new Set(refused.flatMap((entry) => ids.get(entry) ?? []));
    refusedIds.forEach((id) => this.heldBack.add(id));
    return refusedIds;
  }

  private async locate(): Promise<string | undefined> {
    const { sql, parameters } = this.dialect.locate(schemaOf(this.application.options));
    const [found] = (await this.query(sql, parameters)) as { readonly place: string }[];
    return found?.place;
  }

  private async create(): Promise<string> {
    const statement = this.dialect.createTable(schemaOf(this.application.options));
    let failure: unknown;
    await this.query(statement).catch((error: unknown) => {
      // Another process may have made it at the same time; whether it is there now is what counts.
      failure = error;
    });
    const place = await this.locate();
    if (place === undefined) {
      throw new InboxMissingError(
        `the database "${this.databaseName()}" has no table ${INBOX_TABLE}, and the application may not create it ` +
          `(${reasonOf(failure)}). Whoever may has to run: ${statement.replaceAll(/\s+/g, ' ')}`,
        { cause: failure },
      );
    }
    return place;
  }

  private query(sql: string, parameters?: unknown[]): Promise<unknown> {
    return withinTime(this.application.query(sql, parameters), this.statementTimeoutMs, 'opening');
  }

  private writeFailure(error: unknown): unknown {
    const driverError: unknown =
      typeof error === 'object' && error !== null && 'driverError' in error ? error.driverError : undefined;
    return typeof driverError === 'object' && driverError !== null && this.dialect.isTableMissing(driverError)
      ? new InboxMissingError(`there is no table ${this.place} in "${this.databaseName()}"`, { cause: error })
      : error;
  }

  private databaseName(): string {
    const { database } = this.application.options;
    return typeof database === 'string' ? database : this.application.options.type;
  }
}

/** Empty for a row that somebody else wrote and that holds no event. */
function idOf({ body }: InboxRow): string {
  try {
    return String((JSON.parse(body) as Partial<AuditEvent> | null)?.id ?? '');
  } catch {
    // Not JSON: nobody's event, and no erasure means it.
    return '';
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
