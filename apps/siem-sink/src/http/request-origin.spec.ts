import { isFromElsewhere, isMeantForUs } from './request-origin.js';

describe('isMeantForUs', () => {
  it.each(['localhost:8088', 'LOCALHOST', '127.0.0.1:8088', '[::1]:8088', '192.0.2.7', 'siem-sink:8088'])(
    'takes %j',
    (host) => {
      expect(isMeantForUs({ host }, 'siem-sink')).toBe(true);
    },
  );

  it.each(['rebound.example:8088', 'localhost.example', '127.0.0.1.example', '', 'local host', undefined])(
    'refuses %j',
    (host) => {
      expect(isMeantForUs({ host }, 'siem-sink')).toBe(false);
    },
  );
});

describe('isFromElsewhere', () => {
  it.each([
    ['a command line, which says nothing', {}, false],
    ['its own page', { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8088' }, false],
    ['an address typed by a person', { 'sec-fetch-site': 'none' }, false],
    ['another site', { 'sec-fetch-site': 'cross-site' }, true],
    ['another port of this machine', { 'sec-fetch-site': 'same-site' }, true],
    ['its own page in an old browser', { origin: 'http://localhost:8088' }, false],
    ['another port in an old browser', { origin: 'http://localhost:3000' }, true],
    ['another protocol in an old browser', { origin: 'https://localhost:8088' }, true],
    ['a page without an origin', { origin: 'null' }, true],
  ])('knows %s', (_who, headers, expected) => {
    expect(isFromElsewhere({ host: 'localhost:8088', ...headers })).toBe(expected);
  });
});
