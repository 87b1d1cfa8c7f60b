import type { AuditRecord } from '../../event/audit-record.js';
import type { EventFormatter } from '../../formats/event-formatter.js';
import { jsonText, oneLine } from '../../formats/json-text.js';
import type { SplunkHecSettings } from './splunk-hec.options.js';

type EnvelopeSettings = Pick<SplunkHecSettings, 'index' | 'host' | 'source' | 'sourcetype' | 'fields'>;

/** `application/json`, `application/x-ndjson`, `application/jsonl`, `application/vnd.example+json`. */
const JSON_TYPE = /^application\/(?:[\w.+-]*[+-])?(?:nd)?jsonl?(?:\s*;|$)/i;

/**
 * Writes records as the collector wants them: one JSON object each, whose `event` is the format's text. A format whose texts
 * are JSON objects stands there as JSON, byte for byte, so that Splunk finds its fields; any other stands there as one text.
 *
 * Metadata stands in every envelope: none is carried over from the one before.
 */
export function hecEnvelope(settings: EnvelopeSettings): (record: AuditRecord, formatter: EventFormatter) => string {
  const { index, host, source, sourcetype, fields } = settings;
  return (record, formatter) => {
    const { event, seal } = record;
    const metadata = {
      host: presentText(host ?? event.origin.host),
      source,
      sourcetype,
      index: presentText(typeof index === 'function' ? index(record) : index),
    };
    const indexed = {
      audit_event_id: event.id,
      audit_event_type: event.type,
      audit_chain: seal.chain,
      audit_position: seal.position,
      ...fields,
    };
    // Joined from complete JSON texts: nothing is put into one.
    const members = [
      ...timeMember(event.occurredAt),
      ...Object.entries(metadata).flatMap(([name, text]) =>
        text === undefined ? [] : [`"${name}":${jsonString(text)}`],
      ),
      `"event":${eventJson(formatter.format(record), formatter.contentType)}`,
      `"fields":${jsonText(indexed)}`,
    ];
    return `{${members.join(',')}}`;
  };
}

/** Seconds with three decimals: milliseconds would be the year 58000. Without a time, Splunk takes the one of arrival. */
function timeMember(occurredAt: string): readonly string[] {
  const ms = Date.parse(occurredAt);
  return Number.isNaN(ms) ? [] : [`"time":${(ms / 1000).toFixed(3)}`];
}

function eventJson(text: string, contentType: string): string {
  return JSON_TYPE.test(contentType) && isJsonObject(text) ? text : jsonString(text);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // The format calls itself JSON and is none: as a text it still arrives whole.
    return false;
  }
}

function jsonString(text: string): string {
  return oneLine(JSON.stringify(text.toWellFormed()));
}

/** Splunk wants a key left out rather than empty. */
function presentText(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}
