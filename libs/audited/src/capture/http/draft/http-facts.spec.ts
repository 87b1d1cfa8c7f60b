import type { IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import type { FrameworkRequest } from '../framework-request.js';
import { readRequestFacts, type HttpRequestFacts } from './http-facts.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';

function factsOf(given: Partial<FrameworkRequest> = {}): HttpRequestFacts {
  return readRequestFacts({ method: 'GET', url: '/', headers: {}, ...given }, 'x-correlation-id');
}

const withHeaders = (headers: IncomingHttpHeaders): HttpRequestFacts => factsOf({ headers });

describe('the facts of a request', () => {
  it('are its method, its path and its user agent', () => {
    expect(factsOf({ method: 'PUT', url: '/things/7', headers: { 'user-agent': 'tool/1' } })).toMatchObject({
      method: 'PUT',
      path: '/things/7',
      userAgent: 'tool/1',
    });
  });

  it('leave the query string out of the path', () => {
    expect(factsOf({ url: '/reset?token=secret' }).path).toBe('/reset');
    expect(factsOf({ url: '/?' }).path).toBe('/');
  });

  it('have the path as the client sent it, also within a mounted router', () => {
    expect(factsOf({ url: '/7', originalUrl: '/api/things/7?x=1' }).path).toBe('/api/things/7');
  });

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8::1', '2001:db8::1'],
    ['::1', '::1'],
  ])('have one form of an address: %s', (ip, normalised) => {
    expect(factsOf({ ip }).ip).toBe(normalised);
  });

  it('take the address of the socket where no framework says one', () => {
    const socket = { remoteAddress: '::ffff:192.0.2.1' };
    expect(factsOf({ raw: { socket } as never }).ip).toBe('192.0.2.1');
    expect(factsOf({ socket } as never).ip).toBe('192.0.2.1');
    expect(factsOf().ip).toBeUndefined();
  });

  it('ignore X-Forwarded-For: trusting a proxy is the framework’s decision', () => {
    expect(factsOf({ ip: '192.0.2.1', headers: { 'x-forwarded-for': '203.0.113.9' } }).ip).toBe('192.0.2.1');
  });
});

describe('a correlation id', () => {
  it.each(['a', 'order-77', 'A.b_c:d=e+f/g-h', 'x'.repeat(128)])('is taken when it is well-formed: %s', (id) => {
    expect(withHeaders({ 'x-correlation-id': id }).correlationId).toBe(id);
  });

  it.each([['two', 'of them'], 'two words', 'line\r\nbreak', 'a\u202Eb', 'ümlaut', '', 'x'.repeat(129)])(
    'is ignored when it is not: %j',
    (id) => {
      expect(withHeaders({ 'x-correlation-id': id }).correlationId).toBeUndefined();
    },
  );

  it('never holds a character that could forge a line of a log, whatever was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (id) => {
        const { correlationId } = withHeaders({ 'x-correlation-id': id });
        return correlationId === undefined || /^[\x21-\x7e]{1,128}$/.test(correlationId);
      }),
    );
  });

  it('is read from the header that the options name', () => {
    const request = { method: 'GET', url: '/', headers: { 'x-request-id': 'mine' } };
    expect(readRequestFacts(request, 'x-request-id').correlationId).toBe('mine');
  });
});

describe('a traceparent', () => {
  it.each([
    ['of version 00', `00-${TRACE_ID}-${SPAN_ID}-01`],
    ['of a later version', `cc-${TRACE_ID}-${SPAN_ID}-01`],
    ['of a later version with more to say', `cc-${TRACE_ID}-${SPAN_ID}-01-what-comes`],
  ])('%s is taken', (_what, traceparent) => {
    expect(withHeaders({ traceparent })).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID });
  });

  it.each([
    `ff-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-01-more`,
    `00-${TRACE_ID}-${SPAN_ID}-1`,
    `cc-${TRACE_ID}-${SPAN_ID}-01-${'x'.repeat(512)}`,
    '00',
    '',
  ])('that is malformed is ignored: %s', (traceparent) => {
    const { traceId, spanId } = withHeaders({ traceparent });
    expect([traceId, spanId]).toEqual([undefined, undefined]);
  });

  it('gives both ids or none, whatever was sent', () => {
    fc.assert(
      fc.property(fc.string(), (traceparent) => {
        const { traceId, spanId } = withHeaders({ traceparent });
        return (traceId === undefined) === (spanId === undefined);
      }),
    );
  });
});
