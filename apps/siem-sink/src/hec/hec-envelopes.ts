import type { HecCode } from './hec-codes.js';
import { jsonObjects, NoJsonObjectError } from './json-objects.js';

/** One event as a sender wraps it. */
export interface HecEnvelope {
  /** Seconds since the epoch. */
  readonly time?: number | string;
  readonly host?: string;
  readonly source?: string;
  readonly sourcetype?: string;
  readonly index?: string;
  readonly event: unknown;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Why a request with events is refused as a whole. */
export interface HecRefusal {
  readonly code: HecCode & (5 | 6 | 12 | 13 | 15);
  /** Which envelope it is about; the first is 0. */
  readonly invalidEvent?: number;
}

/** @returns every envelope of a request; or why it is refused, of which then nothing is taken */
export function readEnvelopes(body: Buffer): readonly HecEnvelope[] | HecRefusal {
  const envelopes: HecEnvelope[] = [];
  try {
    for (const object of jsonObjects(body)) {
      const code = faultOf(object);
      if (code !== undefined) {
        return { code, invalidEvent: envelopes.length };
      }
      envelopes.push(envelopeOf(object));
    }
  } catch (error) {
    if (!(error instanceof NoJsonObjectError)) throw error;
    return { code: 6, invalidEvent: envelopes.length };
  }
  return envelopes.length === 0 ? { code: 5 } : envelopes;
}

function faultOf({ event, time, fields, ...rest }: Readonly<Record<string, unknown>>): HecRefusal['code'] | undefined {
  if (event === undefined || event === null) return 12;
  if (event === '') return 13;
  if (typeof event === 'boolean' || Array.isArray(event)) return 6;
  if (time !== undefined && !isSeconds(time)) return 6;
  const metadata = [rest['host'], rest['source'], rest['sourcetype'], rest['index']];
  if (!metadata.every((text) => text === undefined || typeof text === 'string')) return 6;
  return fields === undefined ? undefined : fieldsFault(fields);
}

function fieldsFault(fields: unknown): 6 | 15 | undefined {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return 6;
  const isFlat = Object.values(fields).every((value) =>
    Array.isArray(value) ? value.every(isScalar) : isScalar(value),
  );
  return isFlat ? undefined : 15;
}

function isSeconds(time: unknown): boolean {
  return typeof time === 'number' || (typeof time === 'string' && /^\d+(\.\d+)?$/.test(time));
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

/** What else stands in the object is left out, as Splunk does. */
function envelopeOf(object: Readonly<Record<string, unknown>>): HecEnvelope {
  const { time, host, source, sourcetype, index, event, fields } = object as unknown as HecEnvelope;
  const members = { time, host, source, sourcetype, index, event, fields };
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as unknown as HecEnvelope;
}
