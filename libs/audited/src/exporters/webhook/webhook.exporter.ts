/**
 * Webhooks as Standard Webhooks 1.0.0 has them.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, read 2026-11-30
 *
 * - body: below 20 kB is advised, no limit is set
 * - an answer is waited for 15 to 30 seconds; 2xx is a success, everything else a failure; redirects are not followed
 * - 410: the endpoint wants no more; 429, 502, 504: slow down; `Retry-After` counts
 * - `webhook-id` stays the same over all attempts, `webhook-timestamp` is the time of the attempt
 */
import type { AuditExporter } from '../../delivery/audit-exporter.js';
import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { httpExporter } from '../http/http-exporter.js';
import { httpVerdict } from '../http/http-verdict.js';
import { BATCH_FRAME_BYTES, batchBody, SINGLE_FRAME_BYTES, singleBody } from './webhook-body.js';
import { webhookSettings, type WebhookOptions } from './webhook.options.js';

/** Formats of which one record is one JSON object. */
const FORMATS = ['asim', 'ecs', 'flat', 'json', 'jsonl', 'ocsf', 'otlp', 'record', 'sentinel-legacy'];

/**
 * Makes an exporter that sends signed webhooks to a receiver of your own or of somebody else's.
 *
 * @throws OptionsInvalidError for an address or a secret that cannot be; it never repeats a secret
 *
 * @example
 * ```ts
 * const exporter = webhook({ url: 'https://hooks.example.com/audit', secret: process.env['WEBHOOK_SECRET'] ?? '' });
 * ```
 */
export function webhook(options: WebhookOptions): AuditExporter {
  const { url, keys, isBatched, maxEvents, maxBytes, headers, guard, connection, secrets, clock } =
    webhookSettings(options);
  return httpExporter({
    type: 'webhook',
    // The path may be what lets requests in.
    address: new URL(url.origin),
    connection,
    lookup: guard.lookup,
    secrets,
    formats: FORMATS,
    limits: {
      maxEvents,
      maxBytes,
      separatorBytes: 1,
      frameBytes: isBatched ? BATCH_FRAME_BYTES : SINGLE_FRAME_BYTES,
    },
    request: (batch) => {
      const body = Buffer.from(isBatched ? batchBody(batch) : singleBody(batch));
      const seconds = String(Math.floor(clock.now() / 1000));
      const content = Buffer.concat([Buffer.from(`${batch.id}.${seconds}.`), body]);
      return {
        url,
        headers: {
          'user-agent': 'nestjs-audited',
          ...headers,
          'content-type': 'application/json',
          'webhook-id': batch.id,
          'webhook-timestamp': seconds,
          'webhook-signature': keys.map((key) => key.sign(content)).join(' '),
        },
        body,
      };
    },
    interpret: verdictOf,
  });
}

function verdictOf(answer: HttpAnswer): DeliveryVerdict {
  const verdict = httpVerdict(answer);
  return verdict.status === 'hold' && answer.status === 410
    ? { ...verdict, cure: 'The endpoint asks for no more events: remove the destination, or give its new address.' }
    : verdict;
}
