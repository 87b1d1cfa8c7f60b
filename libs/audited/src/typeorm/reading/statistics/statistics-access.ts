import type { CustodyDialect } from '../../custody/custody-database.js';
import type { RawRow, RunQuery } from '../../server/server-database.js';

/** One consistent moment of a log, as statistics are read from it. */
export interface StatisticsAccess {
  readonly dialect: CustodyDialect;
  /** Every statement sees the same moment. Rejects when the time for the read is over. */
  readonly query: RunQuery;
  /** Bytes of all tables of the log, with their indexes. */
  readonly storageBytes: () => Promise<number>;
}

/** How far a chain is, and how far its counts are. */
export interface CountedChain {
  readonly chain: string;
  readonly head: number;
  /** Position up to which `audit_counts` has its records. */
  readonly counted: number;
  /** Position up to which `audit_names` has them. */
  readonly named: number;
}

/** Above so many chains, a condition that lists them would be longer than it is of use. */
const MOST_LISTED_CHAINS = 500;

/** Every chain of the log. */
export async function countedChains({ dialect, query }: StatisticsAccess): Promise<readonly CountedChain[]> {
  const projections = dialect.table('audit_projections');
  const rows = await query(
    `SELECT head.chain AS chain, head.position AS head, counts.position AS counted, names.position AS named
     FROM ${dialect.table('audit_heads')} head
     LEFT JOIN ${projections} counts ON counts.projection = 'statistics' AND counts.chain = head.chain
     LEFT JOIN ${projections} names ON names.projection = 'names' AND names.chain = head.chain`,
  );
  return rows.map((row) => ({
    chain: String(row['chain']),
    head: Number(row['head']),
    counted: Number(row['counted'] ?? 0),
    named: Number(row['named'] ?? 0),
  }));
}

/** The chains that a condition may list so that an index helps; `undefined` when there are too many. */
export function listedChains(chains: readonly CountedChain[]): readonly string[] | undefined {
  return chains.length > MOST_LISTED_CHAINS ? undefined : chains.map(({ chain }) => chain);
}

/** A number that a driver may give as text; 0 for nothing. */
export function numberOf(row: RawRow, column: string): number {
  return Number(row[column] ?? 0);
}
