import type { AuditOrigin } from '../../event/audit-event.js';
import { ipAddressOf } from '../ip-address.js';

/** The columns that say where the event was produced. The application runs there too: it is the target's host as well. */
export interface AsimDevice {
  /** Mandatory in the schema, and an alias: the best identifier among the columns below. */
  readonly Dvc: string;
  readonly DvcHostname?: string | undefined;
  readonly DvcDomain?: string | undefined;
  readonly DvcDomainType?: 'FQDN' | undefined;
  readonly DvcFQDN?: string | undefined;
  readonly DvcIpAddr?: string | undefined;
  readonly DvcId?: string | undefined;
  readonly DvcIdType?: 'Other' | undefined;
}

/** The logical types Hostname, Domain and FQDN: "ASIM schemas", section "Logical types", and Microsoft's ASimTester. */
const HOSTNAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;
const DOMAIN = /^(?:[_a-zA-Z0-9][_a-zA-Z0-9-]{0,62}\.)*[a-zA-Z]{2,63}$/;
/** RFC 1035 section 2.3.4. */
const MAX_NAME = 253;

/**
 * `Dvc` is the host; without one the process run, whose identifier is then `DvcId` too; and without that the product,
 * as ASIM asks of sources that have no apparent device.
 *
 * A host that is no address and no name of the logical types stays in `Dvc`, which is free text, and in no other column.
 */
export function asimDevice({ host, instanceId }: AuditOrigin, product: string): AsimDevice {
  if (host !== undefined && host !== '') return { Dvc: host, ...namesOf(host) };
  if (instanceId !== undefined && instanceId !== '') return { Dvc: instanceId, DvcId: instanceId, DvcIdType: 'Other' };
  return { Dvc: product };
}

/** `api-1.example.com` is a name and a domain, as Microsoft's ASIM_ResolveFQDN takes it apart. */
function namesOf(host: string): Omit<AsimDevice, 'Dvc'> {
  const address = ipAddressOf(host)?.text;
  if (address !== undefined) return { DvcIpAddr: address };
  const dot = host.indexOf('.');
  const label = dot === -1 ? host : host.slice(0, dot);
  const name = HOSTNAME.test(label) ? label : undefined;
  if (dot === -1) return { DvcHostname: name };
  const domain = host.slice(dot + 1);
  if (host.length > MAX_NAME || name === undefined || !DOMAIN.test(domain)) return {};
  return { DvcHostname: name, DvcDomain: domain, DvcDomainType: 'FQDN', DvcFQDN: host };
}
