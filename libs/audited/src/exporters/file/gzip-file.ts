import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { compressedName } from './log-file-name.js';

/** Shipping agents look for names that begin with the prefix: this is none. */
const UNFINISHED = /^\.(.+)\.gz\.[0-9a-f]{16}\.compressing$/;
/** One that was not touched for so long is left over from a kill. */
const LEFT_OVER_MS = 600_000;

/**
 * Writes a compressed copy of a file beside it, durable when this resolves. The file itself stays: whoever removes it
 * afterwards may be killed between the two, and then does both again.
 */
export async function gzipFile(path: string, mode: number, signal: AbortSignal): Promise<void> {
  const unfinished = join(dirname(path), `.${basename(path)}.gz.${randomBytes(8).toString('hex')}.compressing`);
  const source = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const target = await open(unfinished, 'wx', mode);
    try {
      await target.chmod(mode);
      // The streams close what they read and write; an open stream would hold its file open.
      await pipeline(source.createReadStream(), createGzip(), target.createWriteStream({ flush: true }), { signal });
    } finally {
      await target.close();
    }
    await rename(unfinished, join(dirname(path), compressedName(basename(path))));
  } finally {
    await source.close();
    // Not there any more when it got its name.
    await rm(unfinished, { force: true });
  }
}

/** Removes copies that a killed process did not finish. @param isOurs by the name of the file that was to be compressed */
export async function removeUnfinished(directory: string, isOurs: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(directory)) {
    const original = UNFINISHED.exec(name)?.[1];
    const path = join(directory, name);
    if (original !== undefined && isOurs(original) && Date.now() - (await stat(path)).mtimeMs > LEFT_OVER_MS) {
      await rm(path, { force: true });
    }
  }
}
