import type { EntityManager, DataSource, QueryRunner } from 'typeorm';
import { InboxMissingError } from '../../event/audit.error.js';
import { TransactionMissingError } from '../../event/transaction.error.js';

/** TypeORM 1 calls it `dataSource`, TypeORM 0.3 `connection`. */
interface Owned {
  readonly dataSource?: DataSource;
  readonly connection?: DataSource;
}

/**
 * The query runner of an open transaction of this DataSource.
 *
 * @throws TransactionMissingError, InboxMissingError
 */
export function openTransactionOf(transaction: unknown, source: DataSource): QueryRunner {
  if (!isEntityManager(transaction)) {
    throw new TransactionMissingError(`${shown(transaction)} is no EntityManager`);
  }
  if (ownerOf(transaction) !== source) {
    throw new InboxMissingError(
      `the transaction belongs to another DataSource than the one with the inbox (${shownSource(source)})`,
    );
  }
  const { queryRunner } = transaction;
  if (queryRunner === undefined) {
    throw new TransactionMissingError('this EntityManager belongs to no transaction');
  }
  if (queryRunner.isReleased || !queryRunner.isTransactionActive) {
    throw new TransactionMissingError('the transaction of this EntityManager has ended, or has not begun');
  }
  return queryRunner;
}

/**
 * Whether a commit would roll back: PostgreSQL answers it without an error when an earlier statement of the transaction
 * failed, even when the application went on as if nothing had happened.
 *
 * @param hasFailedStatement whether one is known of; a savepoint may have made up for it
 */
export async function isTransactionAborted(runner: QueryRunner, hasFailedStatement: boolean): Promise<boolean> {
  if (ownerOf(runner)?.options.type !== 'postgres') {
    return false;
  }
  const { databaseConnection } = runner as unknown as { databaseConnection?: unknown };
  if (
    !hasFailedStatement &&
    (!knowsItsStatus(databaseConnection) || databaseConnection.getTransactionStatus() !== 'E')
  ) {
    return false;
  }
  // The driver's status may be older than the failure. In an aborted transaction every statement fails.
  return runner.query('SELECT 1').then(
    () => false,
    () => true,
  );
}

const MYSQL_DEADLOCK = 1213;

/**
 * Whether the failure of a statement has ended the whole transaction, which the application may not notice: MySQL takes
 * back the victim of a deadlock, SQLite a transaction that its disk has no room for.
 */
export function hasEndedTransaction(runner: QueryRunner, driverError: object | undefined): boolean {
  if (driverError === undefined) {
    return false;
  }
  switch (ownerOf(runner)?.options.type) {
    case 'mysql':
    case 'mariadb':
      return 'errno' in driverError && driverError.errno === MYSQL_DEADLOCK;
    case 'better-sqlite3': {
      const { databaseConnection } = runner as unknown as { databaseConnection?: { readonly inTransaction?: boolean } };
      return databaseConnection?.inTransaction === false;
    }
    default:
      return false;
  }
}

function knowsItsStatus(client: unknown): client is { getTransactionStatus(): string | null } {
  return (
    typeof client === 'object' &&
    client !== null &&
    'getTransactionStatus' in client &&
    typeof client.getTransactionStatus === 'function'
  );
}

function ownerOf(owned: Owned): DataSource | undefined {
  return owned.dataSource ?? owned.connection;
}

/** By its shape: an application may have a second copy of TypeORM. */
function isEntityManager(value: unknown): value is EntityManager {
  return (
    typeof value === 'object' &&
    value !== null &&
    'query' in value &&
    typeof value.query === 'function' &&
    'getRepository' in value &&
    ('connection' in value || 'dataSource' in value) &&
    !('createEntityManager' in value)
  );
}

function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return value === null || value === undefined ? String(value) : `a value of type ${typeof value}`;
  }
  const { name } = (value.constructor ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' && name !== '' ? `an object of class ${name}` : 'an object';
}

function shownSource({ options }: DataSource): string {
  return `${options.type}, database "${String(options.database)}"`;
}
