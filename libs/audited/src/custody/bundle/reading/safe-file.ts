import * as crypto from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { openToRead } from '../../../recording/journal/reading/raw-lines.js';

/** A file of a bundle cannot be read as one; the message is a part of a sentence. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
}

/**
 * Opens a plain file of a bundle. A link in its place is not followed: it could lead anywhere.
 *
 * @param name path in the bundle, one that this code made; never one that the bundle gave
 * @throws FileProblem
 */
export async function openFile(folder: string, name: string): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    handle = await openToRead(join(folder, name));
  } catch (error) {
    throw new FileProblem(`cannot be opened (${codeOf(error)})`, { cause: error });
  }
  if (handle === undefined) {
    throw new FileProblem('is missing');
  }
  return handle;
}

/** A small file as text; @throws FileProblem when it is too large or no UTF-8 */
export async function readText(folder: string, name: string, maxBytes: number): Promise<string> {
  const handle = await openFile(folder, name);
  try {
    const { size } = await handle.stat();
    if (size > maxBytes) {
      throw new FileProblem(`has ${size} bytes, more than the ${maxBytes} that such a file may have`);
    }
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await handle.readFile());
  } catch (error) {
    if (error instanceof FileProblem) {
      throw error;
    }
    throw new FileProblem(error instanceof TypeError ? 'is no UTF-8' : `cannot be read (${codeOf(error)})`, {
      cause: error,
    });
  } finally {
    await handle.close();
  }
}

/** Size and digest of a file; @throws FileProblem */
export async function digestOf(folder: string, name: string): Promise<{ bytes: number; sha256: string }> {
  const digest = crypto.createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunksOf(folder, name)) {
    digest.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: digest.digest('hex') };
}

/** The bytes of a file, a piece at a time; @throws FileProblem */
export async function* chunksOf(folder: string, name: string): AsyncGenerator<Buffer, void, void> {
  const handle = await openFile(folder, name);
  try {
    for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })) {
      yield chunk as Buffer;
    }
  } catch (error) {
    throw new FileProblem(`cannot be read (${codeOf(error)})`, { cause: error });
  } finally {
    await handle.close();
  }
}

/** The system's word for what went wrong. */
export function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : String(error);
}
