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

/** The verdict for an error of a socket or of this exporter: one line, without secrets. */
export function troubleVerdict(error: unknown, clean: CleanText): Trouble {
  if (error instanceof SyslogTroubleError) {
    return { status: error.status, reason: error.message, cure: error.cure };
  }
  const verdict = networkVerdict(error);
  // OpenSSL tells places in its sources, and ends its texts with LF.
  return { ...verdict, reason: clean(verdict.reason) };
}
