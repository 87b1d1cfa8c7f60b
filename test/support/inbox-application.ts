import type { InboxUnderTest, TransactionUnderTest } from 'nestjs-audited/testing';
import { TypeOrmAuditInbox } from 'nestjs-audited/typeorm';
import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';

/** An application with a database of its own, a table of invoices, and an inbox that is not yet open. */
export class InboxApplication implements InboxUnderTest {
  readonly inbox: TypeOrmAuditInbox;
  readonly noTransactions: readonly unknown[];

  private constructor(readonly source: DataSource) {
    this.inbox = new TypeOrmAuditInbox(source);
    this.noTransactions = [source, source.manager, source.createQueryRunner('master').manager];
  }

  /** @param options of an empty database, or of one that an earlier case left behind */
  static async start(options: DataSourceOptions): Promise<InboxApplication> {
    const source = new DataSource(options);
    await source.initialize();
    await source.query('DROP TABLE IF EXISTS audit_inbox');
    await source.query('DROP TABLE IF EXISTS invoices');
    await source.query('CREATE TABLE invoices (name VARCHAR(64) PRIMARY KEY)');
    return new InboxApplication(source);
  }

  readonly anotherInbox = (): TypeOrmAuditInbox => new TypeOrmAuditInbox(this.source);

  readonly begin = async (): Promise<TransactionUnderTest> => {
    const runner = this.source.createQueryRunner('master');
    await runner.startTransaction();
    let depth = 1;
    const ended = async (): Promise<void> => {
      depth--;
      if (depth === 0) {
        await runner.release();
      }
    };
    return {
      transaction: runner.manager,
      nest: async () => {
        await runner.startTransaction();
        depth++;
      },
      commit: () => runner.commitTransaction().then(ended),
      rollBack: () => runner.rollbackTransaction().then(ended),
    };
  };

  readonly close = (): Promise<void> => this.source.destroy();

  /** Names of the invoices that exist. */
  async invoices(): Promise<string[]> {
    const rows = (await this.source.query('SELECT name FROM invoices ORDER BY name')) as { name: string }[];
    return rows.map(({ name }) => name);
  }

  /** How many events wait. */
  async waiting(): Promise<number> {
    const [row] = (await this.source.query('SELECT count(*) AS waiting FROM audit_inbox')) as { waiting: unknown }[];
    return Number(row?.waiting);
  }
}

export async function addInvoice(manager: EntityManager, name: string): Promise<void> {
  const { type } = manager.dataSource.options;
  await manager.query(`INSERT INTO invoices (name) VALUES (${type === 'postgres' ? '$1' : '?'})`, [name]);
}
