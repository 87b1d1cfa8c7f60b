import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { linesIn, type InputLine } from './input-lines.js';

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
  }
}

async function read(bytes: Buffer | string, size = 3, maxBytes?: number): Promise<readonly InputLine[]> {
  const lines: InputLine[] = [];
  for await (const line of linesIn('x', chunks(Buffer.from(bytes), size), maxBytes)) {
    lines.push(line);
  }
  return lines;
}

const texts = (lines: readonly InputLine[]): readonly string[] => lines.map(({ text }) => text);

describe('the lines of an input', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\n\n\nb', ['a', '', '', 'b']],
    ['\ufeffa\n\ufeffb', ['a', '\ufeffb']],
    ['\u001f', ['\u001f']],
  ])('of %j are %j', async (text, expected) => {
    expect(texts(await read(text))).toEqual(expected);
  });

  it('are the same however the bytes arrive, plain and packed', async () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n\ufeff]/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (given, size) => {
        const bytes = Buffer.from(given.map((text) => `${text}\n`).join(''));
        expect(texts(await read(bytes, size))).toEqual(given);
        expect(texts(await read(gzipSync(bytes), size))).toEqual(given);
      }),
      { numRuns: 50 },
    );
  });

  it('reads packed texts that were put behind each other', async () => {
    expect(texts(await read(Buffer.concat([gzipSync('a\n'), gzipSync('b\n')])))).toEqual(['a', 'b']);
  });

  it('says which line is no UTF-8 or too long, and reads on', async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.from('12345678\nab\n')]);
    expect(await read(bytes, 3, 5)).toEqual([
      { number: 1, text: '', problem: 'it is no UTF-8' },
      { number: 2, text: '', problem: 'it has more than 5 bytes' },
      { number: 3, text: 'ab' },
    ]);
  });

  it('says that a packed text is cut off or damaged', async () => {
    const packed = gzipSync('a\n'.repeat(100));
    await expect(read(packed.subarray(0, -9))).rejects.toThrow('x: the packed text is cut off');
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, 12, 16);
    await expect(read(damaged)).rejects.toThrow('x: the packed text is damaged');
  });

  it.each(['plain', 'packed'])('passes on what goes wrong below, and lets go of a %s source', async (kind) => {
    let isClosed = false;
    const beginning = kind === 'packed' ? gzipSync('a\n'.repeat(10)).subarray(0, 20) : Buffer.from('a\n');
    async function* failing(): AsyncGenerator<Buffer, void, undefined> {
      try {
        yield beginning;
        throw new Error('the disk is broken');
      } finally {
        isClosed = true;
      }
    }
    const reading = (async () => {
      for await (const _line of linesIn('x', failing()));
    })();
    await expect(reading).rejects.toThrow('the disk is broken');
    expect(isClosed).toBe(true);
  });
});
