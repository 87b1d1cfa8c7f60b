import fc from 'fast-check';
import { cleanTextOf, withoutSecrets } from './secret-words.js';

const SECRET = `p@ss/wo+rd "ß" <&'> 1`;

const PASSWORD = 'pa+ss"wörd';

describe('withoutSecrets', () => {
  const remove = withoutSecrets([PASSWORD, undefined, 'abc']);

  it.each([
    ['as it is', PASSWORD],
    ['in an address', encodeURIComponent(PASSWORD)],
    ['in base64', Buffer.from(PASSWORD).toString('base64')],
    ['in JSON', JSON.stringify(PASSWORD).slice(1, -1)],
  ])('removes a secret %s', (_how, form) => {
    expect(remove(`<${form}>`)).toBe('<[redacted]>');
  });

  it('leaves everything else as it is, and is not fooled by short secrets', () => {
    const text = `${'abc\n'.repeat(500)}\u0007`;
    expect(remove(text)).toBe(text);
  });
});

describe('cleanTextOf', () => {
  it.each([
    ['plain', SECRET],
    ['in capitals', SECRET.toUpperCase().replace('SS"', 'ß"')],
    ['in a query', encodeURIComponent(SECRET)],
    ['in a query, with small digits', encodeURIComponent(SECRET).toLowerCase()],
    ['in a form', new URLSearchParams([['', SECRET]]).toString().slice(1)],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in JSON of PHP', JSON.stringify(SECRET).slice(1, -1).replace('/', '\\/')],
    ['in JSON of Python', JSON.stringify(SECRET).slice(1, -1).replace('ß', '\\u00df')],
    ['in a page', 'p@ss/wo+rd &quot;ß&quot; &lt;&amp;&#39;&gt; 1'],
    ['in a page of Python', 'p@ss/wo+rd &quot;ß&quot; &lt;&amp;&#x27;&gt; 1'],
    ['in Base64', Buffer.from(SECRET).toString('base64')],
    ['in Base64 for URLs', Buffer.from(SECRET).toString('base64url')],
  ])('takes out a secret %s', (_how, shown) => {
    expect(cleanTextOf([SECRET])(`before ${shown} after`)).toMatch(/^before \[redacted\]=* after$/);
  });

  it.each(['u:', 'us:', 'usr:'])('takes it out of Base64 that begins with %j', (before) => {
    const clean = cleanTextOf(['the-long-password']);
    const shown = Buffer.from(`${before}the-long-password`).toString('base64');
    const told = clean(`Basic ${shown}`);
    expect(told).toContain('[redacted]');
    expect(Buffer.from(told.slice(6).replace('[redacted]', ''), 'base64').toString()).not.toContain('passw');
  });

  it('takes out a key of several lines that somebody made one', () => {
    expect(cleanTextOf(['line-one\nline-two\n'])('it was line-one line-two, really')).toBe('it was [redacted], really');
  });

  it('takes out what a shortened text has left of a secret', () => {
    const clean = cleanTextOf(['tkn-0123456789abcdef']);
    expect(clean('bad token tkn-0123456')).toBe('bad token [redacted]');
    expect(clean('bad token tkn-0123...: HTTP 400')).toBe('bad token [redacted]...: HTTP 400');
    expect(clean('bad token tkn')).toBe('bad token tkn');
  });

  it('takes out secrets that overlap, whole', () => {
    expect(cleanTextOf(['abcd-efgh', 'efgh-ijkl'])('>abcd-efgh-ijkl<')).toBe('>[redacted]<');
    expect(cleanTextOf(['abcdab'])('abcdabcdab')).toBe('[redacted]');
    expect(cleanTextOf(['long-secret', 'secret'])('a long-secret and a secret')).toBe('a [redacted] and a [redacted]');
  });

  it('is one line, whatever an answer holds', () => {
    const clean = cleanTextOf([]);
    expect(clean('a\r\nb\u2028c\u2029d\u0085e\u0000f\u202eg\ud800h')).toBe('a b c d e f g\ufffdh');
    expect(clean(`${'x'.repeat(299)}\u{1f680}`)).toBe(`${'x'.repeat(299)}...`);
    expect(clean('y'.repeat(1_000_000))).toBe(`${'y'.repeat(300)}...`);
  });

  it('leaves alone what is too short to be a secret, and takes no secret for a pattern', () => {
    expect(cleanTextOf(['abc', '', undefined])('abc')).toBe('abc');
    expect(cleanTextOf(['.*.*.*'])('anything')).toBe('anything');
    expect(cleanTextOf(['a$&(b'])('x a$&(b y')).toBe('x [redacted] y');
  });

  it('can be made of any secret', () => {
    expect(cleanTextOf(['\ud800abcd'])('x \ud800abcd y')).toBe('x [redacted] y');
  });

  it('leaves no secret in any text, in any of the forms', () => {
    const secret = fc.string({ minLength: 6, maxLength: 60, unit: 'binary' }).filter((one) => one.trim().length > 5);
    const around = fc.string({ maxLength: 40 });
    const form = fc.constantFrom(
      (one: string) => one,
      (one: string) => encodeURIComponent(one),
      (one: string) => JSON.stringify(one).slice(1, -1),
      (one: string) => Buffer.from(one).toString('base64'),
      (one: string) => Buffer.from(one).toString('base64url'),
    );
    fc.assert(
      fc.property(secret, around, around, form, (hidden, before, after, formOf) => {
        const shown = formOf(hidden);
        fc.pre(![before, after, '[redacted]'].some((text) => text.toLowerCase().includes(shown.toLowerCase())));
        const told = cleanTextOf([hidden])(`${before}${shown}${after}`);
        expect(told).toContain('[redacted]');
        expect(told).not.toContain(shown);
        expect(told).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]{0,303}$/u);
      }),
      { numRuns: 1000 },
    );
  });
});
