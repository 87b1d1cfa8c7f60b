import { createHash, createHmac } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { canonicalJson, type JsonObject } from 'nestjs-audited';
import { rowAt } from './forgery.js';

/** With what an attacker makes keyed seals; without a secret the digits are made up. */
export interface ForgedKey {
  readonly id: string;
  readonly secret?: Uint8Array;
}

interface Sealed {
  readonly hash: string;
  readonly mac: string | null;
  readonly scheme: string;
}

/** The arithmetic of the record format, which is public. */
export function sealFor(body: string, position: number, previous: string, key?: ForgedKey, chain = 'main'): Sealed {
  const event = `{"chain":"${chain}","event":${body},`;
  const scheme = key === undefined ? 'sha256-v1' : 'hmac-sha256-v1';
  const rest = `"position":${position},"previous":"${previous}","scheme":"${scheme}"}`;
  const mac = key === undefined ? null : `${key.id}:${digits(key, `${event}"key":"${key.id}",${rest}`)}`;
  const member = mac === null ? '' : `"mac":"${mac}",`;
  return { hash: createHash('sha256').update(`${event}${member}${rest}`).digest('hex'), mac, scheme };
}

function digits({ secret }: ForgedKey, text: string): string {
  return secret === undefined ? 'ab'.repeat(32) : createHmac('sha256', secret).update(text).digest('hex');
}

/** Rewrites what records of `main` say, from a position to the end, and seals them and the head anew. */
export function rewriteToTheEnd(database: Database, from: number, key?: ForgedKey): void {
  let previous = String(rowAt(database, from)['previous_hash']);
  const end = endOf(database);
  const update = database.prepare(
    `UPDATE audit_records SET body = ?, previous_hash = ?, hash = ?, mac = ?, scheme = ?
     WHERE chain = 'main' AND position = ?`,
  );
  for (let position = from; position <= end; position++) {
    const body = String(rowAt(database, position)['body']).replace('"action":"', '"action":"Forged: ');
    const { hash, mac, scheme } = sealFor(body, position, previous, key);
    update.run(body, previous, hash, mac, scheme, position);
    previous = hash;
  }
  moveHead(database, end);
}

/** A record that never was, at the end of `main`, where the head is moved to; everything in it is right. */
export function appendForged(
  database: Database,
  facts: { readonly id: string; readonly type?: string; readonly details?: JsonObject },
  key?: ForgedKey,
): number {
  const before = rowAt(database, endOf(database));
  const { sequence: _sequence, ...columns } = before;
  const { personal: _personal, ...event } = JSON.parse(String(columns['body'])) as JsonObject;
  const body = canonicalJson({ ...event, ...facts });
  const position = Number(before['position']) + 1;
  const previous = String(before['hash']);
  const row = {
    ...columns,
    ...sealFor(body, position, previous, key),
    personal: null,
    salt: null,
    actor_email: null,
    actor_ip: null,
    position,
    previous_hash: previous,
    body,
    id: facts.id,
    type: facts.type ?? columns['type'],
  };
  const names = Object.keys(row);
  database
    .prepare(`INSERT INTO audit_records (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`)
    .run(row);
  moveHead(database, position);
  return position;
}

/** Makes the head of `main` name a record. */
export function moveHead(database: Database, position: number): void {
  database
    .prepare("UPDATE audit_heads SET position = ?, hash = ? WHERE chain = 'main'")
    .run(position, rowAt(database, position)['hash']);
}

/** Cuts `main` off behind a position and moves the head back: what is left is a chain. */
export function cutOffBehind(database: Database, position: number): void {
  database.prepare("DELETE FROM audit_records WHERE chain = 'main' AND position > ?").run(position);
  moveHead(database, position);
}

function endOf(database: Database): number {
  return Number(database.prepare("SELECT max(position) FROM audit_records WHERE chain = 'main'").pluck().get());
}
