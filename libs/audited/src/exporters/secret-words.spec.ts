import { cleanTextOf, withoutSecrets } from './secret-words.js';

const SECRET = 'pa+ss"wörd';

describe('withoutSecrets', () => {
  const remove = withoutSecrets([SECRET, undefined, 'abc']);

  it.each([
    ['as it is', SECRET],
    ['in an address', encodeURIComponent(SECRET)],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ])('removes a secret %s', (_how, form) => {
    expect(remove(`<${form}>`)).toBe('<[redacted]>');
  });

  it('leaves everything else as it is, and is not fooled by short secrets', () => {
    const text = `${'abc\n'.repeat(500)}\u0007`;
    expect(remove(text)).toBe(text);
  });
});

describe('cleanTextOf', () => {
  it('makes one bounded line of it', () => {
    expect(cleanTextOf([SECRET])(`a\r\n${SECRET}\u2028${'x'.repeat(400)}`)).toBe(`a [redacted] ${'x'.repeat(287)}...`);
  });
});
