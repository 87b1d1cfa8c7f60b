import type { DeliveryBatch } from '../../audit-exporter.js';
import type { DeliveryVerdict, RefusedEvent } from '../../delivery-verdict.js';
import type { Destination } from '../../destination.options.js';
import type { DeliveryTimer } from '../delivery-timer.js';

/** A verdict, or what an exporter did instead of giving one. */
export type AttemptResult =
  | { readonly verdict: DeliveryVerdict; readonly isBroken: false }
  /** It threw, answered nothing that makes sense, or did not answer: a bug, and tried again with care. */
  | { readonly verdict: Extract<DeliveryVerdict, { status: 'retry' }>; readonly isBroken: true };

/** An exporter that was told to give up has this long to answer. */
const GRACE_MS = 5000;
/** When everything ends, or somebody else leads, it has less. */
const LAST_GRACE_MS = 500;

/** Lets an exporter deliver once, bounded in time whatever it does. Never rejects. */
export async function attempt(
  { exporter, timeoutMs }: Destination,
  batch: DeliveryBatch,
  stop: AbortSignal,
  timer: DeliveryTimer,
): Promise<AttemptResult> {
  const giveUp = new AbortController();
  const end = new AbortController();
  const onStop = (): void => giveUp.abort();
  stop.addEventListener('abort', onStop, { once: true });
  const deadline = timer
    .sleep(timeoutMs, AbortSignal.any([end.signal, giveUp.signal]))
    .then(() => (end.signal.aborted ? undefined : giveUp.abort()))
    .then(() => timer.sleep(stop.aborted ? LAST_GRACE_MS : GRACE_MS, end.signal))
    .then(() => broken(`it did not answer within ${timeoutMs} ms, and did not give up when it was told to`));
  try {
    if (stop.aborted) {
      return { verdict: { status: 'retry', reason: 'given up' }, isBroken: false };
    }
    return await Promise.race([answer(exporter, batch, giveUp.signal), deadline]);
  } finally {
    stop.removeEventListener('abort', onStop);
    end.abort();
  }
}

async function answer(
  exporter: Destination['exporter'],
  batch: DeliveryBatch,
  signal: AbortSignal,
): Promise<AttemptResult> {
  let verdict: unknown;
  try {
    verdict = await exporter.deliver(batch, signal);
  } catch (error) {
    return broken(`the exporter threw: ${error instanceof Error ? error.message : String(error)}`);
  }
  return isVerdict(verdict, batch.events.length)
    ? { verdict, isBroken: false }
    : broken('the exporter answered with no verdict; give one such as { status: "delivered" }');
}

function broken(reason: string): AttemptResult {
  const verdict = {
    status: 'retry',
    reason: reason.replaceAll(/\s+/g, ' ').slice(0, 300),
    cure: 'This is a fault of the exporter: have it mended.',
  } as const;
  return { verdict, isBroken: true };
}

/** Exporters of applications may be written in JavaScript. */
function isVerdict(value: unknown, events: number): value is DeliveryVerdict {
  const verdict = (value ?? {}) as Partial<Record<string, unknown>>;
  const hasReason = isText(verdict['reason']);
  const isPlace = (place: unknown): boolean => Number.isInteger(place) && Number(place) >= 0 && Number(place) < events;
  if (!isWait(verdict['slowDownMs']) || !isWait(verdict['afterMs'])) {
    return false;
  }
  switch (verdict['status']) {
    case 'delivered':
      return true;
    case 'sent':
      return isText(verdict['handle']);
    case 'partial':
      return hasReason && isPartial(verdict, isPlace, events);
    case 'poison':
      return hasReason && (verdict['index'] === undefined || isPlace(verdict['index']));
    case 'hold':
      return hasReason && isText(verdict['cure']);
    case 'retry':
      return hasReason && isText(verdict['cure'] ?? '');
    case 'split':
      return hasReason;
    default:
      return false;
  }
}

function isPartial(
  { refused, again = [], unnamed = 0 }: Partial<Record<string, unknown>>,
  isPlace: (place: unknown) => boolean,
  events: number,
): boolean {
  return (
    Array.isArray(refused) &&
    refused.every((event: Partial<RefusedEvent> | null) => isPlace(event?.index) && isText(event?.reason)) &&
    Array.isArray(again) &&
    again.every(isPlace) &&
    (unnamed === events || isPlace(unnamed))
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** Absent, or a time that is over some day: whatever else would have the engine wait for ever, or not at all. */
function isWait(value: unknown): boolean {
  return value === undefined || (Number.isFinite(value) && Number(value) >= 0);
}
