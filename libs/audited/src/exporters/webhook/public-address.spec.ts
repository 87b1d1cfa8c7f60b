import fc from 'fast-check';
import { isPublicAddress } from './public-address.js';

const NOT_PUBLIC = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.0',
  '10.255.255.255',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.255',

  '127.0.0.1',
  '127.255.255.255',
  '168.63.129.16',
  '169.254.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.7',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::2',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:7f00:1',
  '::ffff:0:127.0.0.1',
  '::127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::a00:1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b::',
  '64:ff9b:1::8.8.8.8',
  '100::1',
  '2001::1',
  '2001:1ff:ffff::',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  '4000::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fdff:ffff::1',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  'fec0::1',
  'ff02::1',
];
const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',

  '168.63.129.15',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2000::1',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2606:4700::1111',
  '2a00:1450::1',
  '3ffe::1',
  '64:ff9b::8.8.8.8',
  '64:ff9b::101:101',
];

describe('isPublicAddress', () => {
  it.each(NOT_PUBLIC)('refuses %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(PUBLIC)('takes %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '8.8.8.8.',
    ' 8.8.8.8',
    '[2000::1]',
    '8.8.8.8/32',
  ])('takes nothing that is no address: %j', (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });

  it('judges an IPv4 address within NAT64 as that address, in every notation', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const groups = new URL(`http://[64:ff9b::${address}]`).hostname.slice(1, -1);
        expect(isPublicAddress(`64:ff9b::${address}`)).toBe(isPublicAddress(address));
        expect(isPublicAddress(groups)).toBe(isPublicAddress(address));
      }),
    );
  });

  it('takes no IPv4 address in the clothes of an IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '::', '::ffff:0:', '64:ff9b:1::'), (address, clothes) => {
        expect(isPublicAddress(`${clothes}${address}`)).toBe(false);
      }),
    );
  });

  it('takes no address of a private network', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const network = fc.constantFrom(
      '10',
      '127',
      '192.168',
      '169.254',
      '172.16',
      '172.31',
      '100.64',
      '100.127',
      '0',
      '224',
    );
    fc.assert(
      fc.property(network, fc.tuple(byte, byte, byte), (start, rest) => {
        const address = [...start.split('.'), ...rest].slice(0, 4).join('.');
        expect(isPublicAddress(address)).toBe(false);
      }),
    );
  });
});
