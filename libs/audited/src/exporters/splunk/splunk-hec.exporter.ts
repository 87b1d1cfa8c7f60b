/**
 * Splunk, HTTP Event Collector: https://help.splunk.com, "HTTP Event Collector REST API endpoints", "Format events for HTTP
 * Event Collector", "About HTTP Event Collector Indexer Acknowledgment", "Troubleshoot HTTP Event Collector"; read 2026-11-30.
 *
 * - One request: at most `max_content_length` of `limits.conf`, 838,860,800 bytes as shipped; Splunk Cloud asks for about
 *   1 MB. More is answered with 413 and a page of HTML.
 * - Envelopes stand one after another, in no array and without commas; `fields` are flat; `time` is in seconds.
 * - 200 means that the request is valid and taken. That it is indexed is told by the acknowledgement endpoint: once for each
 *   request, on the channel of the request, and only by the node that took it. Splunk Cloud has that for Firehose only.
 */
import type { AuditExporter } from '../../delivery/audit-exporter.js';
import { jsonLinesFormatter } from '../../formats/json/jsonl.formatter.js';
import { httpExporter } from '../http/http-exporter.js';
import { HecAcknowledgements } from './hec-acknowledgements.js';
import { acknowledgedVerdict, ackProbeRequest, ackProbeVerdict, askAcknowledgements } from './hec-confirmation.js';
import { hecEnvelope } from './hec-envelope.js';
import { HecRequests } from './hec-request.js';
import { hecHealthVerdict, hecVerdict } from './hec-verdict.js';
import { splunkHecSettings, type SplunkHecOptions } from './splunk-hec.options.js';

/**
 * Sends records to the HTTP Event Collector of Splunk Enterprise or Splunk Cloud.
 *
 * Without `acknowledgement`, delivered means that Splunk took the events, and `assurance` is `sent`. With it, it means that
 * Splunk has indexed them.
 *
 * @throws OptionsInvalidError naming the option and the cure
 *
 * @example
 * ```ts
 * const exporter = splunkHec({
 *   url: 'https://splunk.example.com:8088',
 *   token: process.env['SPLUNK_TOKEN'] ?? '',
 *   index: 'audit',
 *   sourcetype: 'audited:json',
 * });
 * ```
 */
export function splunkHec(options: SplunkHecOptions): AuditExporter {
  const settings = splunkHecSettings(options);
  const { addresses, token, acknowledgement, limits, index } = settings;
  const acks = new HecAcknowledgements(settings.channel);
  const requests = new HecRequests(settings);
  const isAcknowledged = acknowledgement !== undefined;

  const exporter = httpExporter({
    type: 'splunk-hec',
    address: addresses.event,
    connection: options,
    secrets: [token],
    limits: { ...limits, separatorBytes: 1, frameBytes: 0 },
    format: jsonLinesFormatter(),
    encode: hecEnvelope(settings),
    request: (batch) => {
      acks.begin();
      return requests.events(batch, acks.channel);
    },
    interpret: (answer, { events }) => {
      const facts = { events: events.length, isIndexFromRecord: typeof index === 'function' };
      const verdict = hecVerdict(answer, facts);
      return isAcknowledged ? acknowledgedVerdict(verdict, answer, acks) : verdict;
    },
    probe: {
      request: async (send, signal) => {
        const health = hecHealthVerdict(await send(requests.health(acks.channel), signal));
        const isAsked = health.status === 'ok' && isAcknowledged && !acks.isSwitchedOff;
        return isAsked ? ackProbeRequest(requests, acks.channel) : health;
      },
      interpret: ackProbeVerdict,
    },
    ...(isAcknowledged
      ? {
          confirm: (handles, send, signal) => askAcknowledgements(handles, { acks, requests }, send, signal),
          confirmation: acknowledgement,
        }
      : {}),
  });
  return {
    ...exporter,
    /** May change: Splunk can say that the token has no acknowledgement (any more). */
    get assurance() {
      return isAcknowledged && !acks.isSwitchedOff ? 'acknowledged' : 'sent';
    },
    deliver: async (batch, signal) => {
      try {
        return await exporter.deliver(batch, signal);
      } finally {
        acks.end();
      }
    },
  };
}
