import { concatenatedJson, NoJsonObjectError } from './concatenated-json.js';

/** An event as Splunk would index it. */
export interface HecEvent {
  /** Out of the indexed field `audit_event_id`; empty without one. */
  readonly id: string;
  readonly time: number | undefined;
  readonly host: string | undefined;
  readonly source: string | undefined;
  readonly sourcetype: string | undefined;
  readonly index: string | undefined;
  readonly event: unknown;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Why a request with events is refused. */
export interface HecRefusal {
  readonly code: 5 | 6 | 7 | 12 | 13 | 15;
  readonly invalidEvent?: number;
}

export interface ReadEnvelopes {
  /** Those before the first that is refused. */
  readonly events: readonly HecEvent[];
  readonly refusal?: HecRefusal;
}

const KEYS = new Set(['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields']);
/** Milliseconds taken for seconds are later than this. */
const YEAR_2100 = 4_102_444_800;

/** @param indexes what the token may write to; undefined: anything */
export function readEnvelopes(body: Buffer, indexes: readonly string[] | undefined): ReadEnvelopes {
  const events: HecEvent[] = [];
  try {
    for (const envelope of concatenatedJson(body)) {
      const code = faultOf(envelope, indexes);
      if (code !== undefined) {
        return { events, refusal: { code, invalidEvent: events.length } };
      }
      events.push(hecEvent(envelope));
    }
  } catch (error) {
    if (!(error instanceof NoJsonObjectError)) throw error;
    return { events, refusal: { code: 6, invalidEvent: events.length } };
  }
  return events.length === 0 ? { events, refusal: { code: 5 } } : { events };
}

function faultOf(
  envelope: Readonly<Record<string, unknown>>,
  indexes: readonly string[] | undefined,
): HecRefusal['code'] | undefined {
  const { event, time, host, source, sourcetype, index, fields } = envelope;
  if (event === undefined || event === null) return 12;
  if (event === '') return 13;
  if (typeof event === 'boolean' || Array.isArray(event)) return 6;
  if (Object.keys(envelope).some((key) => !KEYS.has(key))) return 6;
  if (time !== undefined && !isEpochSeconds(time)) return 6;
  if (![host, source, sourcetype, index].every((text) => text === undefined || isFilledText(text))) return 6;
  if (typeof index === 'string' && indexes !== undefined && !indexes.includes(index)) return 7;
  return fields === undefined ? undefined : fieldsFault(fields);
}

function fieldsFault(fields: unknown): 6 | 15 | undefined {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return 6;
  const isFlat = Object.values(fields).every((value) =>
    Array.isArray(value) ? value.every(isScalar) : isScalar(value),
  );
  return isFlat ? undefined : 15;
}

function isEpochSeconds(time: unknown): boolean {
  return typeof time === 'number' && Number.isFinite(time) && time < YEAR_2100;
}

function isFilledText(text: unknown): boolean {
  return typeof text === 'string' && text !== '';
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function hecEvent(envelope: Readonly<Record<string, unknown>>): HecEvent {
  const { event, time, host, source, sourcetype, index, fields = {} } = envelope as Partial<HecEvent>;
  const { audit_event_id: id } = fields;
  return { id: typeof id === 'string' ? id : '', time, host, source, sourcetype, index, event, fields };
}
