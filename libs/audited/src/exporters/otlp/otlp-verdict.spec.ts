import type { HttpAnswer } from '../http/http-connection.js';
import { otlpVerdict } from './otlp-verdict.js';

function answer(status: number, body: unknown = '', headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body), isCut: false };
}

describe('an answer that takes the records', () => {
  it.each([
    ['nothing', ''],
    ['an empty message', {}],
    ['an empty partialSuccess', { partialSuccess: {} }],
    ['no partialSuccess', { partialSuccess: null }],
    ['a hint without a number', { partialSuccess: { errorMessage: 'use gzip' } }],
    ['a hint with zero', { partialSuccess: { rejectedLogRecords: '0', errorMessage: 'use gzip' } }],
    ['a number that is none', { partialSuccess: { rejectedLogRecords: 'many' } }],
    ['a number below zero', { partialSuccess: { rejectedLogRecords: -1 } }],
    ['Protobuf', '\n\u0004\u0008\u0003'],
    ['a list', []],
    ['null', 'null'],
  ])('is delivered when it says %s', (_name, body) => {
    expect(otlpVerdict(answer(200, body), 3)).toEqual({ status: 'delivered' });
  });

  it('is delivered when its body broke off', () => {
    expect(otlpVerdict({ ...answer(200, '{"partialSu'), isCut: true }, 3)).toEqual({ status: 'delivered' });
  });

  it.each([2, '2'])('is partial with so many unnamed when it rejects some: %o', (rejectedLogRecords) => {
    const body = { partialSuccess: { rejectedLogRecords, errorMessage: 'too old' } };
    expect(otlpVerdict(answer(200, body), 3)).toEqual({
      status: 'partial',
      refused: [],
      unnamed: 2,
      reason: '2 of 3 rejected, and not said which: too old',
    });
  });

  it('never asks to send a rejected record again', () => {
    expect(otlpVerdict(answer(200, { partialSuccess: { rejectedLogRecords: 1 } }), 3)).not.toHaveProperty('again');
  });

  it.each([
    [1, 1],
    [3, '3'],
    [3, 7],
  ])('names all of %i when it rejects %o', (count, rejectedLogRecords) => {
    const verdict = otlpVerdict(answer(200, { partialSuccess: { rejectedLogRecords, errorMessage: 'no' } }), count);
    expect(verdict).toEqual({
      status: 'partial',
      refused: Array.from({ length: count }, (_, index) => ({ index, reason: 'no' })),
      reason: `all ${count} rejected: no`,
    });
  });

  it('is no receiver of OTLP when it is a web page', () => {
    expect(otlpVerdict(answer(200, '<!DOCTYPE html><title>Log in</title>'), 3)).toMatchObject({ status: 'hold' });
  });
});

describe('an answer that does not take the records', () => {
  it.each([
    [429, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
    [400, 'poison'],
    [422, 'poison'],
    [413, 'split'],
    [301, 'hold'],
    [401, 'hold'],
    [403, 'hold'],
    [404, 'hold'],
    [405, 'hold'],
    [408, 'hold'],
    [415, 'hold'],
    [425, 'hold'],
    [500, 'hold'],
    [501, 'hold'],
    [507, 'hold'],
  ])('%i is %s', (status, expected) => {
    expect(otlpVerdict(answer(status), 3).status).toBe(expected);
  });

  it('takes a page of a proxy in its way for no word about the records', () => {
    expect(otlpVerdict(answer(400, '<html>Bad Request</html>'), 3).status).toBe('hold');
    expect(otlpVerdict(answer(503, '<html>Unavailable</html>'), 3).status).toBe('retry');
  });

  it.each([
    [{ 'retry-after': '5' }, 5000],
    [{ 'retry-after': 'Mon, 30 Nov 2026 10:00:09 GMT', date: 'Mon, 30 Nov 2026 10:00:00 GMT' }, 9000],
  ])('waits as long as it is asked to: %o', (headers, afterMs) => {
    expect(otlpVerdict(answer(503, '', headers), 3)).toMatchObject({ status: 'retry', afterMs });
    expect(otlpVerdict(answer(429, '', headers), 3)).toMatchObject({ status: 'retry', afterMs });
  });

  it('tells the message of google.rpc.Status', () => {
    expect(otlpVerdict(answer(400, { code: 3, message: 'missing resource' }), 3)).toEqual({
      status: 'poison',
      reason: 'HTTP 400: missing resource',
    });
  });
});
