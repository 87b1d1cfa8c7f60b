import { ipAddressOf } from './ip-address.js';

describe('ipAddressOf', () => {
  it.each([
    ['203.0.113.7', { version: 4, text: '203.0.113.7' }],
    ['::ffff:10.1.2.3', { version: 4, text: '10.1.2.3' }],
    ['::FFFF:10.1.2.3', { version: 4, text: '10.1.2.3' }],
    ['::ffff:10.1.2.3%eth0', { version: 4, text: '10.1.2.3' }],
    ['2001:db8::8a2e:370:7334', { version: 6, text: '2001:db8::8a2e:370:7334' }],
    ['::1', { version: 6, text: '::1' }],
    ['fe80::1%eth0', { version: 6, text: 'fe80::1' }],
    // Not mapped, but compatible: another prefix, another meaning.
    ['::10.1.2.3', { version: 6, text: '::10.1.2.3' }],
  ])('finds the address in %j', (text, address) => {
    expect(ipAddressOf(text)).toEqual(address);
  });

  it.each([
    undefined,
    '',
    'unknown',
    'api-1.example.com',
    '127.0.0.1:80',
    '[::1]:80',
    '::ffff:10.1.2.300',
    '1.2.3',
    ' 10.0.0.1',
    '10.0.0.1, 10.0.0.2',
    '0x7f000001',
    '010.0.0.1',
  ])('finds none in %j', (text) => {
    expect(ipAddressOf(text)).toBeUndefined();
  });
});
