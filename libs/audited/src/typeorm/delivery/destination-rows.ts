import type { ChainCursor, DestinationHealth, LedgerDestination } from '../../delivery/delivery-ledger.js';
import type { RawRow } from '../server/server-database.js';
import { SqlConditions } from '../server/server-dialect.js';
import type { DeliveryTables } from './delivery-tables.js';

const COLUMNS = [
  'name',
  'type',
  'endpoint',
  'required',
  'state',
  'fence',
  'holder',
  'health',
  'reason',
  'cure',
  'failures',
  'delivered_at',
  'letter_changes',
].join(', ');

/** A destination as its own row holds it. */
export interface DestinationRow extends Omit<LedgerDestination, 'cursors' | 'deadLetters'> {
  /** Grows whenever its dead letters change. */
  readonly letterChanges: number;
}

/** Destinations by name, or the one that is asked for. */
export async function readDestinations(tables: DeliveryTables, name?: string): Promise<readonly DestinationRow[]> {
  const { dialect } = tables;
  const rows = await tables.read(
    ...withName(
      tables,
      `SELECT ${COLUMNS}, lease_until - ${dialect.now} AS lease_left FROM ${dialect.table('audit_destinations')}`,
      'name',
      name,
    ),
  );
  return [...rows].map((row) => destinationRow(tables, row)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Where destinations, or the one that is asked for, stand in each chain, by the names of the chains. */
export async function readCursors(
  tables: DeliveryTables,
  destination?: string,
): Promise<ReadonlyMap<string, readonly ChainCursor[]>> {
  const rows = await tables.read(
    ...withName(
      tables,
      `SELECT destination, chain, position, sent FROM ${tables.dialect.table('audit_delivery_cursors')}`,
      'destination',
      destination,
    ),
  );
  const found = new Map<string, ChainCursor[]>();
  for (const { destination: of, chain, position, sent } of rows) {
    const name = tables.text(of);
    const cursors = found.get(name) ?? [];
    found.set(name, cursors);
    cursors.push({ chain: String(chain), position: Number(position), sent: Number(sent) });
  }
  found.forEach((cursors) => cursors.sort((a, b) => (a.chain < b.chain ? -1 : 1)));
  return found;
}

function withName(
  { dialect }: DeliveryTables,
  select: string,
  column: string,
  name: string | undefined,
): [sql: string, values: SqlConditions['values']] {
  const conditions = new SqlConditions(dialect);
  if (name !== undefined) {
    conditions.equals(column, name);
  }
  return [`${select} ${conditions.where}`, conditions.values];
}

function destinationRow(tables: DeliveryTables, row: RawRow): DestinationRow {
  const health: DestinationHealth = {
    state: String(row['health']) as DestinationHealth['state'],
    reason: tables.text(row['reason']),
    cure: tables.text(row['cure']),
    failures: Number(row['failures']),
    deliveredAt: Number(row['delivered_at']),
  };
  return {
    name: tables.text(row['name']),
    type: tables.text(row['type']),
    endpoint: tables.text(row['endpoint']),
    isRequired: Number(row['required']) === 1,
    state: String(row['state']) as LedgerDestination['state'],
    fence: Number(row['fence']),
    holder: tables.text(row['holder']),
    leaseLeftMs: Math.max(0, Number(row['lease_left'])),
    health,
    letterChanges: Number(row['letter_changes']),
  };
}
