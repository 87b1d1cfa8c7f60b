import fc from 'fast-check';
import { NOWHERE, skipNumber, skipString, skipValue } from './json-bytes.js';

/** Texts that are JSON now and then. */
const nearlyJson = fc
  .array(
    fc.oneof(
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '\\u00e9', '\\n', '-', '0', '12', '.5', 'e', 'E+3', ' '),
      fc.constantFrom('"a"', '"b":', 'true', 'false', 'null', '[1,2]', '{"a":1}', '\n', '\u0001', 'é', '\u2028'),
      fc.json({ maxDepth: 2 }),
    ),
    { maxLength: 9 },
  )
  .map((pieces) => pieces.join(''));

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // That is the answer.
    return false;
  }
}

/** Whether the whole text is skipped as one value. */
function isSkipped(text: string): boolean {
  const bytes = Buffer.from(text);
  return skipValue(bytes, 0) === bytes.length;
}

describe('skipping JSON', () => {
  it('skips nothing that is no JSON', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        fc.pre(text.isWellFormed() && isSkipped(text));
        expect(isJson(text)).toBe(true);
      }),
      { numRuns: 1000, maxSkipsPerRun: 1000 },
    );
  });

  it('skips every value without white space', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(isSkipped(JSON.stringify(value))).toBe(true);
      }),
    );
  });

  it.each([
    '[,]',
    '[1,]',
    '{"a":1,}',
    '{,}',
    '[1 ]',
    '01',
    '-',
    '1.',
    '.5',
    '+1',
    '1e',
    '"\\x"',
    '"\t"',
    '"\\u12g4"',
    '{"a"}',
    '{a:1}',
    '[1',
    '{"a":1',
    'tru',
    'nul',
    '"a',
    '',
  ])('does not skip %s', (text) => {
    expect(isSkipped(text)).toBe(false);
  });

  it('leaves what is nested very deeply to the real parser', () => {
    expect(isSkipped(`${'['.repeat(64)}${']'.repeat(64)}`)).toBe(true);
    expect(skipValue(Buffer.from(`${'['.repeat(65)}${']'.repeat(65)}`), 0)).toBe(NOWHERE);
    expect(skipValue(Buffer.from('['.repeat(100_000)), 0)).toBe(NOWHERE);
  });

  it('tells where a value ends, whatever stands behind it', () => {
    expect(skipString(Buffer.from('"a\\"b",1'), 1)).toBe(6);
    expect(skipNumber(Buffer.from('-12.5e+3,'), 0)).toBe(8);
    expect(skipNumber(Buffer.from('120]'), 0)).toBe(3);
    expect(skipValue(Buffer.from('{"a":[1,{}]}}'), 0)).toBe(12);
  });
});
