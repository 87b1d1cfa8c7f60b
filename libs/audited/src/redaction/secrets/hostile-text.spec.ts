import { Redactor, type RedactionFindings } from '../redactor.js';

const LENGTH = 10 * 1024 * 1024;
/** Ten times what the slowest one takes on a slow machine; a quadratic detector would take hours. */
const LIMIT_MS = 20_000;

/** Each one makes some detector start over and over, or look far. */
const SEEDS: readonly string[] = [
  'plain words ',
  'eyJ',
  'eyJhbGciOiJI.',
  'eyJaaaaaaa.a.',
  '-----BEGIN PRIVATE KEY-----\n',
  '-----BEGIN RSA ',
  '-',
  '4',
  '4 ',
  '4111 ',
  '4111111111111112a',
  '://',
  '://a:b/',
  'a://b:c@',
  '=',
  '>',
  'password=',
  'password="',
  'password:[',
  'password:\\"',
  'token:        ',
  'a"""""""":',
  `${'a'.repeat(64)}:`,
  'cookie: a\n',
  'bearer ',
  'basic basic.',
  'ghp_',
  'sk_live_',
  'SG.aaaaaaaaaaaaaaaaaaaaa',
  'a8Q~',
  '12345678:AA',
  '\\',
  '\0',
  '\u202e',
  '\ud800',
  '😀',
];

const findings = (): RedactionFindings => ({ truncated: [], redacted: [] });
const hostile = (seed: string): string => seed.repeat(Math.ceil(LENGTH / seed.length));

describe('10 MB made of', () => {
  it.each(SEEDS)('%j takes bounded time and is cut', (seed) => {
    const text = hostile(seed);
    const redactor = new Redactor();
    const started = performance.now();
    const value = findings();
    const output = redactor.value({ text }, '/details', value) as { text: string };
    const line = redactor.line(text, '/actor/name', value);
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    expect(Buffer.byteLength(output.text)).toBeLessThanOrEqual(8192);
    expect(Buffer.byteLength(line ?? '')).toBeLessThanOrEqual(1024);
    expect(value.truncated.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['/details/text', Buffer.byteLength(text)],
      ['/actor/name', Buffer.byteLength(text)],
    ]);
  });

  it.each(SEEDS)('%j takes linear time where the limits let all of it in', (seed) => {
    const text = hostile(seed).slice(0, LENGTH / 16);
    const redactor = new Redactor({ limits: { maxStringBytes: 2 ** 24, maxValueBytes: 2 ** 26 } });
    const started = performance.now();
    const output = redactor.value(text, '/details', findings());
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    expect(typeof output).toBe('string');
  });
});
