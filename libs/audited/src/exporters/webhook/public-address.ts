import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * What is not the public network: IANA IPv4 Special-Purpose Address Registry, read 2026-11-30
 * (https://www.iana.org/assignments/iana-ipv4-special-registry/), multicast and reserved addresses, and one address of a
 * cloud that answers with secrets although it is a public one.
 */
const SPECIAL_IPV4: readonly (readonly [network: string, prefix: number, meaning: string])[] = [
  ['0.0.0.0', 8, 'this network, unspecified'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared by carriers (CGNAT); metadata of Alibaba Cloud'],
  ['127.0.0.0', 8, 'loopback'],
  ['168.63.129.16', 32, 'Azure wire server'],
  ['169.254.0.0', 16, 'link-local; metadata of most clouds'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'protocol assignments; metadata of Oracle Cloud'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, '6to4 relays, deprecated'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarks'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved, broadcast'],
];

/**
 * Of IPv6 only 2000::/3 is given out; these parts of it are special. Everything else (loopback, link-local, unique local,
 * multicast, IPv4-mapped, local NAT64) lies outside of it.
 * https://www.iana.org/assignments/iana-ipv6-special-registry/, read 2026-11-30
 */
const SPECIAL_IPV6: readonly (readonly [network: string, prefix: number, meaning: string])[] = [
  ['2001::', 23, 'protocol assignments, Teredo'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4: an IPv4 address is in it'],
  ['3fff::', 20, 'documentation'],
];

const special = new BlockList();
SPECIAL_IPV4.forEach(([network, prefix]) => special.addSubnet(network, prefix, 'ipv4'));
SPECIAL_IPV6.forEach(([network, prefix]) => special.addSubnet(network, prefix, 'ipv6'));
const givenOut = new BlockList();
givenOut.addSubnet('2000::', 3, 'ipv6');
const nat64 = new BlockList();
nat64.addSubnet('64:ff9b::', 96, 'ipv6');

/**
 * Whether an address belongs to the public network: not private, not this machine, not this link, not a group, and not one
 * that names such an address in another notation. What is no address is not public.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) {
    return !special.check(address, 'ipv4');
  }
  // A zone (`%eth0`) is for addresses of a link.
  if (isIP(address) !== 6 || address.includes('%')) {
    return false;
  }
  if (nat64.check(address, 'ipv6')) {
    return isPublicAddress(lastFourBytes(address));
  }
  return givenOut.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** The IPv4 address at the end of an IPv6 address. */
function lastFourBytes(address: string): string {
  // In the one notation that a URL has for it: groups in hexadecimal, none of them longer than it must be.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':').slice(-2);
  return groups
    .map((group) => Number.parseInt(group === '' ? '0' : group, 16))
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}
