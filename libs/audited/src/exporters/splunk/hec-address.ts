import { OptionsInvalidError } from '../../event/audit.error.js';
import { httpAddress } from '../http/http-connection.options.js';

const COLLECTOR = '/services/collector';
/** What people copy out of a page or a curl command along with the base. */
const COPIED = /\/services\/collector(?:\/(?:event|raw|ack|health))?(?:\/1\.0)?\/*$/;

/** Where one collector takes what. */
export interface HecAddresses {
  readonly event: URL;
  readonly ack: URL;
  readonly health: URL;
}

/**
 * The endpoints of a collector, by its base: `https://splunk.example.com:8088`. A path is that of a gateway in front of it; the
 * collector's own path at the end is taken off.
 *
 * @throws OptionsInvalidError for what is no address, and for one with the collector's path in the middle
 */
export function hecAddresses(option: string, given: unknown): HecAddresses {
  const base = httpAddress(option, given);
  const path = base.pathname.replace(COPIED, '').replace(/\/+$/, '');
  if (path.includes(COLLECTOR)) {
    throw new OptionsInvalidError(
      option,
      `has "${COLLECTOR}" in the middle of its path`,
      'Give the base only, such as https://splunk.example.com:8088: the path of the collector is added.',
    );
  }
  const endpoint = (name: string): URL => new URL(`${base.origin}${path}${COLLECTOR}/${name}`);
  return { event: endpoint('event'), ack: endpoint('ack'), health: endpoint('health') };
}
