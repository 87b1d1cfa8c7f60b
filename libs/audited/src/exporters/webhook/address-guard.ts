import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkText } from '../../event/option-checks.js';
import { isPublicAddress } from './public-address.js';

/** `true`: every address; else networks (`10.0.0.0/8`), addresses and host names that may be reached besides the public ones. */
export type PrivateNetworks = boolean | readonly string[];

/** Finds all addresses of a name, as `lookup` of `node:dns` does. */
export type ResolveAll = (
  host: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const OPTION = 'allowPrivateNetwork';
const HOST_NAME = /^(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/**
 * Keeps requests from going where whoever wrote the address must not get: to this machine, its neighbours, or the service
 * that gives a cloud machine its credentials.
 *
 * Names are judged by what they resolve to, and the socket connects to the very addresses that were judged: a name service
 * that answers differently the next time gains nothing.
 */
export class AddressGuard {
  private readonly hosts = new Set<string>();
  private readonly networks = new BlockList();

  /** @throws OptionsInvalidError for an entry that is neither a network nor an address nor a host name */
  constructor(
    private readonly allowed: PrivateNetworks,
    private readonly resolve: ResolveAll = systemLookup,
  ) {
    if (typeof allowed !== 'boolean') {
      allowed.forEach((entry, index) => this.allow(entry, `${OPTION}[${index}]`));
    }
  }

  /** Whether requests to this host are not looked at: the caller vouches for it, wherever its name leads. */
  trusts(host: string): boolean {
    return this.allowed === true || this.hosts.has(normalHost(host));
  }

  /** Whether an address in digits may be reached. */
  permits(address: string): boolean {
    return (
      this.allowed === true ||
      isPublicAddress(address) ||
      (isIP(address) !== 0 && this.networks.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6'))
    );
  }

  /** Whether a host may be asked for at all: an address in digits is judged at once, a name when it is resolved. */
  permitsHost(host: string): boolean {
    const name = normalHost(host);
    if (this.trusts(name)) {
      return true;
    }
    return isIP(name) === 0 || this.permits(name);
  }

  /** Whether a host is judged by what its name leads to, so that whoever resolves the name has to be {@link lookup}. */
  resolves(host: string): boolean {
    return !this.trusts(host) && isIP(normalHost(host)) === 0;
  }

  /** For a socket: resolves a name, and refuses it when one of its addresses must not be reached. */
  readonly lookup: LookupFunction = (host, options, callback) => {
    this.resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const [first] = addresses;
      if (first === undefined || !(this.trusts(host) || addresses.every(({ address }) => this.permits(address)))) {
        callback(refusal(host), []);
      } else if (options.all === true) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };

  private allow(entry: unknown, option: string): void {
    checkText(option, entry);
    const text = normalHost(String(entry));
    const [address = '', prefix, ...rest] = text.split('/');
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const bits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (version !== 0 && !address.includes('%') && rest.length === 0 && bits <= most) {
      this.networks.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
    } else if (version === 0 && HOST_NAME.test(text) && !/^[\d.]+$/.test(text)) {
      this.hosts.add(text);
    } else {
      throw new OptionsInvalidError(
        option,
        `is ${JSON.stringify(text.slice(0, 60))}`,
        'Give a network (10.0.0.0/8, fd00::/8), an address or a host name.',
      );
    }
  }
}

/** Without brackets and the last dot, in small letters. */
function normalHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

/** Does not say which address it is: whoever may write addresses need not learn what names mean in here. */
function refusal(host: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`"${host}" is not on the public network`);
  error.code = 'ERR_ADDRESS_REFUSED';
  return error;
}
