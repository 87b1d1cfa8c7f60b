import type { ProbeVerdict } from '../../delivery/delivery-verdict.js';
import { networkVerdict } from '../network-verdict.js';
import type { CleanText } from '../secret-words.js';

type Trouble = Exclude<ProbeVerdict, { status: 'ok' }>;

/** What went wrong where the socket's own error would not tell it. */
export class SyslogTroubleError extends Error {
  override readonly name = 'SyslogTroubleError';

  /** @param status `hold` when nothing arrives before somebody mends it */
  constructor(
    readonly status: Trouble['status'],
    message: string,
    readonly cure: string,
  ) {
    super(message);
  }
}

const BROKEN_OFF =
  'If it goes on so, the log of the receiver says why: it may want TLS, a client certificate, another framing, or shorter messages.';

/** A connection that was there, and is not any more. */
export function brokenOff(message: string): SyslogTroubleError {
  return new SyslogTroubleError('retry', message, BROKEN_OFF);
}

/** Whether the time for some work was over; see `withinTime`. */
export function isTimeout(error: unknown): boolean {
  return (error as { readonly name?: unknown }).name === 'TimeoutError';
}

/** The verdict for an error of a socket or of this exporter: one line, without secrets. */
export function troubleVerdict(error: unknown, clean: CleanText): Trouble {
  if (error instanceof SyslogTroubleError) {
    return { status: error.status, reason: error.message, cure: error.cure };
  }
  const verdict = networkVerdict(error);
  // OpenSSL tells places in its sources, and ends its texts with LF.
  const { code } = error as { readonly code?: unknown };
  const cure = code === 'ECONNRESET' || code === 'EPIPE' ? { cure: BROKEN_OFF } : {};
  return { ...verdict, reason: clean(verdict.reason), ...cure };
}
