import { asimDevice } from './asim-device.js';

describe('The device of a row', () => {
  it.each([
    [
      'api-1.example.com',
      {
        DvcHostname: 'api-1',
        DvcDomain: 'example.com',
        DvcDomainType: 'FQDN',
        DvcFQDN: 'api-1.example.com',
      },
    ],
    ['appserver', { DvcHostname: 'appserver' }],
    ['5f0c2a9e6d7b', { DvcHostname: '5f0c2a9e6d7b' }],
    ['10.1.2.3', { DvcIpAddr: '10.1.2.3' }],
    ['2001:db8::1', { DvcIpAddr: '2001:db8::1' }],
    ['x'.repeat(63), { DvcHostname: 'x'.repeat(63) }],
    ['x'.repeat(64), {}],
    ['under_score', {}],
    ['-api.example.com', {}],
    ['api.example.c', {}],
    ['api.', {}],
    ['.com', {}],
    ['two words', {}],
    [`${'x'.repeat(63)}.`.repeat(4).concat('com'), {}],
  ])('of the host %s', (host, columns) => {
    expect(asimDevice({ host, instanceId: 'run-1' }, 'Billing')).toEqual({ Dvc: host, ...columns });
  });

  it('is the process run where no host is known, and the product where nothing is', () => {
    expect(asimDevice({ instanceId: 'run-1' }, 'Billing')).toEqual({
      Dvc: 'run-1',
      DvcId: 'run-1',
      DvcIdType: 'Other',
    });
    expect(asimDevice({ host: '', instanceId: '', component: 'api' }, 'Billing')).toEqual({ Dvc: 'Billing' });
  });
});
