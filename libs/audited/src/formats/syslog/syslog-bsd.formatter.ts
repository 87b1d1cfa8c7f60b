import type { AuditRecord } from '../../event/audit-record.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkWhole } from '../../event/option-checks.js';
import { LINES, type EventFormatter } from '../event-formatter.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { bsdHostname, bsdTag, bsdTimestamp, checkBsdHostname, checkProcess, checkTag } from './bsd-header.js';
import { fittingPayload, payloadOf, type PayloadOptions } from './syslog-payload.js';
import { priorityWriter, type PriorityOptions } from './syslog-priority.js';
import { LEAST_MAX_BYTES, MOST_MAX_BYTES } from './syslog.formatter.js';

/** Fields of the old header and the length of a message. */
export interface SyslogBsdHeaderOptions {
  /**
   * A name without its domain, or an IP address.
   * @default the first label of the event's `origin.host`, else `0.0.0.0`
   */
  readonly hostname?: string;
  /**
   * 1 to 32 letters and digits; `false` for none.
   * @default none with the payloads `cef` and `leef`, whose first word is the TAG (the CEF standard and IBM put them right
   * behind HOSTNAME); otherwise the letters and digits of the event's `origin.component`, else of the product's name
   */
  readonly tag?: string | false;
  /** Behind the tag, in brackets: 1 to 64 letters, digits, `.`, `_`, `-`. @default none */
  readonly procId?: string;
  /**
   * Bytes of a whole message, 480 or more.
   * @default 1024, the limit of RFC 3164 section 4.1. Few receivers of today have it; take 8192 with a payload of JSON
   */
  readonly maxBytes?: number;
}

/** What surrounds the payload, and what it is: `cef`, unless said otherwise. */
export type SyslogBsdFormatOptions = FormatOptions & PriorityOptions & SyslogBsdHeaderOptions & PayloadOptions<'cef'>;

const OWN_OPTION_NAMES = ['facility', 'severity', 'hostname', 'tag', 'procId', 'maxBytes', 'payload', 'payloadOptions'];

/** Their texts begin with letters and a colon: to a receiver that is a TAG. */
const SELF_TAGGED: ReadonlySet<string> = new Set(['cef', 'leef']);
const TAG_OF_NOBODY = 'audited';

/**
 * A record as a syslog message of RFC 3164, around a payload in any format of one line, for receivers that know nothing
 * newer: `<PRI>Mmm dd hh:mm:ss HOSTNAME TAG[pid]: CONTENT`.
 *
 * The header has neither year nor zone nor fractions of a second. The time is UTC; set the receiver's zone for this
 * source to UTC, or use `syslog`. The payload, in which the time is whole, is UTF-8, which the RFC permits in CONTENT.
 * A message that is too long gives way as in `syslog`.
 *
 * @throws OptionsInvalidError naming the option and the cure
 */
export function syslogBsdFormatter(options: SyslogBsdFormatOptions = {}): EventFormatter {
  const { product } = formatSettings(options, OWN_OPTION_NAMES);
  const { hostname, procId, maxBytes = 1024 } = options;
  checkBsdHostname(hostname);
  checkTag(options.tag);
  checkProcess(procId);
  checkWhole('maxBytes', maxBytes, LEAST_MAX_BYTES, MOST_MAX_BYTES);
  const payload = payloadOf(options, 'cef');
  const { tag = SELF_TAGGED.has(payload.name) ? false : undefined } = options;
  if (tag === false && procId !== undefined) {
    throw new OptionsInvalidError('procId', 'has no tag to stand behind', 'Leave it out, or give "tag".');
  }
  if (tag === false && payload.name === 'text') {
    throw new OptionsInvalidError('tag', 'is false, and a text could name any program', 'Leave it out, or give a tag.');
  }
  const process = procId === undefined ? '' : `[${procId}]`;
  const tagOfNobody = bsdTag(product.name, TAG_OF_NOBODY);
  const priorityOf = priorityWriter(options);

  function format(record: AuditRecord): string {
    const { event } = record;
    const { component, host } = event.origin;
    const header = `${priorityOf(event)}${bsdTimestamp(event.occurredAt)} ${hostname ?? bsdHostname(host)} `;
    const source =
      tag === false
        ? ''
        : `${tag ?? (component === undefined ? tagOfNobody : bsdTag(component, tagOfNobody))}${process}: `;
    const start = `${header}${source}`;
    return `${start}${fittingPayload(payload, record, maxBytes - start.length)}`;
  }

  return {
    name: 'syslog-bsd',
    contentType: 'text/plain; charset=utf-8',
    fileExtension: 'log',
    specification: { title: 'RFC 3164 The BSD syslog Protocol', url: 'https://www.rfc-editor.org/rfc/rfc3164' },
    document: LINES,
    format,
  };
}
