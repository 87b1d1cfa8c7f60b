import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, makeFolder, syncFolder } from './durable-folder.js';
import { isRunning, ownCard, parseCard } from './spool-owner.js';

/** Says whose a folder is. */
export const OWNER_FILE = 'owner.json';
const LOSSES_FILE = 'losses.json';
/** `losses-...json` came from another owner. */
const LOSSES_NAME = /^losses(-[0-9a-f]{16})?\.json$/;
/** `owner-`: somebody writes here. `left-`: its owner closed it with events in it; it is free to be taken over. */
const FOLDER_NAME = /^(owner|left)-([0-9a-f]{32})$/;

/**
 * The folder of one spool within the directory that several may share. Its name is its token: as long as it is there,
 * nobody has taken it over. Taking over is a rename, so exactly one wins.
 */
export class OwnerFolder {
  private constructor(
    private readonly directory: string,
    readonly token: string,
  ) {}

  get path(): string {
    return join(this.directory, `owner-${this.token}`);
  }

  /** Where bytes go that nobody can read; outside of the folder, so that they stay for the operator. */
  get damagedFile(): string {
    return join(this.directory, `damaged-${this.token}`);
  }

  private get ownerFile(): string {
    return join(this.path, OWNER_FILE);
  }

  static async make(directory: string): Promise<OwnerFolder> {
    const folder = new OwnerFolder(directory, randomBytes(16).toString('hex'));
    await makeFolder(directory);
    await mkdir(folder.path, { mode: 0o700 });
    try {
      await writeDurably(folder.ownerFile, JSON.stringify(await ownCard()));
      await syncFolder(folder.path);
      await syncFolder(directory);
    } catch (error) {
      await rm(folder.path, { recursive: true, force: true });
      throw error;
    }
    return folder;
  }

  /** False once another process has taken the folder over, or somebody removed it. */
  async isOurs(): Promise<boolean> {
    try {
      await stat(this.ownerFile);
      return true;
    } catch (error) {
      if (isMissing(error)) {
        return false;
      }
      throw error;
    }
  }

  /** @returns false when the folder is ours no more */
  async beat(): Promise<boolean> {
    const now = new Date();
    try {
      await utimes(this.ownerFile, now, now);
      return true;
    } catch (error) {
      if (isMissing(error)) {
        return false;
      }
      throw error;
    }
  }

  /** Keeps a text that the next owner is to have; `undefined` removes it. Replaces it as a whole. */
  async keepLosses(text: string | undefined): Promise<void> {
    const file = join(this.path, LOSSES_FILE);
    if (text === undefined) {
      await rm(file, { force: true });
      return;
    }
    await writeDurably(`${file}.new`, text);
    await rename(`${file}.new`, file);
  }

  /** Brings the losses that another owner kept here, under names of their own. */
  async takeLosses(inside: string): Promise<void> {
    for (const name of (await namesIn(inside)).filter((one) => LOSSES_NAME.test(one))) {
      await rename(join(inside, name), join(this.path, `losses-${randomBytes(8).toString('hex')}.json`));
    }
  }

  /** What other owners had lost; each is removed once it is accounted for. */
  async accountForLosses(account: (text: string) => Promise<void>): Promise<void> {
    for (const name of (await namesIn(this.path)).filter((one) => LOSSES_NAME.test(one) && one !== LOSSES_FILE)) {
      await account(await readFile(join(this.path, name), 'utf8'));
      await rm(join(this.path, name), { force: true });
    }
  }

  /** Brings what a dead owner left into this folder, unless another process is quicker. */
  async takeOver(name: string): Promise<void> {
    try {
      await rename(join(this.directory, name), join(this.path, name.replace(FOLDER_NAME, 'from-$2')));
    } catch (error) {
      if (!isMissing(error) || !(await this.isOurs())) {
        throw error;
      }
    }
  }

  /** Gives the folder up: removes it when nothing is in it, else leaves it to whoever comes next. */
  async release(): Promise<void> {
    try {
      const inside = await readdir(this.path);
      if (inside.every((name) => name === OWNER_FILE)) {
        await removeOwnerFile(this.path);
        await rmdir(this.path);
      } else {
        await rename(this.path, join(this.directory, `left-${this.token}`));
      }
    } catch (error) {
      if (!isMissing(error)) {
        throw error;
      }
    }
  }
}

/** The folders in the directory whose owners are gone, the one that has been silent for longest first. */
export async function orphanedFolders(
  directory: string,
  ownToken: string | undefined,
  adoptAfterMs: number,
): Promise<string[]> {
  const orphans: { readonly name: string; readonly silentSinceMs: number }[] = [];
  for (const name of await namesIn(directory)) {
    const [, state, token] = FOLDER_NAME.exec(name) ?? [];
    if (state !== undefined && token !== ownToken) {
      const silentSinceMs = await lastBeatMs(join(directory, name));
      const isFree = silentSinceMs !== undefined && state === 'left';
      if (
        silentSinceMs !== undefined &&
        (isFree || (await isDead(join(directory, name), silentSinceMs, adoptAfterMs)))
      ) {
        orphans.push({ name, silentSinceMs });
      }
    }
  }
  return orphans.sort((one, other) => one.silentSinceMs - other.silentSinceMs).map(({ name }) => name);
}

/** The folders in the directory that are not ours: of processes that live, as far as anybody knows, or that ended just now. */
export async function otherFolders(directory: string, ownToken: string | undefined): Promise<string[]> {
  return (await namesIn(directory)).filter((name) => {
    const token = FOLDER_NAME.exec(name)?.[2];
    return token !== undefined && token !== ownToken;
  });
}

/** The folders that were taken over, but not yet emptied into the one they are in. */
export async function takenOverFolders(path: string): Promise<string[]> {
  return (await namesIn(path)).filter((name) => /^from-[0-9a-f]{32}$/.test(name)).map((name) => join(path, name));
}

/** Removes a folder whose events and losses are elsewhere. Fails when there is still something in it. */
export async function removeEmptied(path: string): Promise<void> {
  // What a kill left of a file that was to take the place of another.
  for (const name of (await namesIn(path)).filter((one) => one.endsWith('.new'))) {
    await rm(join(path, name), { force: true });
  }
  await removeOwnerFile(path);
  await rmdir(path);
}

/** The names in a folder; none when it is not there. */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (isMissing(error)) {
      return [];
    }
    throw error;
  }
}

async function isDead(path: string, silentSinceMs: number, adoptAfterMs: number): Promise<boolean> {
  if (Date.now() - silentSinceMs > adoptAfterMs) {
    return true;
  }
  const text = await readIfThere(join(path, OWNER_FILE));
  const card = text === undefined ? undefined : parseCard(text);
  // Without a card the folder may be in the making.
  return card !== undefined && (await isRunning(card)) === false;
}

async function lastBeatMs(path: string): Promise<number | undefined> {
  for (const file of [join(path, OWNER_FILE), path]) {
    try {
      return (await stat(file)).mtimeMs;
    } catch (error) {
      if (!isMissing(error)) {
        throw error;
      }
    }
  }
  return undefined;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
}

async function removeOwnerFile(path: string): Promise<void> {
  await rm(join(path, OWNER_FILE), { force: true });
}

/** Writes a small file so that it is whole and durable, or not there. */
export async function writeDurably(file: string, content: string | Buffer): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
