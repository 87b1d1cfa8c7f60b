import { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import * as zlib from 'node:zlib';
import { MAX_LINE_BYTES } from '../bundle-format.js';
import { chunksOf, codeOf, FileProblem } from './safe-file.js';

/** A line of a packed file. */
export interface PackedLine {
  /** From 1. */
  readonly number: number;
  /** Without line feed; `undefined` when its bytes are no UTF-8. */
  readonly text: string | undefined;
}

/** A packed file is cut off or damaged. */
export class GzipProblem extends Error {
  override readonly name = 'GzipProblem';
}

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 64 * 1024;

/**
 * The lines of a gzip file, those of a piece at a time. However small the file and however much it unpacks to, no more
 * than a line is held.
 *
 * @throws FileProblem; GzipProblem behind the last line that could be read, or when a line is too long
 */
export async function* gzipLines(folder: string, name: string): AsyncGenerator<readonly PackedLine[], void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let unended: Buffer[] = [];
  let unendedBytes = 0;
  let number = 0;
  for await (const chunk of unpacked(folder, name)) {
    const lines: PackedLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      const end = chunk.subarray(from, at);
      lines.push({ number: ++number, text: decoded(decoder, unendedBytes === 0 ? end : joined(unended, end)) });
      unended = [];
      unendedBytes = 0;
      from = at + 1;
    }
    if (from < chunk.length) {
      unended.push(chunk.subarray(from));
      unendedBytes += chunk.length - from;
    }
    if (lines.length > 0) {
      yield lines;
    }
    if (unendedBytes > MAX_LINE_BYTES) {
      throw new GzipProblem(`line ${number + 1} has more than ${MAX_LINE_BYTES} bytes; the rest was not read`);
    }
  }
  if (unendedBytes > 0) {
    throw new GzipProblem(`line ${number + 1} does not end`);
  }
}

async function* unpacked(folder: string, name: string): AsyncGenerator<Buffer, void, void> {
  const source = Readable.from(chunksOf(folder, name), { objectMode: false });
  const gunzip = zlib.createGunzip({ chunkSize: CHUNK_BYTES });
  // `pipe` does not pass failures on.
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) {
      yield chunk as Buffer;
    }
  } catch (error) {
    if (error instanceof FileProblem) {
      throw error;
    }
    const code = codeOf(error);
    const problem = code === 'Z_BUF_ERROR' ? 'it is cut off' : `it is damaged (${code})`;
    throw new GzipProblem(`${problem}: what follows cannot be unpacked`, { cause: error });
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function joined(parts: readonly Buffer[], end: Buffer): Buffer {
  return Buffer.concat([...parts, end]);
}

function decoded(decoder: TextDecoder, bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    // No UTF-8: the caller names the line.
    return undefined;
  }
}
