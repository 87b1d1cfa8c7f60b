import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../input-error.js';

/** A line of an input. */
export interface InputLine {
  /** From 1. */
  readonly number: number;
  /** Without its end. */
  readonly text: string;
  /** Why there is no text: a part of a sentence. */
  readonly problem?: string;
}

/** Longest line that is held in memory; an event is far below. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = '\ufeff';
/** RFC 1952: what every gzip file begins with. */
const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * The lines of a text, plain or packed with gzip, one at a time: no more than a line is held. A last line needs no line
 * feed.
 *
 * @param name of the input, for messages
 * @throws InputError for a packed text that is damaged or cut off, behind the last line that could be read
 */
export async function* linesIn(
  name: string,
  bytes: AsyncIterable<Buffer>,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<InputLine, void, undefined> {
  const open = new OpenLine(maxBytes);
  for await (const chunk of unpacked(name, bytes)) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      open.grow(chunk.subarray(from, at));
      yield open.ended();
      from = at + 1;
    }
    open.grow(chunk.subarray(from));
  }
  if (!open.isEmpty) {
    yield open.ended();
  }
}

async function* unpacked(name: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const iterator = bytes[Symbol.asyncIterator]();
  let beginning = Buffer.alloc(0);
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      beginning = Buffer.concat([beginning, next.value]);
      if (beginning.length >= GZIP.length) {
        break;
      }
    }
    const all = from(beginning, iterator);
    yield* beginning.subarray(0, GZIP.length).equals(GZIP) ? gunzipped(name, all) : all;
  } finally {
    await iterator.return?.();
  }
}

async function* from(beginning: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  yield beginning;
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    yield next.value;
  }
}

async function* gunzipped(name: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const source = Readable.from(bytes, { objectMode: false });
  const gunzip = createGunzip();
  let failure: Error | undefined;
  // `pipe` does not pass failures on.
  source.on('error', (error) => {
    failure = error;
    gunzip.destroy(error);
  });
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) {
      yield chunk as Buffer;
    }
  } catch (error) {
    if (failure !== undefined) {
      throw failure;
    }
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    const problem = code === 'Z_BUF_ERROR' ? 'is cut off' : `is damaged (${code})`;
    throw new InputError(`${name}: the packed text ${problem}; what follows cannot be read.`);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

/** The line that is just being read. */
class OpenLine {
  private parts: Buffer[] = [];
  private bytes = 0;
  private number = 0;

  constructor(private readonly maxBytes: number) {}

  get isEmpty(): boolean {
    return this.bytes === 0;
  }

  grow(part: Buffer): void {
    if (part.length === 0) {
      return;
    }
    this.bytes += part.length;
    if (this.bytes > this.maxBytes) {
      this.parts = [];
    } else {
      this.parts.push(part);
    }
  }

  ended(): InputLine {
    const [only] = this.parts;
    const content = this.parts.length === 1 && only !== undefined ? only : Buffer.concat(this.parts);
    const isTooLong = this.bytes > this.maxBytes;
    const number = ++this.number;
    this.parts = [];
    this.bytes = 0;
    if (isTooLong) {
      return { number, text: '', problem: `it has more than ${this.maxBytes} bytes` };
    }
    if (!isUtf8(content)) {
      return { number, text: '', problem: 'it is no UTF-8' };
    }
    const end = content.at(-1) === CARRIAGE_RETURN ? content.length - 1 : content.length;
    const text = content.toString('utf8', 0, end);
    return { number, text: number === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text };
  }
}
