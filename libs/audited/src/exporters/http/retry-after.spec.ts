import { retryAfterMs } from './retry-after.js';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const HOUR = 3_600_000;

describe('retryAfterMs', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    [' 120 ', 120_000],
    ['3600', HOUR],
    ['3601', HOUR],
    ['99999999999999999999', HOUR],
  ])('reads %j as seconds', (given, expected) => {
    expect(retryAfterMs({ 'retry-after': given }, NOW)).toBe(expected);
  });

  it.each([
    ['Mon, 30 Nov 2026 12:01:00 GMT', 60_000],
    ['Monday, 30-Nov-26 12:01:00 GMT', 60_000],
    ['Mon Nov 30 12:01:00 2026', 60_000],
    ['Tue Dec  1 12:00:00 2026', HOUR],
    ['Mon, 30 Nov 2026 11:59:00 GMT', 0],
  ])('reads the HTTP-date %j', (given, expected) => {
    expect(retryAfterMs({ 'retry-after': given }, NOW)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    'soon',
    '-1',
    '1.5',
    '1,2',
    '0x10',
    '2026-11-30T12:01:00Z',
    'May 5',
    'Mon, 99 Nov 2026 12:01:00 GMT',
  ])('asks for nothing by %j', (given) => {
    expect(retryAfterMs({ 'retry-after': given }, NOW)).toBeUndefined();
  });

  it('asks for nothing without the header', () => {
    expect(retryAfterMs({}, NOW)).toBeUndefined();
  });

  it.each([
    ['is two hours ahead', 'Mon, 30 Nov 2026 14:00:00 GMT', 'Mon, 30 Nov 2026 14:00:30 GMT'],
    ['is a day behind', 'Sun, 29 Nov 2026 12:00:00 GMT', 'Sun, 29 Nov 2026 12:00:30 GMT'],
  ])('compares a date with the clock of a receiver that %s', (_how, date, until) => {
    expect(retryAfterMs({ 'retry-after': until, date }, NOW)).toBe(30_000);
  });

  it('compares with the own clock when the receiver tells no time', () => {
    const headers = { 'retry-after': 'Mon, 30 Nov 2026 12:00:30 GMT' };
    expect(retryAfterMs({ ...headers, date: 'yesterday' }, NOW)).toBe(30_000);
    expect(retryAfterMs(headers, NOW)).toBe(30_000);
  });
});
