import { QueryInvalidError } from '../../event/audit.error.js';
import type { CheckpointQuery, CheckpointReader, StoredCheckpoint } from '../../storage/tree-store.js';
import { SqlConditions, type ServerDialect } from '../server/server-dialect.js';
import type { CustodyDatabase, CustodyDialect, SqlStatement } from './custody-database.js';

const DEFAULT_LIMIT = 100;
const MOST = 10_000;

/** Stores a checkpoint, unless this very note is stored already. */
export function insertCheckpoint(dialect: CustodyDialect, checkpoint: StoredCheckpoint): SqlStatement {
  const { chain, size, root, signedAt, note } = checkpoint;
  const table = dialect.table('audit_checkpoints');
  const [first, second, third, fourth, fifth, sixth, seventh, eighth] = [1, 2, 3, 4, 5, 6, 7, 8].map((place) =>
    dialect.placeholder(place),
  );
  return {
    // From a row of its own, because not every database takes a WHERE without a FROM.
    sql: `INSERT INTO ${table} (chain, size, root, signed_at, note)
      SELECT ${first}, ${dialect.wholeNumber(second ?? '')}, ${third}, ${fourth}, ${fifth} FROM (SELECT 1 AS one) AS single
      WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE chain = ${sixth} AND size = ${seventh} AND note = ${eighth})`,
    values: [chain, size, root, signedAt, note, chain, size, note],
  };
}

/** The checkpoints in their table. */
export class TableCheckpointReader implements CheckpointReader {
  constructor(private readonly database: CustodyDatabase) {}

  async checkpoints(query: CheckpointQuery = {}): Promise<readonly StoredCheckpoint[]> {
    const { dialect } = this.database;
    const rows = await this.database.read(...select(dialect, query));
    return rows.map(({ chain, size, root, signed_at: signedAt, note }) => ({
      chain: String(chain),
      size: Number(size),
      root: String(root),
      signedAt: String(signedAt),
      note: String(note),
    }));
  }
}

function select(dialect: ServerDialect, query: CheckpointQuery): [sql: string, values: SqlConditions['values']] {
  const { chain, minSize, maxSize, limit = DEFAULT_LIMIT } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw new QueryInvalidError(
      'limit',
      `must be a whole number from 1 to ${MOST}, not ${String(limit)}`,
      'Read less.',
    );
  }
  const conditions = new SqlConditions(dialect);
  if (chain !== undefined) {
    conditions.equals('chain', chain);
  }
  if (minSize !== undefined) {
    conditions.compare('size', '>=', minSize);
  }
  if (maxSize !== undefined) {
    conditions.compare('size', '<=', maxSize);
  }
  const sql = `SELECT chain, size, root, signed_at, note FROM ${dialect.table('audit_checkpoints')} ${conditions.where}
    ORDER BY size DESC, signed_at DESC, sequence DESC LIMIT ${limit}`;
  return [sql, conditions.values];
}
