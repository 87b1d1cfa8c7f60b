import type { DeliveryBatch } from '../../delivery/audit-exporter.js';
import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';

/** PRI of RFC 5424 section 6.2.1 and RFC 3164 section 4.1.1: 0 to 191, without leading zeros. */
const PRI = /^<(?:0|[1-9]\d?|1[0-8]\d|19[01])>/;
/** What ends a message on some connection: LF, CR and NUL (RFC 6587 section 3.4.2). */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what must not get through
const ENDS = /[\n\r\u0000]/g;

/** Messages that may be sent as they are, or why one of them never can be. */
export type SafeMessages =
  { readonly texts: readonly string[] } | { readonly refusal: Extract<DeliveryVerdict, { status: 'poison' }> };

/**
 * The messages of a batch, so that each can only ever be read as one message: what ends a message somewhere is a space in
 * them, and each begins with a PRI. The syslog formats promise both; a formatter of somebody else's may not keep it, and a
 * receiver would take the rest of its text for a record of its own, or its first digits for a length.
 *
 * @param maxBytes what one message may have
 */
export function safeMessages({ events }: DeliveryBatch, maxBytes: number): SafeMessages {
  const texts: string[] = [];
  for (const [index, { text }] of events.entries()) {
    if (!PRI.test(text)) {
      return { refusal: { status: 'poison', index, reason: 'the format gave no syslog message: there is no PRI' } };
    }
    const bytes = Buffer.byteLength(text);
    if (bytes > maxBytes) {
      return { refusal: { status: 'poison', index, reason: `the message has ${bytes} bytes, more than ${maxBytes}` } };
    }
    texts.push(text.replaceAll(ENDS, ' '));
  }
  return { texts };
}
