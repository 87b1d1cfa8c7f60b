import type { ChainId } from '../../event/audit-record.js';
import type { CustodyDialect, SqlStatement } from './custody-database.js';

/** What a permit lets pass the triggers that keep the log append-only. */
export type PermittedOperation = 'erase' | 'prune';

/**
 * Puts a permit around statements that the triggers would refuse: it is there for their transaction alone. Of two that
 * want the permit of one chain at the same time, one waits for the other.
 *
 * @param through the last position that it covers
 */
export function underPermit(
  dialect: CustodyDialect,
  permit: { readonly operation: PermittedOperation; readonly chain: ChainId; readonly through: number },
  statements: readonly SqlStatement[],
): readonly SqlStatement[] {
  const { operation, chain, through } = permit;
  const table = dialect.table('audit_permits');
  const place = (number: number): string => dialect.placeholder(number);
  const removal: SqlStatement = {
    sql: `DELETE FROM ${table} WHERE operation = ${place(1)} AND chain = ${place(2)}`,
    values: [operation, chain],
  };
  const grant: SqlStatement = {
    sql: `INSERT INTO ${table} (operation, chain, through) VALUES (${place(1)}, ${place(2)}, ${place(3)})`,
    values: [operation, chain, through],
  };
  // One that somebody left behind would be in the way.
  return [removal, grant, ...statements, removal];
}
