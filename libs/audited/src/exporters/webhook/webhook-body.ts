import type { DeliveryBatch } from '../../delivery/audit-exporter.js';

const BATCH_END = ']}}';

/** What stands around the events of {@link batchBody}. */
export const BATCH_FRAME_BYTES = Buffer.byteLength(batchStart(new Date(0).toISOString()) + BATCH_END);
/** What may stand around the event of {@link singleBody}: its type, which the application chooses. */
export const SINGLE_FRAME_BYTES = 1024;

/**
 * Several events as one message: `{ "type": "audit.events", "timestamp", "data": { "events": [...] } }`. The time is that at
 * which the newest was recorded, so that every attempt has the same bytes.
 */
export function batchBody({ events }: DeliveryBatch): string {
  const newest = events.at(-1)?.record.event.recordedAt ?? '';
  return `${batchStart(newest)}${events.map(({ text }) => text).join(',')}${BATCH_END}`;
}

/** One event as one message under its own type: `{ "type", "timestamp", "data": {...} }`. */
export function singleBody({ events }: DeliveryBatch): string {
  const [first] = events;
  if (first === undefined || events.length > 1) {
    throw new RangeError(`a request holds one event, not ${events.length}`);
  }
  const { type, occurredAt } = first.record.event;
  return `{"type":${JSON.stringify(type)},"timestamp":${JSON.stringify(occurredAt)},"data":${first.text}}`;
}

function batchStart(timestamp: string): string {
  return `{"type":"audit.events","timestamp":${JSON.stringify(timestamp)},"data":{"events":[`;
}
