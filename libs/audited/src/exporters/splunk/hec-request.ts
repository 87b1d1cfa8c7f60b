import type { DeliveryBatch } from '../../delivery/audit-exporter.js';
import type { HttpRequest } from '../http/http-connection.js';
import type { SplunkHecSettings } from './splunk-hec.options.js';

/** Makes the requests of one destination. */
export class HecRequests {
  constructor(private readonly settings: SplunkHecSettings) {}

  /** Envelopes one after another: no array, no commas. */
  events({ events }: DeliveryBatch, channel: string): HttpRequest {
    const { addresses, gzip } = this.settings;
    const body = events.map(({ text }) => text).join('\n');
    return { url: addresses.event, headers: this.headers(channel, true), body, gzip };
  }

  /** Asks which requests of a channel are indexed. */
  acknowledgements(ackIds: readonly number[], channel: string): HttpRequest {
    const body = JSON.stringify({ acks: ackIds });
    return { url: this.settings.addresses.ack, headers: this.headers(channel, true), body };
  }

  health(channel: string): HttpRequest {
    return { method: 'GET', url: this.settings.addresses.health, headers: this.headers(channel, false) };
  }

  /** The channel is always sent: a token with acknowledgement needs it, and no other minds it. */
  private headers(channel: string, hasBody: boolean): Readonly<Record<string, string>> {
    return {
      authorization: `Splunk ${this.settings.token}`,
      'x-splunk-request-channel': channel,
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
    };
  }
}
