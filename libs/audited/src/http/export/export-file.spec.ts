import { gunzipSync } from 'node:zlib';
import { createFormatter, FORMAT_NAMES } from '../../formats/event-formatters.js';
import { exportHead, exportStream } from './export-file.js';

const NOON = new Date('2026-11-30T12:00:00.123Z');

async function* texts(count: number, broken = false): AsyncGenerator<string> {
  for (let index = 0; index < count; index++) {
    await Promise.resolve();
    yield `${index}\n`.padStart(100);
  }
  if (broken) throw new Error('half-way');
}

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('the head of an export', () => {
  it('names format and time', () => {
    expect(exportHead(createFormatter('csv'), false, NOON)).toEqual({
      type: createFormatter('csv').contentType,
      disposition: 'attachment; filename="audit-export-20261130T120000Z.csv"',
    });
    expect(exportHead(createFormatter('jsonl'), true, NOON)).toEqual({
      type: 'application/gzip',
      disposition: 'attachment; filename="audit-export-20261130T120000Z.jsonl.gz"',
    });
  });

  it.each(FORMAT_NAMES)('is a token in quotes for %s', (format) => {
    expect(exportHead(createFormatter(format), true, NOON).disposition).toMatch(
      /^attachment; filename="audit-export-\d{8}T\d{6}Z\.[A-Za-z0-9.]+"$/,
    );
  });

  it('lets nothing out of its quotes, whatever a formatter says', () => {
    const hostile = { ...createFormatter('csv'), fileExtension: 'csv"\r\nSet-Cookie: a=b' };
    expect(exportHead(hostile, false, NOON).disposition).toBe(
      'attachment; filename="audit-export-20261130T120000Z.csvSetCookieab"',
    );
  });
});

describe.each([false, true])('the stream of an export, gzip %s', (isGzip) => {
  it('is the document', async () => {
    const bytes = await bytesOf(exportStream(texts(2000), isGzip));
    const text = (isGzip ? gunzipSync(bytes) : bytes).toString('utf8');
    expect(text).toHaveLength(200_000);
    expect(await bytesOf(exportStream(texts(0), isGzip))).toHaveLength(isGzip ? 20 : 0);
  });

  it('fails when the document does', async () => {
    await expect(bytesOf(exportStream(texts(2000, true), isGzip))).rejects.toThrow('half-way');
  });

  it('ends the reading when it is destroyed', async () => {
    let isEnded = false;
    const endless = (async function* () {
      try {
        for (;;) {
          await new Promise((resolve) => setImmediate(resolve));
          yield 'x'.repeat(40_000);
        }
      } finally {
        isEnded = true;
      }
    })();
    const stream = exportStream(endless, isGzip);
    stream.on('error', () => undefined);
    await new Promise((resolve) => stream.once('data', resolve));
    stream.destroy();
    while (!isEnded) await new Promise((resolve) => setImmediate(resolve));
    expect(isEnded).toBe(true);
  });
});
