import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A line as it stands in a file, without its line feed. */
export interface RawLine {
  /** The bytes; empty when the line is too long to be held. */
  readonly content: Buffer;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** How the line ends: `torn` when the file does before the line feed. */
  readonly end: 'whole' | 'torn';
}

/** Longest line that is held in memory; redaction keeps events far below. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;
/** A writer at work finishes its line within this time; a torn one stays torn. */
const SETTLE_MS = 100;

/** A file to be read; `undefined` when it was removed since it was listed. A link in its place is not followed. */
export async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/**
 * The lines of a file from its first to its last, those of one chunk at a time. Reads what is there when it begins; what
 * is appended meanwhile is the next reader's.
 *
 * @param isLive a process may be writing the file: a last line without its end may be one that is just being written
 */
export async function* linesForward(
  handle: FileHandle,
  isLive: boolean,
): AsyncGenerator<readonly RawLine[], void, void> {
  const { size } = await handle.stat();
  const unended = new OpenLine();
  let position = 0;
  let settled = !isLive;
  for (;;) {
    const chunk = await readAt(handle, position, CHUNK_BYTES);
    if (chunk.length === 0) {
      if (settled || unended.lengthBytes === 0) {
        break;
      }
      settled = true;
      await delay(SETTLE_MS);
      continue;
    }
    const lines: RawLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      lines.push(unended.ended(chunk.subarray(from, at), position + from));
      from = at + 1;
    }
    unended.grow(chunk.subarray(from), position + from);
    position += chunk.length;
    yield lines;
    if (position >= size && (unended.lengthBytes === 0 || unended.offsetBytes >= size)) {
      return;
    }
  }
  if (unended.lengthBytes > 0) {
    yield [{ ...unended.ended(Buffer.alloc(0), position), end: 'torn' }];
  }
}

/**
 * The lines of a file from its last to its first. A last line that is just being written is left out, and so is
 * everything when the file is removed. The file is open only while a chunk is read: a day may have very many files.
 *
 * @param isLive as for {@link linesForward}
 */
export async function* linesBackward(path: string, isLive: boolean): AsyncGenerator<RawLine, void, void> {
  const size = (await sizeOf(path)) ?? 0;
  let right = new LineEnd();
  let isLast = true;
  let position = size;
  while (position > 0) {
    const length = Math.min(CHUNK_BYTES, position);
    position -= length;
    const from = position;
    const chunk = await whileOpen(path, (handle) => readAt(handle, from, length));
    if (chunk === undefined) {
      return;
    }
    let to = chunk.length;
    while (to > 0) {
      const at = chunk.lastIndexOf(LINE_FEED, to - 1);
      right.growLeft(chunk.subarray(at + 1, to));
      if (at === -1) {
        break;
      }
      const line = right.begun(position + at + 1, isLast ? 'torn' : 'whole');
      // Behind the last line feed there is nothing, unless a line is torn or just being written.
      if (!isLast || (line.lengthBytes > 0 && !(isLive && (await grows(path, size))))) {
        yield line;
      }
      isLast = false;
      right = new LineEnd();
      to = at;
    }
  }
  if (size > 0 && !(isLast && isLive && (await grows(path, size)))) {
    yield right.begun(0, isLast ? 'torn' : 'whole');
  }
}

async function grows(path: string, size: number): Promise<boolean> {
  await delay(SETTLE_MS);
  return (await sizeOf(path)) !== size;
}

function sizeOf(path: string): Promise<number | undefined> {
  return whileOpen(path, async (handle) => (await handle.stat()).size);
}

/** @returns `undefined` when the file was removed */
async function whileOpen<T>(path: string, work: (handle: FileHandle) => Promise<T>): Promise<T | undefined> {
  const handle = await openToRead(path);
  try {
    return handle === undefined ? undefined : await work(handle);
  } finally {
    await handle?.close();
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  // A buffer of its own for every chunk: lines are parts of it.
  const buffer = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** A line whose end was not met yet. */
class OpenLine {
  private parts: Buffer[] = [];
  offsetBytes = 0;
  lengthBytes = 0;

  grow(part: Buffer, offsetBytes: number): void {
    if (this.lengthBytes === 0) {
      this.offsetBytes = offsetBytes;
    }
    this.lengthBytes += part.length;
    this.parts = this.lengthBytes > MAX_LINE_BYTES ? [] : [...this.parts, part];
  }

  ended(part: Buffer, offsetBytes: number): RawLine {
    this.grow(part, offsetBytes);
    const line = whole(this.parts, this.offsetBytes, this.lengthBytes, 'whole');
    this.parts = [];
    this.lengthBytes = 0;
    return line;
  }
}

/** A line whose beginning was not met yet. */
class LineEnd {
  private parts: Buffer[] = [];
  private lengthBytes = 0;

  growLeft(part: Buffer): void {
    this.lengthBytes += part.length;
    this.parts = this.lengthBytes > MAX_LINE_BYTES ? [] : [part, ...this.parts];
  }

  begun(offsetBytes: number, end: RawLine['end']): RawLine {
    return whole(this.parts, offsetBytes, this.lengthBytes, end);
  }
}

function whole(parts: readonly Buffer[], offsetBytes: number, lengthBytes: number, end: RawLine['end']): RawLine {
  const [only] = parts;
  const content = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
  return { content, offsetBytes, lengthBytes, end };
}
