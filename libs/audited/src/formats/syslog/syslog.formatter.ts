import type { AuditRecord } from '../../event/audit-record.js';
import { checkFlag, checkWhole } from '../../event/option-checks.js';
import { LINES, type EventFormatter } from '../event-formatter.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { AUDIT_PARAMETER_NAMES, CORE_PARAMETER_NAMES } from './audit-parameters.js';
import { structuredDataWriter, type StructuredDataOptions } from './structured-data.js';
import { checkHeaderField, HEADER_LIMITS, headerField, NIL } from './syslog-header.js';
import { fittingPayload, payloadOf, type PayloadOptions } from './syslog-payload.js';
import { priorityWriter, type PriorityOptions } from './syslog-priority.js';

/** Fields of the header and the length of a message. Texts must be printable ASCII without spaces. */
export interface SyslogHeaderOptions {
  /** Fully qualified where possible. At most 255 characters. @default the event's `origin.host`, else `-` */
  readonly hostname?: string;
  /** At most 48 characters. @default the event's `origin.component`, else the product's name */
  readonly appName?: string;
  /**
   * At most 128 characters. The RFC wants it to change when the program starts again.
   * @default the event's `origin.instanceId`, else `-`
   */
  readonly procId?: string;
  /** At most 32 characters. @default the event's type */
  readonly msgId?: string;
  /**
   * Whether a byte order mark tells that the message is UTF-8, as RFC 5424 section 6.4 wants. Readers of CEF, LEEF and
   * JSON look for their own first characters instead, and many show the mark as dirt.
   * @default true with the payload `text`, otherwise false
   */
  readonly bom?: boolean;
  /**
   * Bytes of a whole message, 480 or more: that every receiver takes, 2048 it should (RFC 5424 section 6.1). For UDP
   * take what a datagram holds on the way, some 1200. What is too long for a receiver is cut by it without a word.
   * @default 8192: what a receiver of TLS should take (RFC 5425 section 4.3.1), and the limit that rsyslog comes with
   */
  readonly maxBytes?: number;
}

/** What surrounds the payload, and what it is: `jsonl`, unless said otherwise. */
export type SyslogFormatOptions = FormatOptions &
  PriorityOptions &
  SyslogHeaderOptions &
  StructuredDataOptions &
  PayloadOptions<'jsonl'>;

const OWN_OPTION_NAMES = [
  'facility',
  'severity',
  'hostname',
  'appName',
  'procId',
  'msgId',
  'bom',
  'maxBytes',
  'structuredData',
  'enterpriseNumber',
  'auditParameters',
  'isSynced',
  'payload',
  'payloadOptions',
];

const BOM = '\uFEFF';
const BOM_BYTES = 3;
/** RFC 5424 section 6.1: every receiver takes messages of that length. */
export const LEAST_MAX_BYTES = 480;
/** More than any receiver takes. */
export const MOST_MAX_BYTES = 2 ** 24;

/**
 * A record as a syslog message of RFC 5424, around a payload in any format of one line.
 *
 * `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG`, where the time is the event's `occurredAt` in
 * UTC with milliseconds. The default payload is the SIEM JSON of `jsonl`: it carries the whole record without the
 * enterprise number that structured data would need. In a header field `_` stands for every character that the RFC does
 * not allow there.
 *
 * A message is never longer than `maxBytes`. The payload gives way: free text is cut at its end, CEF and LEEF lose pairs,
 * and of JSON, which a cut would break, parts of the event are left out and named in `truncated`. Structured data gives
 * way only when it is too long by itself. There is no framing here: what separates messages on a connection is up to the
 * transport (RFC 5425, RFC 6587).
 *
 * @throws OptionsInvalidError naming the option and the cure
 */
export function syslogFormatter(options: SyslogFormatOptions = {}): EventFormatter {
  const { product } = formatSettings(options, OWN_OPTION_NAMES);
  const { hostname, appName, procId, msgId, maxBytes = 8192 } = options;
  checkHeaderField('hostname', hostname);
  checkHeaderField('appName', appName);
  checkHeaderField('procId', procId);
  checkHeaderField('msgId', msgId);
  checkWhole('maxBytes', maxBytes, LEAST_MAX_BYTES, MOST_MAX_BYTES);
  const payload = payloadOf(options, 'jsonl');
  const { bom = payload.name === 'text' } = options;
  checkFlag('bom', bom);
  const priorityOf = priorityWriter(options);
  const structuredDataOf = structuredDataWriter(
    options,
    product,
    payload.name === 'text' ? AUDIT_PARAMETER_NAMES : CORE_PARAMETER_NAMES,
  );

  function format(record: AuditRecord): string {
    const { event } = record;
    const { origin } = event;
    const head =
      `${priorityOf(event)}1 ${event.occurredAt} ` +
      `${headerField(hostname ?? origin.host, HEADER_LIMITS.hostname)} ` +
      headerField(appName ?? origin.component ?? product.name, HEADER_LIMITS.appName);
    const process = headerField(procId ?? origin.instanceId, HEADER_LIMITS.procId);
    const kind = headerField(msgId ?? event.type, HEADER_LIMITS.msgId);
    // Only the longest of all headers in the shortest of all messages: the field without a meaning of its own goes.
    const isTooLong = head.length + process.length + kind.length + ' '.length * 3 + NIL.length > maxBytes;
    const header = `${head} ${isTooLong ? NIL : process} ${kind} `;
    const structuredData = structuredDataOf(record, maxBytes - header.length);
    const start = `${header}${structuredData}`;
    const room = maxBytes - Buffer.byteLength(start) - ' '.length - (bom ? BOM_BYTES : 0);
    const message = fittingPayload(payload, record, room);
    return message === '' ? start : `${start} ${bom ? BOM : ''}${message}`;
  }

  return {
    name: 'syslog',
    contentType: 'text/plain; charset=utf-8',
    fileExtension: 'log',
    specification: { title: 'RFC 5424 The Syslog Protocol', url: 'https://www.rfc-editor.org/rfc/rfc5424' },
    document: LINES,
    format,
  };
}
