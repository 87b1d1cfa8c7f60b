import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { canonicalJson, canonicalNumber, canonicalString } from './canonical-json.js';
import type { JsonValue } from './json-value.js';

/** RFC 8785 appendix B: IEEE 754 bits and the text they must become. */
const NUMBER_SAMPLES: readonly (readonly [bits: string, text: string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

const jsonValue = fc.jsonValue({ maxDepth: 5, noUnicodeString: false }) as fc.Arbitrary<JsonValue>;
const key = fc.string({ unit: 'binary', maxLength: 8 });

describe('canonical JSON of numbers', () => {
  it.each(NUMBER_SAMPLES)('writes the double %s as %s (RFC 8785 appendix B)', (bits, text) => {
    const value = Buffer.from(bits, 'hex').readDoubleBE();
    expect(canonicalJson(value)).toBe(text);
    expect(canonicalNumber(value)).toBe(text);
  });

  it.each([Number.NaN, Infinity, -Infinity])('refuses %s, for which JSON has no form', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
    expect(() => canonicalJson({ deep: [value] })).toThrow(/no form/);
  });
});

describe('canonical JSON of texts and objects', () => {
  it('writes the worked example of RFC 8785 section 3.2.2 byte for byte', () => {
    const value = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`) as JsonValue;
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    const bytesOfSectionThreeTwoFour =
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e33333333333333' +
      '2c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d';
    expect(Buffer.from(canonicalJson(value)).toString('hex')).toBe(bytesOfSectionThreeTwoFour);
  });

  it('sorts keys by UTF-16 code units, which puts surrogates before the end of the basic plane', () => {
    const sample = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const values = Object.values(JSON.parse(canonicalJson(sample)) as object);
    // Integer-like keys come first in every JavaScript object; the text shows the order that counts.
    expect(canonicalJson(sample)).toMatch(/^\{"\\r":.*"1":.*"\u0080":.*"ö":.*"€":.*"😀":.*"\ufb33":/u);
    expect(values).toHaveLength(7);
  });

  it('escapes as RFC 8785 section 3.2.2.2 says, and nothing else', () => {
    expect(canonicalString('\b\t\n\f\r"\\')).toBe('"\\b\\t\\n\\f\\r\\"\\\\"');
    expect(canonicalString('\u0000\u001f')).toBe('"\\u0000\\u001f"');
    expect(canonicalString('/\u007f\u2028\u2029é€😀')).toBe('"/\u007f\u2028\u2029é€😀"');
  });

  it.each(['\ud800', 'a\udfffb', '\udc00\ud800'])('refuses the lone surrogate in %j, as value and as key', (text) => {
    expect(() => canonicalJson(text)).toThrow(TypeError);
    expect(() => canonicalJson({ [text]: 1 })).toThrow(/lone surrogates/);
  });

  it.each([undefined, () => 1, Symbol('s'), 1n])('refuses a value that is not JSON at all', (value) => {
    expect(() => canonicalJson(value as unknown as JsonValue)).toThrow(TypeError);
  });

  it('leaves members without a value out and keeps holes in arrays as null', () => {
    expect(canonicalJson({ b: undefined, a: 1 } as unknown as JsonValue)).toBe('{"a":1}');
    expect(canonicalJson([1, undefined, 3] as unknown as JsonValue)).toBe('[1,null,3]');
    expect(canonicalJson({})).toBe('{}');
    expect(canonicalJson([])).toBe('[]');
  });

  it('keeps a member that is called __proto__', () => {
    const value = JSON.parse('{"__proto__":{"a":1},"b":2}') as JsonValue;
    expect(canonicalJson(value)).toBe('{"__proto__":{"a":1},"b":2}');
  });
});

describe('canonical JSON of any value', () => {
  it('is read back as the same value by any JSON parser', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        // -0 is 0 in canonical JSON; JSON.stringify agrees, and is the independent witness.
        expect(JSON.parse(canonicalJson(value))).toStrictEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('does not depend on the order in which members were set', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, jsonValue), { selector: ([name]) => name }), (members) => {
        const forward = Object.fromEntries(members);
        const backward = Object.fromEntries([...members].reverse());
        expect(canonicalJson(forward)).toBe(canonicalJson(backward));
      }),
    );
  });

  it('is what a slow writer makes that compares keys unit by unit and leaves the rest to JSON.stringify', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        expect(canonicalJson(value)).toBe(slowCanonical(value));
      }),
    );
  });

  it('is a fixed point: parsing and writing again changes nothing', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text) as JsonValue)).toBe(text);
      }),
    );
  });
});

/** Shares no line with the implementation: its own order, its own recursion, the platform's scalars. */
function slowCanonical(value: JsonValue): string {
  if (Array.isArray(value)) {
    return `[${(value as readonly JsonValue[]).map(slowCanonical).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value as Record<string, JsonValue>);
    members.sort(([a], [b]) => compareUnits(a, b));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${slowCanonical(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

function compareUnits(a: string, b: string): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = a.charCodeAt(index) - b.charCodeAt(index);
    if (difference !== 0) {
      return difference;
    }
  }
  return a.length - b.length;
}
