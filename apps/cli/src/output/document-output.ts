import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { InputError } from '../input-error.js';

/** Where a document goes. */
export interface DocumentOutput {
  /** Resolves when there is room for more; `gone` when nobody reads any more. */
  write(text: string | Uint8Array): Promise<'taken' | 'gone'>;
  /** The whole document was written. */
  finish(): Promise<void>;
  /** There will be no more, and what was written is not whole. */
  abandon(): Promise<void>;
}

/** So much text is written at a time, or what came within so long: a stream that stands still holds nothing back. */
const CHUNK_CHARACTERS = 64 * 1024;
const HOLD_MS = 100;

/**
 * Writes a document as fast as it is taken.
 *
 * @returns `gone` when the reader left before the end, as `head` does
 */
export async function writeDocument(pieces: AsyncIterable<string>, output: DocumentOutput): Promise<'whole' | 'gone'> {
  const gathered = new GatheredText(output);
  try {
    for await (const piece of pieces) {
      await gathered.add(piece);
      if (gathered.isGone) {
        return 'gone';
      }
    }
    await gathered.flush();
    if (gathered.isGone) {
      return 'gone';
    }
    await output.finish();
    return 'whole';
  } catch (error) {
    // Of a stream, what stands before the error is of use; a failure of the output itself was told already.
    await gathered.flush().catch(() => undefined);
    await output.abandon();
    throw error;
  } finally {
    gathered.stop();
  }
}

class GatheredText {
  private text = '';
  private timer: NodeJS.Timeout | undefined;
  private written: Promise<void> = Promise.resolve();
  isGone = false;

  constructor(private readonly output: DocumentOutput) {}

  async add(piece: string): Promise<void> {
    this.text += piece;
    if (this.text.length >= CHUNK_CHARACTERS) {
      await this.flush();
    } else {
      this.timer ??= setTimeout(() => void this.flush().catch(() => undefined), HOLD_MS);
    }
  }

  /** In the order of the calls; what fails once fails for whoever waits next. */
  flush(): Promise<void> {
    this.stop();
    const { text } = this;
    this.text = '';
    this.written = this.written.then(async () => {
      if (text !== '' && !this.isGone) {
        this.isGone = (await this.output.write(text)) === 'gone';
      }
    });
    return this.written;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

/** Standard output. */
export function streamOutput(stream: Writable): DocumentOutput {
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => {
          const { code } = (error ?? {}) as NodeJS.ErrnoException;
          if (error === undefined || error === null) {
            resolve('taken');
          } else if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') {
            resolve('gone');
          } else {
            reject(new Error(`the document could not be written to standard output (${code ?? error.message})`));
          }
        });
      }),
    finish: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  };
}

/** Packs what is written with gzip on its way; no faster than it is taken. */
export function gzippedOutput(output: DocumentOutput): DocumentOutput {
  const gzip = createGzip();
  let answer: 'taken' | 'gone' = 'taken';
  const passedOn = (async () => {
    for await (const bytes of gzip as AsyncIterable<Uint8Array>) {
      answer = answer === 'gone' ? answer : await output.write(bytes);
    }
  })();
  // Told to whoever writes or finishes next.
  passedOn.catch(() => undefined);
  return {
    write: async (text) => {
      if (!gzip.write(text)) {
        await Promise.race([once(gzip, 'drain'), passedOn]);
      }
      return answer;
    },
    finish: async () => {
      gzip.end();
      await passedOn;
      await output.finish();
    },
    abandon: async () => {
      gzip.destroy();
      await passedOn.catch(() => undefined);
      await output.abandon();
    },
  };
}

/**
 * A file of one's own: it holds what people did. Nothing is there under its name until everything is.
 *
 * @throws InputError when it exists and is not to be replaced, or cannot be made
 */
export async function fileOutput(path: string, replaces: boolean): Promise<DocumentOutput> {
  if (!replaces && existsSync(path)) {
    throw new InputError(
      `--out: "${path}" exists already and is not overwritten. Choose another name, or say --force.`,
    );
  }
  const partial = `${path}.partial`;
  let file: FileHandle;
  try {
    file = await open(partial, 'w', 0o600);
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new InputError(`--out: "${path}" cannot be written (${code}).`);
  }
  return {
    write: async (text) => {
      await file.writeFile(text);
      return 'taken';
    },
    finish: async () => {
      await file.sync();
      await file.close();
      await rename(partial, path);
    },
    abandon: async () => {
      await file.close();
      await rm(partial, { force: true });
    },
  };
}
