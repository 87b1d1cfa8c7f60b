import type { DestinationOptions } from 'nestjs-audited';
import { splunkHec } from 'nestjs-audited/exporters';
import type { SiemSettings } from '../demo.settings.js';

/** Where every record of the demo goes: a Splunk, or the receiver that `npm run demo` starts beside it. */
export function siemDestination({ url, token, acknowledgement }: SiemSettings): DestinationOptions {
  return {
    name: 'siem-sink',
    // Everything here is more impatient than the defaults: whoever breaks the receiver wants to see what happens.
    exporter: splunkHec({
      url,
      token,
      acknowledgement: acknowledgement ? { everyMs: 250, timeoutMs: 20_000 } : false,
      timeoutMs: 2000,
    }),
    retry: { initialMs: 500, maxMs: 4000 },
    hold: { initialMs: 2000, maxMs: 4000 },
  };
}
