import { isIP } from 'node:net';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Whether the request was meant for this server: its `Host` is an address, `localhost`, or the name it listens on. A page from
 * elsewhere can have its own name resolve to this machine, and is then of one origin with us; its name betrays it.
 *
 * @param listensOn as in the settings
 */
export function isMeantForUs({ host }: Headers, listensOn: string): boolean {
  if (typeof host !== 'string' || !URL.canParse(`http://${host}`)) {
    return false;
  }
  const { hostname } = new URL(`http://${host}`);
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || isIP(name) > 0 || name === listensOn.toLowerCase();
}

/**
 * Whether a page of another origin is behind the request. Browsers say so in `sec-fetch-site`, old ones in `origin`; whoever
 * sends neither is no browser. Another port of this machine is another origin, although the same "site".
 */
export function isFromElsewhere({ host, origin, 'sec-fetch-site': site }: Headers): boolean {
  if (site !== undefined) {
    return site !== 'same-origin' && site !== 'none';
  }
  return origin !== undefined && origin !== `http://${String(host)}`;
}
