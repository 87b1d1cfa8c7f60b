import { constants } from 'node:fs';
import { access, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SpoolFullError, SpoolUnusableError } from '../../event/audit.error.js';

/** Only this user may look: personal parts are in the files. */
const FOLDER_MODE = 0o700;

/** The system's own word for what went wrong: `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** True when the file or folder was not there, or a file stands where its folder was. */
export function isMissing(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** What a failed write means for the caller: no room, which may pass, or a folder that cannot be used. */
export function spoolError(directory: string, error: unknown): SpoolFullError | SpoolUnusableError {
  if (error instanceof SpoolFullError || error instanceof SpoolUnusableError) {
    return error;
  }
  const code = systemCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new SpoolFullError(`there is no room on the disk of "${directory}" (${code})`, { cause: error })
    : new SpoolUnusableError(directory, `cannot be written (${code ?? String(error)})`, { cause: error });
}

/** Some network file systems have no flush for folders; they make names durable by themselves, or not at all. */
const NO_FOLDER_FLUSH = new Set(['EINVAL', 'ENOTSUP']);

/** Makes new names in a folder durable. Windows has no such call, and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!NO_FOLDER_FLUSH.has(systemCode(error) ?? '')) {
      throw error;
    }
  } finally {
    await handle.close();
  }
}

/** Makes a folder and those above it, durable up to the first that was there already. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  if (first === undefined) {
    return;
  }
  let made = path;
  while (made !== dirname(first)) {
    made = dirname(made);
    await syncFolder(made);
  }
}

/**
 * Makes sure that a folder could be made and written, without making it.
 *
 * @throws SpoolUnusableError naming the nearest folder that is there
 */
export async function checkWritable(directory: string): Promise<void> {
  let nearest = directory;
  for (;;) {
    try {
      const { isDirectory } = await describe(nearest);
      if (!isDirectory) {
        throw new SpoolUnusableError(directory, `cannot be used: "${nearest}" is no folder`);
      }
      await access(nearest, constants.W_OK | constants.X_OK);
      return;
    } catch (error) {
      if (!isMissing(error) || dirname(nearest) === nearest) {
        throw error instanceof SpoolUnusableError
          ? error
          : new SpoolUnusableError(directory, `cannot be written: "${nearest}" says ${systemCode(error)}`, {
              cause: error,
            });
      }
      nearest = dirname(nearest);
    }
  }
}

async function describe(path: string): Promise<{ readonly isDirectory: boolean }> {
  return { isDirectory: (await stat(path)).isDirectory() };
}
