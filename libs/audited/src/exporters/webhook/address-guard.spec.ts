import type { LookupAddress } from 'node:dns';
import { AddressGuard, type PrivateNetworks, type ResolveAll } from './address-guard.js';

/** A name service that answers this, one answer after the other. */
function answering(...answers: readonly (readonly string[] | Error)[]): ResolveAll {
  const left = [...answers];
  return (_host, _options, callback) => {
    const answer = left.length > 1 ? left.shift() : left[0];
    if (answer instanceof Error) {
      callback(answer, []);
    } else {
      callback(
        null,
        (answer ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    }
  };
}

/** What a socket would connect to, or the code of the error that it gets. */
async function connectedTo(guard: AddressGuard, host: string, all = true): Promise<unknown> {
  return new Promise((resolve) => {
    guard.lookup(host, { all }, (error, address, family) => {
      resolve(
        error === null
          ? all
            ? (address as LookupAddress[]).map((one) => one.address)
            : [address, family]
          : error.code,
      );
    });
  });
}

function guardOf(allowed: PrivateNetworks, ...answers: readonly (readonly string[] | Error)[]): AddressGuard {
  return new AddressGuard(allowed, answering(...answers));
}

const REFUSED = 'ERR_ADDRESS_REFUSED';

describe('AddressGuard', () => {
  it('connects to what was judged, and to nothing else', async () => {
    expect(await connectedTo(guardOf(false, ['1.1.1.1', '2606:4700::1']), 'a.example')).toEqual([
      '1.1.1.1',
      '2606:4700::1',
    ]);
    expect(await connectedTo(guardOf(false, ['1.1.1.1']), 'a.example', false)).toEqual(['1.1.1.1', 4]);
  });

  it.each([['127.0.0.1'], ['::1'], ['10.1.2.3'], ['169.254.169.254'], ['::ffff:10.0.0.1'], ['fd00::1']])(
    'refuses a name that leads to %s',
    async (address) => {
      expect(await connectedTo(guardOf(false, [address]), 'inner.example')).toBe(REFUSED);
      expect(await connectedTo(guardOf(false, [address]), 'inner.example', false)).toBe(REFUSED);
    },
  );

  it('refuses a name of which one address is private', async () => {
    expect(await connectedTo(guardOf(false, ['1.1.1.1', '10.0.0.1']), 'mixed.example')).toBe(REFUSED);
    expect(await connectedTo(guardOf(false, ['1.1.1.1', '10.0.0.1']), 'mixed.example', false)).toBe(REFUSED);
  });

  it('judges anew each time: a name that changes its meaning gains nothing', async () => {
    const guard = guardOf(false, ['1.1.1.1'], ['127.0.0.1']);
    expect(await connectedTo(guard, 'rebind.example')).toEqual(['1.1.1.1']);
    expect(await connectedTo(guard, 'rebind.example')).toBe(REFUSED);
  });

  it('refuses a name without addresses, and passes on what the name service says', async () => {
    expect(await connectedTo(guardOf(false, []), 'empty.example')).toBe(REFUSED);
    const unknown = Object.assign(new Error('unknown'), { code: 'ENOTFOUND' });
    expect(await connectedTo(guardOf(false, unknown), 'no.example')).toBe('ENOTFOUND');
  });

  it('does not tell what a name means in here', () => {
    guardOf(false, ['10.9.8.7']).lookup('inner.example', { all: true }, (error) => {
      expect(error?.message).toBe('"inner.example" is not on the public network');
    });
  });

  it('lets through what it was told to', async () => {
    const allowed = ['10.0.0.0/8', '192.168.1.1', 'fd00::/8', 'siem.internal', '::1'];
    expect(await connectedTo(guardOf(allowed, ['10.1.1.1', 'fd12::1']), 'a.example')).toEqual(['10.1.1.1', 'fd12::1']);
    expect(await connectedTo(guardOf(allowed, ['192.168.1.1', '::1']), 'a.example')).toEqual(['192.168.1.1', '::1']);
    expect(await connectedTo(guardOf(allowed, ['192.168.1.2']), 'a.example')).toBe(REFUSED);
    expect(await connectedTo(guardOf(allowed, ['127.0.0.1']), 'SIEM.internal.')).toEqual(['127.0.0.1']);
    expect(await connectedTo(guardOf(allowed, ['127.0.0.1']), 'x.siem.internal')).toBe(REFUSED);
    expect(await connectedTo(guardOf(true, ['127.0.0.1']), 'anything')).toEqual(['127.0.0.1']);
  });

  it('takes an allowed IPv4 network for the same network in IPv6 notation', () => {
    expect(new AddressGuard(['10.0.0.0/8']).permits('::ffff:10.0.0.1')).toBe(true);
    expect(new AddressGuard(['10.0.0.0/8']).permits('::ffff:127.0.0.1')).toBe(false);
  });

  it('allows everything of a version by the prefix 0, and nothing of the other', () => {
    expect(new AddressGuard(['0.0.0.0/0']).permits('127.0.0.1')).toBe(true);
    expect(new AddressGuard(['0.0.0.0/0']).permits('::1')).toBe(false);
    expect(new AddressGuard(['::/0']).permits('::1')).toBe(true);
  });

  it('judges addresses in digits at once, as a URL has them', () => {
    const guard = new AddressGuard(false);
    expect(guard.permitsHost('[::1]')).toBe(false);
    expect(guard.permitsHost('127.0.0.1')).toBe(false);
    expect(guard.permitsHost('1.1.1.1')).toBe(true);
    expect(guard.permitsHost('a.example')).toBe(true);
    expect(new AddressGuard(['::1']).permitsHost('[::1]')).toBe(true);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    'fd00::/129',
    '10.0.0',
    '999.1.1.1',
    'a b',
    'http://a.b',
    '*.internal',
    'fe80::1%eth0',
    '',
  ])('refuses to be told %j', (entry) => {
    expect(() => new AddressGuard([entry])).toThrow(expect.objectContaining({ option: 'allowPrivateNetwork[0]' }));
  });

  it('refuses what is no text', () => {
    expect(() => new AddressGuard([7 as never])).toThrow(expect.objectContaining({ option: 'allowPrivateNetwork[0]' }));
  });
});
