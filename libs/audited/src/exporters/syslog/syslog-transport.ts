import type { DeliveryVerdict, ProbeVerdict } from '../../delivery/delivery-verdict.js';

/** `udp`: RFC 5426. `tcp`: RFC 6587. `tls`: RFC 5425. */
export type SyslogTransportName = 'udp' | 'tcp' | 'tls';

/** Carries messages that are safe to be sent as they are; see `AuditExporter` for what each method promises. */
export interface SyslogTransport {
  deliver(messages: readonly string[], signal: AbortSignal): Promise<DeliveryVerdict>;
  probe(signal: AbortSignal): Promise<ProbeVerdict>;
  close(): Promise<void>;
}

/**
 * Lets the event loop look at every socket once: what arrived before is known afterwards. Two steps, because whoever calls
 * may stand behind the look of the present turn.
 */
export function oneTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
