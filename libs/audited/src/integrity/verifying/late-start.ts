import type { ChainVerdict, IntegrityFault } from '../integrity-fault.js';
import type { StatementBook } from './statement-book.js';

type Fault = Omit<IntegrityFault, 'chain'>;

/** The first record of a chain whose beginning is not there. */
export interface LateStart {
  readonly position: number;
  /** How many records are missing before it. */
  readonly missing: number;
  /** The first missing position. */
  readonly vacant: number;
  /** What it continues; `undefined` when it is broken and does not say. */
  readonly previousHash: string | undefined;
}

/** What is known of a missing beginning when the whole chain was read. */
export interface BeginningVerdict {
  readonly pruned?: NonNullable<ChainVerdict['pruned']>;
  readonly fault?: Fault;
}

/** A chain that does not start at 1 was pruned if a statement further on says so; else its beginning was deleted. */
export function judgeBeginning(start: LateStart, statements: StatementBook): BeginningVerdict {
  const { position, missing, vacant, previousHash } = start;
  const through = position - 1;
  const prune = statements.pruneOf(through);
  if (prune === undefined) {
    return { fault: deletion(position, missing, vacant) };
  }
  const { statement, statedAt, at, by } = prune;
  const pruned = { through, statedAt, at, by };
  if (statement.through > through || previousHash === undefined || previousHash === statement.hash) {
    return { pruned };
  }
  const message =
    'the first record that is left continues another record than the last one that was pruned, ' +
    `as the statement at position ${statedAt} names it`;
  return { pruned, fault: { kind: 'forked', position, message } };
}

/** The fault for records that are missing before a position. */
export function deletion(position: number, missing: number, vacant: number): Fault {
  const through = position - 1;
  const message = `${missing} record(s) missing before position ${position}`;
  return { kind: 'deleted', position: vacant, ...(through > vacant && { through }), message };
}
