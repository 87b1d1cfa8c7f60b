import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import type { JsonObject, JsonValue } from '../../event/json-value.js';
import { cutToBytes } from '../plain-text.js';

/**
 * Parts of an event without which it still says who did what, in the order in which they go when a message is too
 * long for a payload that cannot be cut, such as JSON.
 */
export const SHED_PARTS = ['details', 'changes', 'targets', 'redacted', 'error'] as const;

/** Bytes that are left of every text, from one attempt to the next: somebody may fill each of them to its limit. */
const TEXT_BYTES = [512, 128, 32, 8, 0];
/** A type is what rules look for; catalogues refuse longer names than twice that. */
const LEAST_TYPE_BYTES = 64;
/** One role, or another entry of a list, for so many bytes of text. */
const BYTES_PER_ENTRY = 16;
/** Words of closed lists. */
const WORDS: ReadonlySet<string> = new Set(['kind', 'stage', 'severity', 'risk', 'outcome']);

/**
 * The record, shorter each time: first whole parts go, each named in `truncated` with the bytes of its JSON; then every
 * text is cut, and `truncated` has one entry for the whole event (path `""`). What identifies and proves the record stays
 * to the end: ids, times, the words of closed lists, and the seal.
 */
export function* shorterRecords(record: AuditRecord): Generator<AuditRecord, void, undefined> {
  let { event } = record;
  for (const part of SHED_PARTS) {
    if (event[part] === undefined) continue;
    event = withoutPart(event, part);
    yield { ...record, event };
  }
  const bytes = Buffer.byteLength(JSON.stringify(record.event));
  for (const limit of TEXT_BYTES) yield { ...record, event: withShortTexts(event, limit, bytes) };
}

/** The record with a type that leaves room for what stands behind it. */
export function withShortType(record: AuditRecord): AuditRecord {
  return { ...record, event: { ...record.event, type: cutToBytes(record.event.type, LEAST_TYPE_BYTES) } };
}

function withoutPart(event: AuditEvent, part: (typeof SHED_PARTS)[number]): AuditEvent {
  const { [part]: gone, ...rest } = event;
  const truncation = { path: `/${part}`, bytes: Buffer.byteLength(JSON.stringify(gone)) };
  return { ...rest, truncated: [...(event.truncated ?? []), truncation] };
}

function withShortTexts(event: AuditEvent, limit: number, bytes: number): AuditEvent {
  const { id, occurredAt, recordedAt, traceId, spanId, personal, type, actor, truncated: _named, ...rest } = event;
  const { onBehalfOf: _chain, ...person } = actor;
  const kept = { id, occurredAt, recordedAt, traceId, spanId, personal };
  const short = shortened({ ...rest, actor: person } as unknown as JsonObject, limit) as object;
  return {
    ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
    ...short,
    type: cutToBytes(type, Math.max(limit, LEAST_TYPE_BYTES)),
    truncated: [{ path: '', bytes }],
  } as unknown as AuditEvent;
}

function shortened(value: JsonValue, limit: number): JsonValue {
  if (typeof value === 'string') return cutToBytes(value, limit);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.slice(0, limit / BYTES_PER_ENTRY).map((entry: JsonValue) => shortened(entry, limit));
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, JsonValue]) => [
      name,
      WORDS.has(name) ? member : shortened(member, limit),
    ]),
  );
}
