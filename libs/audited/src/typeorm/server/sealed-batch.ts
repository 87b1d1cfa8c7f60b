import type { AuditEvent } from '../../event/audit-event.js';
import type { ChainHead, ChainId, PersonalPart } from '../../event/audit-record.js';
import type { Sealer } from '../../integrity/sealer.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import { columnValues, type ColumnValue } from '../../storage/record-columns.js';

/** An event with everything that does not depend on its place: prepared while the batch before is under way. */
export interface PreparedEvent {
  readonly id: string;
  readonly body: string;
  readonly personal: string | null;
  readonly salt: string | null;
  /** In the order of `RECORD_COLUMN_NAMES`. */
  readonly columns: readonly ColumnValue[];
}

/** Prepared events with their seals. */
export interface SealedBatch {
  readonly chain: ChainId;
  readonly scheme: string;
  readonly events: readonly PreparedEvent[];
  /** Position of the first event; the others follow without a gap. */
  readonly firstPosition: number;
  /** One for every event; the previous hash of each is the hash of the one before it. */
  readonly hashes: readonly string[];
  /** One for every event; absent when they were sealed without a key. */
  readonly macs?: readonly string[];
  /** Previous hash of the first event. */
  readonly previousHash: string;
  /** Where the chain ends with this batch. */
  readonly head: ChainHead;
}

/** Reads every body once; `columnText` is the dialect's. */
export function prepareEvents(
  events: readonly AppendableEvent[],
  columnText: (text: string) => string,
): readonly PreparedEvent[] {
  return events.map(({ body, personal, salt }) => {
    const event = JSON.parse(body) as AuditEvent;
    const part = personal === undefined ? undefined : (JSON.parse(personal) as PersonalPart);
    const columns = columnValues(event, part);
    for (let index = 0; index < columns.length; index++) {
      const value = columns[index];
      if (typeof value === 'string') {
        columns[index] = columnText(value);
      }
    }
    return { id: event.id, body, personal: personal ?? null, salt: salt ?? null, columns };
  });
}

/** Seals the events at the end of the chain. */
export function sealBatch(
  { chain, position, hash }: ChainHead,
  events: readonly PreparedEvent[],
  sealer: Sealer,
): SealedBatch {
  const hashes: string[] = [];
  const macs: string[] = [];
  let last = hash;
  for (const [index, { body }] of events.entries()) {
    const sealed = sealer.seal({ chain, position: position + 1 + index, previousHash: last }, body);
    last = sealed.hash;
    hashes.push(last);
    if (sealed.mac !== undefined) {
      macs.push(sealed.mac);
    }
  }
  return {
    chain,
    scheme: sealer.schemeId,
    events,
    firstPosition: position + 1,
    hashes,
    ...(sealer.isKeyed ? { macs } : undefined),
    previousHash: hash,
    head: { chain, position: position + events.length, hash: last },
  };
}
