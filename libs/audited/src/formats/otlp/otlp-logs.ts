import type { AuditRecord } from '../../event/audit-record.js';
import type { JsonValue } from '../../event/json-value.js';
import { EventLabels } from '../event-labels.js';
import type { FormatSettings } from '../format.options.js';
import { jsonText } from '../json-text.js';
import { anyValue, type KeyValue } from './any-value.js';
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
 * one resource.
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
    return jsonText({ attributes: attributesOf(OTLP_RESOURCE_ATTRIBUTES, record) });
  }

  /** A `LogRecord`. Nothing of the record is cut, so there is no count of dropped attributes. */
  logRecord(record: AuditRecord): string {
    const { event } = record;
    const attributes = attributesOf(OTLP_ATTRIBUTES, record);
    for (const [name, value] of Object.entries(this.#labels.of(event.type) ?? {})) {
      attributes.push({ key: `${LABEL_PREFIX}${name}`, value: { stringValue: value } });
    }
    return jsonText({
      timeUnixNano: unixNano(event.occurredAt),
      observedTimeUnixNano: unixNano(event.recordedAt),
      severityNumber: SEVERITY_NUMBERS[event.severity],
      severityText: event.severity,
      eventName: event.type,
      body: { stringValue: event.action },
      attributes,
      traceId: isTraceId(event.traceId) ? event.traceId : undefined,
      spanId: isSpanId(event.spanId) ? event.spanId : undefined,
    });
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

function attributesOf(table: readonly OtlpAttribute[], record: AuditRecord): KeyValue[] {
  const list: KeyValue[] = [];
  for (const { key, read } of table) {
    const value = read(record);
    if (value !== undefined) list.push({ key, value: anyValue(value as JsonValue) });
  }
  return list;
}

/** An id of zeros alone is invalid: W3C Trace Context, sections 3.2.2.3 and 3.2.2.4. */
function isTraceId(id: string | undefined): boolean {
  return id !== undefined && /^(?!0{32})[0-9a-f]{32}$/i.test(id);
}

function isSpanId(id: string | undefined): boolean {
  return id !== undefined && /^(?!0{16})[0-9a-f]{16}$/i.test(id);
}
