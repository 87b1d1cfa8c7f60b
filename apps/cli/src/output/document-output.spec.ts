import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { fileOutput, gzippedOutput, streamOutput, writeDocument, type DocumentOutput } from './document-output.js';

async function* pieces(count: number, piece = 'x'): AsyncGenerator<string, void, undefined> {
  for (let index = 0; index < count; index++) {
    yield piece;
  }
}

describe('a document to a stream', () => {
  function aStream(fail?: (written: number) => NodeJS.ErrnoException | null) {
    const chunks: string[] = [];
    const stream = new Writable({
      decodeStrings: false,
      write(chunk: string, _encoding, done) {
        const error = fail?.(chunks.length) ?? null;
        if (error === null) {
          chunks.push(chunk);
        }
        // Somebody who reads slowly.
        setImmediate(() => done(error));
      },
    });
    stream.on('error', () => undefined);
    return { stream, chunks };
  }

  it('arrives whole, in large pieces, and no more is taken than was written', async () => {
    const { stream, chunks } = aStream();
    let taken = 0;
    async function* counted(): AsyncGenerator<string, void, undefined> {
      for await (const piece of pieces(300, 'y'.repeat(1000))) {
        taken++;
        expect(taken * 1000 - chunks.join('').length).toBeLessThan(140_000);
        yield piece;
      }
    }
    expect(await writeDocument(counted(), streamOutput(stream))).toBe('whole');
    expect(chunks.join('')).toBe('y'.repeat(300_000));
    expect(chunks.length).toBeLessThan(10);
  });

  it('ends without a word when the reader has gone, and lets go of the source', async () => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<string, void, undefined> {
      try {
        for (;;) {
          yield 'z'.repeat(70_000);
        }
      } finally {
        isClosed = true;
      }
    }
    const { stream } = aStream((written) => (written < 2 ? null : Object.assign(new Error('gone'), { code: 'EPIPE' })));
    expect(await writeDocument(endless(), streamOutput(stream))).toBe('gone');
    expect(isClosed).toBe(true);
  });

  it('has everything that came before the source failed', async () => {
    const { stream, chunks } = aStream();
    async function* failing(): AsyncGenerator<string, void, undefined> {
      yield 'whole';
      throw new Error('line 2 is bad');
    }
    await expect(writeDocument(failing(), streamOutput(stream))).rejects.toThrow('line 2 is bad');
    expect(chunks).toEqual(['whole']);
  });

  it('tells of everything else', async () => {
    const { stream } = aStream(() => Object.assign(new Error('full'), { code: 'ENOSPC' }));
    await expect(writeDocument(pieces(1), streamOutput(stream))).rejects.toThrow('standard output (ENOSPC)');
  });

  it('holds nothing back while the source stands still', async () => {
    const { stream, chunks } = aStream();
    let goOn = (): void => undefined;
    async function* slow(): AsyncGenerator<string, void, undefined> {
      yield 'first';
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      yield 'second';
    }
    const writing = writeDocument(slow(), streamOutput(stream));
    await new Promise<void>((resolve) => {
      const watch = setInterval(() => {
        if (chunks.length > 0) {
          clearInterval(watch);
          resolve();
        }
      }, 5);
    });
    expect(chunks).toEqual(['first']);
    goOn();
    await writing;
    expect(chunks).toEqual(['first', 'second']);
  });
});

describe('a document to a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'audited-output-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const written = async (output: Promise<DocumentOutput>): Promise<unknown> => writeDocument(pieces(3), await output);

  it('is there when it is whole, and only for its owner', async () => {
    const path = join(folder, 'out');
    expect(await written(fileOutput(path, false))).toBe('whole');
    expect(readFileSync(path, 'utf8')).toBe('xxx');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.partial`)).toBe(false);
  });

  it('replaces another only when that is wanted', async () => {
    const path = join(folder, 'out');
    writeFileSync(path, 'mine');
    await expect(fileOutput(path, false)).rejects.toThrow('exists already and is not overwritten');
    expect(readFileSync(path, 'utf8')).toBe('mine');
    await written(fileOutput(path, true));
    expect(readFileSync(path, 'utf8')).toBe('xxx');
  });

  it('leaves nothing behind, and the old one in its place, when the source fails', async () => {
    const path = join(folder, 'out');
    writeFileSync(path, 'mine');
    async function* failing(): AsyncGenerator<string, void, undefined> {
      yield 'half';
      throw new Error('the database is gone');
    }
    await expect(writeDocument(failing(), await fileOutput(path, true))).rejects.toThrow('the database is gone');
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(existsSync(`${path}.partial`)).toBe(false);
  });

  it('says that it cannot be made', async () => {
    await expect(fileOutput(join(folder, 'none', 'out'), false)).rejects.toThrow('cannot be written (ENOENT)');
  });
});

describe('a packed document', () => {
  it('is what was written, and no more is taken than was passed on', async () => {
    const packed: Uint8Array[] = [];
    let isFinished = false;
    const output: DocumentOutput = {
      write: async (bytes) => {
        packed.push(bytes as Uint8Array);
        await new Promise(setImmediate);
        return 'taken';
      },
      finish: async () => {
        isFinished = true;
      },
      abandon: () => Promise.resolve(),
    };
    const text = Array.from({ length: 40_000 }, (_, index) => `line ${index} ${Math.sin(index)}\n`);
    async function* lines(): AsyncGenerator<string, void, undefined> {
      yield* text;
    }
    expect(await writeDocument(lines(), gzippedOutput(output))).toBe('whole');
    expect(gunzipSync(Buffer.concat(packed)).toString()).toBe(text.join(''));
    expect(isFinished).toBe(true);
  });

  it('ends with what is wrong with its output', async () => {
    const ended: string[] = [];
    const output: DocumentOutput = {
      write: () => Promise.reject(new Error('the disk is full')),
      finish: async () => void ended.push('finished'),
      abandon: async () => void ended.push('abandoned'),
    };
    await expect(writeDocument(pieces(20_000, 'x'.repeat(99)), gzippedOutput(output))).rejects.toThrow('disk is full');
    expect(ended).toEqual(['abandoned']);
  });

  it('ends quietly when nobody reads any more', async () => {
    const output: DocumentOutput = {
      write: () => Promise.resolve('gone'),
      finish: () => Promise.reject(new Error('never')),
      abandon: () => Promise.resolve(),
    };
    async function* endless(): AsyncGenerator<string, void, undefined> {
      for (let index = 0; ; index++) {
        yield `${Math.sin(index)}`.repeat(1000);
      }
    }
    expect(await writeDocument(endless(), gzippedOutput(output))).toBe('gone');
  });
});
