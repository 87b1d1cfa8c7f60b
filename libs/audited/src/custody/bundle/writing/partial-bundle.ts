import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BundleRefusedError } from '../../../event/bundle.error.js';
import { isMissing, makeFolder, syncFolder, systemCode } from '../../../recording/spool/durable-folder.js';
import { CHECKPOINTS_FOLDER, PARTIAL_SUFFIX, PROOFS_FOLDER } from '../bundle-format.js';
import type { ManifestFile } from '../bundle-manifest.js';
import { BundleFile } from './bundle-file.js';

/** Only this user may look: records are in there. */
const FOLDER_MODE = 0o700;

/**
 * A bundle that is being written, under another name. It gets its own name when everything in it is durable, so nothing
 * that looks like a bundle is half of one, whenever the process dies.
 */
export class PartialBundle {
  private readonly written: ManifestFile[] = [];

  private constructor(
    private readonly folder: string,
    private readonly partial: string,
  ) {}

  /**
   * @param folder must not exist
   * @param restart removes what an earlier try left; only for who knows that no other process writes there
   * @throws BundleRefusedError
   */
  static async begin(folder: string, restart = false): Promise<PartialBundle> {
    const whole = resolve(folder);
    const partial = `${whole}${PARTIAL_SUFFIX}`;
    await refuseExisting(whole);
    if (await exists(partial)) {
      if (!restart) {
        throw new BundleRefusedError(
          whole,
          `"${basename(partial)}" stands beside it: another process is writing, or one was stopped`,
          'Wait for it, or remove that folder.',
        );
      }
      await rm(partial, { recursive: true });
    }
    try {
      await makeFolder(dirname(whole));
      for (const path of [partial, join(partial, PROOFS_FOLDER), join(partial, CHECKPOINTS_FOLDER)]) {
        await mkdir(path, { mode: FOLDER_MODE });
      }
    } catch (error) {
      throw new BundleRefusedError(
        whole,
        `the folder cannot be made (${systemCode(error) ?? String(error)})`,
        'Choose a place that this process may write to.',
        { cause: error },
      );
    }
    return new PartialBundle(whole, partial);
  }

  /** Files that were ended, in the order of their names; digests are of what is on the disk. */
  get files(): readonly ManifestFile[] {
    return this.written.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A new file, to be written piece by piece and then ended with {@link PartialBundle.end}. */
  async create(name: string): Promise<BundleFile> {
    // `wx` also refuses a link that somebody put there.
    return new BundleFile(name, await open(join(this.partial, name), 'wx', 0o600));
  }

  /** Makes a file durable and notes its digest. */
  async end(file: BundleFile): Promise<ManifestFile> {
    const ended = await file.end();
    this.written.push(ended);
    return ended;
  }

  /** A small file, whole. */
  async put(name: string, content: string): Promise<ManifestFile> {
    const file = await this.create(name);
    try {
      await file.write(Buffer.from(content, 'utf8'));
    } catch (error) {
      await file.abandon();
      throw error;
    }
    return this.end(file);
  }

  /** Gives the bundle its name. */
  async commit(): Promise<string> {
    for (const path of [join(this.partial, PROOFS_FOLDER), join(this.partial, CHECKPOINTS_FOLDER), this.partial]) {
      await syncFolder(path);
    }
    // An empty folder would be replaced without a word.
    await refuseExisting(this.folder);
    await rename(this.partial, this.folder);
    await syncFolder(dirname(this.folder));
    return this.folder;
  }

  /** Removes what was written, after a failure. */
  async discard(): Promise<void> {
    await rm(this.partial, { recursive: true, force: true });
  }
}

async function refuseExisting(folder: string): Promise<void> {
  if (await exists(folder)) {
    throw new BundleRefusedError(folder, 'there is something of this name', 'Name a folder that does not exist yet.');
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) {
      return false;
    }
    throw error;
  }
}
