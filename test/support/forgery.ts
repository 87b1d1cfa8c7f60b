import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';

/** So that ids and positions may stand in the table twice. */
export function dropIndexes(database: Database): void {
  database.exec('DROP INDEX audit_records_chain_position; DROP INDEX audit_records_id');
}

type Row = Record<string, string | number | null>;

/** A row of chain `main`. */
export function rowAt(database: Database, position: number): Row {
  return database.prepare("SELECT * FROM audit_records WHERE chain = 'main' AND position = ?").get(position) as Row;
}

function insert(database: Database, row: Row): void {
  const columns = Object.keys(row);
  database
    .prepare(
      `INSERT INTO audit_records (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
    )
    .run(row);
}

/** The row at a position once more, with some of its columns changed. */
export function insertCopy(database: Database, position: number, changes: Row): void {
  const { sequence: _sequence, ...row } = rowAt(database, position);
  insert(database, { ...row, ...changes });
}

/** A record that never was, sealed correctly to stand at a position: an attacker knows the arithmetic. */
export function insertForged(database: Database, position: number, sequence: number | undefined): void {
  const before = rowAt(database, position - 1);
  const { sequence: _sequence, ...copied } = before;
  const row = { ...copied, personal: null, salt: null, actor_email: null, actor_ip: null, id: `forged-${position}` };
  const { personal: _personal, ...event } = JSON.parse(String(before['body'])) as Record<string, unknown>;
  const body = JSON.stringify({ ...event, id: row.id });
  const previousHash = String(before['hash']);
  const seal = { position, previous_hash: previousHash, hash: sealed(body, position, previousHash), body };
  insert(database, { ...row, ...seal, ...(sequence === undefined ? {} : { sequence }) });
}

/** Rewrites the content of records and seals them, and what follows up to a position, anew. */
export function rewrite(database: Database, from: number, to: number): void {
  let previousHash = String(rowAt(database, from)['previous_hash']);
  for (let position = from; position <= to; position++) {
    const body = String(rowAt(database, position)['body']).replace(/"action":"/, '"action":"Forged: ');
    const hash = sealed(body, position, previousHash);
    database
      .prepare("UPDATE audit_records SET body = ?, previous_hash = ?, hash = ? WHERE chain = 'main' AND position = ?")
      .run(body, previousHash, hash, position);
    previousHash = hash;
  }
}

function sealed(body: string, position: number, previousHash: string): string {
  const text = `{"chain":"main","event":${body},"position":${position},"previous":"${previousHash}","scheme":"sha256-v1"}`;
  return createHash('sha256').update(text).digest('hex');
}
