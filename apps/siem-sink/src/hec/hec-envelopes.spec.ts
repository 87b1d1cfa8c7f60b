import { readEnvelopes } from './hec-envelopes.js';

const read = (...envelopes: readonly unknown[]) =>
  readEnvelopes(Buffer.from(envelopes.map((envelope) => JSON.stringify(envelope)).join('\n')));

describe('readEnvelopes', () => {
  it('gives every envelope, without members that no collector knows', () => {
    const whole = { time: 1795287099.123, host: 'api-1', event: { id: '1' }, fields: { chain: 'main', position: 3 } };
    expect(read({ ...whole, more: true }, { event: 'text', time: '1795287099' })).toEqual([
      whole,
      { event: 'text', time: '1795287099' },
    ]);
  });

  it('refuses a body without an envelope as one without data', () => {
    expect(readEnvelopes(Buffer.from('\n'))).toEqual({ code: 5 });
  });

  it.each([
    [{}, 12],
    [{ event: null }, 12],
    [{ event: '' }, 13],
    [{ event: [] }, 6],
    [{ event: true }, 6],
    [{ event: 'x', time: 'yesterday' }, 6],
    [{ event: 'x', host: 7 }, 6],
    [{ event: 'x', fields: [] }, 6],
    [{ event: 'x', fields: null }, 6],
    [{ event: 'x', fields: { nested: { a: 1 } } }, 15],
    [{ event: 'x', fields: { list: ['a', {}] } }, 15],
  ])('refuses %j by code %i, and names its place', (envelope, code) => {
    expect(read({ event: 'fine' }, envelope, { event: 'never looked at' })).toEqual({ code, invalidEvent: 1 });
  });

  it('names the place of what is no object', () => {
    expect(readEnvelopes(Buffer.from('{"event":"fine"},{"event":"x"}'))).toEqual({ code: 6, invalidEvent: 1 });
  });
});
