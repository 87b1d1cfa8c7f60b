import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { INBOX_TABLE } from '../../inbox/inbox-dialect.js';
import { inboxDialectOf, schemaOf } from '../../inbox/inbox-dialects.js';

/**
 * The inbox of transactional records, for applications whose role may not create tables: put it into the `migrations` of
 * the application's own DataSource. Where the role may, the inbox makes its table itself.
 */
export class CreateAuditInbox1795219300000 implements MigrationInterface {
  readonly name = 'CreateAuditInbox1795219300000';

  async up(runner: QueryRunner): Promise<void> {
    const { options } = sourceOf(runner);
    await runner.query(inboxDialectOf(options.type).createTable(schemaOf(options)));
  }

  /** Events that still wait are not dropped: they exist nowhere else. */
  async down(runner: QueryRunner): Promise<void> {
    const { options } = sourceOf(runner);
    const { sql, parameters } = inboxDialectOf(options.type).locate(schemaOf(options));
    const [found] = (await runner.query(sql, parameters)) as { readonly place: string }[];
    if (found === undefined) {
      return;
    }
    const waiting = (await runner.query(`SELECT 1 FROM ${found.place} LIMIT 1`)) as unknown[];
    if (waiting.length > 0) {
      throw new Error(`${INBOX_TABLE} still holds events. Let the application move them into the log first.`);
    }
    await runner.query(`DROP TABLE ${found.place}`);
  }
}

/** TypeORM 1 calls it `dataSource`, TypeORM 0.3 `connection`. */
function sourceOf(runner: QueryRunner): DataSource {
  const { dataSource, connection } = runner as unknown as { dataSource?: DataSource; connection: DataSource };
  return dataSource ?? connection;
}
