import { jsonText } from '../json-text.js';
import { cutToBytes } from '../plain-text.js';
import { KEPT_MEMBERS, type AsimCut, type AuditedMembers } from './asim-additional-fields.js';
import type { AsimColumns } from './asim-columns.js';

/**
 * Most bytes of UTF-8 of one field. The Logs Ingestion API cuts what is longer than 64 KB, and reports sizes in bytes
 * (the workspace's operation "Field content validation"). Whether its kilobyte is 1,000 or 1,024 is nowhere said, so
 * ours is the smaller one: what we cut ourselves we can state, and JSON that the service cuts is no JSON any more.
 */
export const MAX_FIELD_BYTES = 64_000;

/** The row as JSON, with every field within {@link MAX_FIELD_BYTES}. */
export function rowText(columns: AsimColumns, audited: AuditedMembers): string {
  const text = joined(columns, audited);
  // A UTF-16 code unit takes at most three bytes: no field of a row this short can be too long.
  return text.length * 3 <= MAX_FIELD_BYTES ? text : cutRowText(columns, audited);
}

function cutRowText(columns: AsimColumns, audited: AuditedMembers): string {
  const cut: AsimCut[] = [];
  const kept = Object.entries(columns).map(([column, value]) => {
    if (typeof value !== 'string') return [column, value];
    const short = cutToBytes(value, MAX_FIELD_BYTES);
    if (short.length < value.length) cut.push({ path: `/${column}`, bytes: Buffer.byteLength(value) });
    return [column, short];
  });
  return joined(Object.fromEntries(kept) as AsimColumns, membersWithin(audited, cut));
}

/** Two texts put together: copying sixty columns into one object with a last member would cost more than writing them. */
function joined(columns: AsimColumns, audited: AuditedMembers): string {
  return `${jsonText(columns).slice(0, -1)},"AdditionalFields":{"audited":${jsonText(audited)}}}`;
}

/** Leaves whole members out, the largest first, until the field fits: half an object would be another object. */
function membersWithin(audited: AuditedMembers, cutColumns: readonly AsimCut[]): AuditedMembers {
  const members = new Map(Object.entries(audited));
  const bySize = [...members]
    .filter(([name, value]) => !KEPT_MEMBERS.has(name) && value !== undefined)
    .map(([name, value]) => ({ name, path: `/AdditionalFields/audited/${name}`, bytes: sizeOf(value) }))
    .toSorted((one, other) => one.bytes - other.bytes);
  const cut = [...cutColumns];
  for (;;) {
    const within = { ...Object.fromEntries(members), ...(cut.length === 0 ? {} : { cut }) };
    const largest = bySize.at(-1);
    if (largest === undefined || Buffer.byteLength(jsonText({ audited: within })) <= MAX_FIELD_BYTES) return within;
    bySize.pop();
    members.delete(largest.name);
    cut.push({ path: largest.path, bytes: largest.bytes });
  }
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(typeof value === 'string' ? value : jsonText(value as object));
}
