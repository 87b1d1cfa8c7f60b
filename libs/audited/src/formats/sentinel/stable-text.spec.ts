import fc from 'fast-check';
import { hostileText } from '../../testing/formats/audit-record.arbitrary.js';
import { inferredSuffix } from '../../testing/formats/reading/sentinel-legacy.schema.js';
import { stableText } from './stable-text.js';

const GUID = '8145d822-13a7-44ad-859c-36f31a84f6dd';

describe('A text of a stable type', () => {
  it.each([
    GUID,
    GUID.toUpperCase(),
    GUID.replaceAll('-', ''),
    `{${GUID}}`,
    `(${GUID})`,
    `${' '.repeat(100)}${GUID}\u0085`,
    '{0x8145d822,0x13a7,0x44ad,{0x85,0x9c,0x36,0xf3,0x1a,0x84,0xf6,0xdd}}',
    '2026-11-02',
    '2026-11-02T03:04:05Z',
    ' 2026-11-02 03:04:05 +01:00 ',
    '11/2/2026',
    '/Date(1793588645127)/',
    'Mon, 02 Nov 2026 03:04:05 GMT',
    'text:u-1',
  ])('%j is marked', (text) => {
    expect(stableText(text)).toBe(`text:${text}`);
  });

  it.each([
    '',
    'u-1',
    '2.7.1',
    '10.0.0.1',
    '42',
    'true',
    `${GUID}x`,
    'ab'.repeat(32),
    '/deployments/7',
    'a text:',
    '{}',
  ])('%j is not marked', (text) => {
    expect(stableText(text)).toBe(text);
  });

  it('is a text to the service, and comes back, whatever it is', () => {
    const padding = fc.constantFrom('', ' ', '\t', '\u0085', '\u00a0', 'text:');
    const core = fc.oneof(
      fc.uuid(),
      fc.uuid().map((uuid) => uuid.replaceAll('-', '')),
      fc.uuid().map((uuid) => `{${uuid.toUpperCase()}}`),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      hostileText,
    );
    fc.assert(
      fc.property(padding, core, padding, (before, text, after) => {
        const given = `${before}${text}${after}`;
        const stable = stableText(given);
        expect(inferredSuffix(stable)).toBe('s');
        expect(stable.replace(/^text:/, '')).toBe(given);
      }),
    );
  });
});
