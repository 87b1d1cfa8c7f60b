import { isIPv4, isIPv6 } from 'node:net';

/** An address that a reader of addresses takes. */
export interface IpAddress {
  readonly version: 4 | 6;
  readonly text: string;
}

const IPV4_MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)(?:%|$)/i;

/**
 * The address in a text, or `undefined` when the text is no address: `unknown`, a host name, an address with a port.
 * An IPv4 address that a dual-stack socket shows as IPv6 (`::ffff:10.1.2.3`, RFC 4291 section 2.5.5.2) is the IPv4
 * address. A zone (`fe80::1%eth0`, RFC 4007) is left out: it means something on its own machine only.
 */
export function ipAddressOf(text: string | undefined): IpAddress | undefined {
  if (text === undefined) return undefined;
  // Cheap first: most host names need no look at the long expression for IPv6.
  if (!text.includes(':')) return isIPv4(text) ? { version: 4, text } : undefined;
  if (!isIPv6(text)) return undefined;
  const mapped = IPV4_MAPPED.exec(text)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return { version: 4, text: mapped };
  const zone = text.indexOf('%');
  return { version: 6, text: zone === -1 ? text : text.slice(0, zone) };
}
