import type { AuditRecord } from '../../event/audit-record.js';
import type { JsonValue } from '../../event/json-value.js';
import { EventLabels, type Labels } from '../event-labels.js';
import type { FormatSettings } from '../format.options.js';
import { jsonText, oneLine } from '../json-text.js';
import { anyValue } from './any-value.js';
import {
  LABEL_PREFIX,
  OTLP_ATTRIBUTES,
  OTLP_RESOURCE_ATTRIBUTES,
  SCHEMA_URL,
  SEVERITY_NUMBERS,
  type OtlpAttribute,
} from './otlp-attributes.js';
import { unixNano } from './unix-nano.js';

/**
 * The messages of OTLP's logs in their JSON mapping: one text a message, so that many log records share the text of
 * one resource. Texts are put together here and not objects, because a log record has some forty attributes of three
 * objects each.
 */
export class OtlpLogs {
  readonly #labels: EventLabels;
  readonly #scope: string;

  constructor(settings: FormatSettings) {
    const { name, version } = settings.product;
    this.#labels = new EventLabels(settings);
    this.#scope = jsonText({ name, version });
  }

  /** A `Resource`. Records of the same origin have the same text. */
  resource(record: AuditRecord): string {
    return oneLine(`{"attributes":[${attributesOf(RESOURCE, record).join(',')}]}`);
  }

  /** A `LogRecord`. Nothing of the record is cut, so there is no count of dropped attributes. */
  logRecord(record: AuditRecord): string {
    const { event } = record;
    const fields = JSON.stringify({
      timeUnixNano: unixNano(event.occurredAt),
      observedTimeUnixNano: unixNano(event.recordedAt),
      severityNumber: SEVERITY_NUMBERS[event.severity],
      severityText: event.severity,
      eventName: event.type.toWellFormed(),
      traceId: isTraceId(event.traceId) ? event.traceId : undefined,
      spanId: isSpanId(event.spanId) ? event.spanId : undefined,
      body: anyValue(event.action),
    });
    const attributes = [...attributesOf(LOG_RECORD, record), ...labelsOf(this.#labels.of(event.type))];
    return oneLine(`${fields.slice(0, -1)},"attributes":[${attributes.join(',')}]}`);
  }

  /** A whole `ExportLogsServiceRequest`, which `LogsData` equals: log records by the text of their resource. */
  request(groups: Iterable<readonly [resource: string, logRecords: readonly string[]]>): string {
    const list = Array.from(groups, ([resource, logRecords]) => {
      const scopeLogs = `{"scope":${this.#scope},"logRecords":[${logRecords.join(',')}],"schemaUrl":"${SCHEMA_URL}"}`;
      return `{"resource":${resource},"scopeLogs":[${scopeLogs}],"schemaUrl":"${SCHEMA_URL}"}`;
    });
    return `{"resourceLogs":[${list.join(',')}]}`;
  }
}

/** An attribute with the text that stands before its value, which is the same every time. */
interface PreparedAttribute extends Pick<OtlpAttribute, 'read'> {
  readonly start: string;
}

const RESOURCE = OTLP_RESOURCE_ATTRIBUTES.map(prepared);
const LOG_RECORD = OTLP_ATTRIBUTES.map(prepared);

function prepared({ key, read }: OtlpAttribute): PreparedAttribute {
  return { start: startOf(key), read };
}

function startOf(key: string): string {
  return `{"key":${JSON.stringify(key)},"value":`;
}

function attributesOf(table: readonly PreparedAttribute[], record: AuditRecord): string[] {
  const list: string[] = [];
  for (const { start, read } of table) {
    const value = read(record);
    if (value !== undefined) list.push(`${start}${valueText(value as JsonValue)}}`);
  }
  return list;
}

/** Most values are texts. */
function valueText(value: JsonValue): string {
  return typeof value === 'string'
    ? `{"stringValue":${JSON.stringify(value.toWellFormed())}}`
    : JSON.stringify(anyValue(value));
}

function labelsOf(labels: Labels = {}): readonly string[] {
  return Object.entries(labels).map(
    ([name, value]) => `${startOf(`${LABEL_PREFIX}${name}`)}${JSON.stringify(anyValue(value))}}`,
  );
}

/** An id of zeros alone is invalid: W3C Trace Context, sections 3.2.2.3 and 3.2.2.4. */
function isTraceId(id: string | undefined): boolean {
  return id !== undefined && /^(?!0{32})[0-9a-f]{32}$/i.test(id);
}

function isSpanId(id: string | undefined): boolean {
  return id !== undefined && /^(?!0{16})[0-9a-f]{16}$/i.test(id);
}
