import { crc32 } from 'node:zlib';
import type { AuditEvent } from '../../event/audit-event.js';
import type { ChainId } from '../../event/audit-record.js';
import { canonicalEvent } from '../../event/canonical-event.js';
import type { AppendableEvent } from '../../storage/audit-store.js';

/** An event that waits, and the chain it is for. */
export interface SpoolEntry {
  readonly chain: ChainId;
  readonly event: AppendableEvent;
}

/**
 * What a spool file holds, piece by piece, as byte offsets. `torn`: the file ends within an entry, as after a power cut;
 * nobody was told that this one is durable. `damaged`: bytes that are no entry, though more follow; about `lost` entries
 * were in there.
 */
export type SpoolPiece =
  | { readonly kind: 'entry'; readonly start: number; readonly end: number; readonly entry: SpoolEntry }
  | { readonly kind: 'torn'; readonly start: number; readonly end: number }
  | { readonly kind: 'damaged'; readonly start: number; readonly end: number; readonly lost: 0 | 1 };

const NEWLINE = 0x0a;
/** CRC-32 in hex and length in bytes of the JSON text that follows. */
const HEADER = /^([0-9a-f]{8}) ([1-9]\d{0,9}) /;
const MAX_HEADER_BYTES = 8 + 1 + 10 + 1;

/** The event as it is stored later, when it waited: its body says so. */
export function asSpooled(event: AppendableEvent): { readonly event: AppendableEvent; readonly recordedAt: string } {
  const facts = JSON.parse(event.body) as AuditEvent;
  const body = canonicalEvent({ ...facts, spooled: true });
  return { event: { ...event, body }, recordedAt: facts.recordedAt };
}

/** One line of text: checksum, length, JSON, newline. */
export function encodeEntry({ chain, event: { body, personal, salt } }: SpoolEntry): Buffer {
  const json = Buffer.from(JSON.stringify({ chain, body, personal, salt }));
  const checksum = crc32(json).toString(16).padStart(8, '0');
  return Buffer.concat([Buffer.from(`${checksum} ${json.length} `), json, Buffer.of(NEWLINE)]);
}

/** Reads a spool file from `start` to its end. What is not an entry is stepped over, line by line, and named. */
export function* readPieces(bytes: Buffer, start = 0): Generator<SpoolPiece, void, undefined> {
  let offset = start;
  while (offset < bytes.length) {
    const found = entryAt(bytes, offset) ?? noEntryAt(bytes, offset);
    yield found;
    offset = found.end;
    if (found.kind === 'entry' && offset < bytes.length) {
      // The checksum already vouches for the entry: a damaged newline must not cost the one after it.
      if (bytes[offset] !== NEWLINE) {
        yield { kind: 'damaged', start: offset, end: offset + 1, lost: 0 };
      }
      offset++;
    }
  }
}

function entryAt(bytes: Buffer, start: number): (SpoolPiece & { kind: 'entry' }) | undefined {
  const header = HEADER.exec(bytes.toString('latin1', start, start + MAX_HEADER_BYTES));
  if (header === null) {
    return undefined;
  }
  const textStart = start + header[0].length;
  const end = textStart + Number(header[2]);
  const text = bytes.subarray(textStart, end);
  if (end > bytes.length || crc32(text) !== Number.parseInt(header[1] ?? '', 16)) {
    return undefined;
  }
  const entry = entryOf(text.toString());
  return entry === undefined ? undefined : { kind: 'entry', start, end, entry };
}

function noEntryAt(bytes: Buffer, start: number): SpoolPiece {
  const newline = bytes.indexOf(NEWLINE, start);
  return newline === -1
    ? { kind: 'torn', start, end: bytes.length }
    : { kind: 'damaged', start, end: newline + 1, lost: 1 };
}

/** The checksum guards against accidents only: whoever can write the file can write a fitting one. */
function entryOf(json: string): SpoolEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // Not what this package wrote: it is kept for the operator as damaged.
    return undefined;
  }
  const { chain, body, personal, salt } = (value ?? {}) as Record<string, unknown>;
  if (typeof chain !== 'string' || typeof body !== 'string') {
    return undefined;
  }
  return typeof personal === 'string' && typeof salt === 'string'
    ? { chain, event: { body, personal, salt } }
    : { chain, event: { body } };
}
