import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CHECKPOINTS_FOLDER,
  MANIFEST_FILE,
  MANIFEST_NOTE_FILE,
  PARTIAL_SUFFIX,
  PERSONAL_FILE,
  PROOFS_FOLDER,
} from '../bundle-format.js';
import type { BundleManifest } from '../bundle-manifest.js';
import type { BundleFaults } from '../bundle-report.js';
import { digestedFiles } from './manifest-reader.js';
import { codeOf, digestOf, FileProblem } from './safe-file.js';

/**
 * Compares the folder with the manifest: which files are there, of which kind, and what is in them. Files that do not
 * belong there are named, never opened.
 *
 * @returns names of those that are there and can be read
 */
export async function checkInventory(
  folder: string,
  manifest: BundleManifest,
  faults: BundleFaults,
): Promise<ReadonlySet<string>> {
  const digested = digestedFiles(manifest);
  const wanted = new Set([MANIFEST_FILE, PERSONAL_FILE, ...(manifest.signed ? [MANIFEST_NOTE_FILE] : []), ...digested]);
  const present = new Set<string>();
  await look(folder, '', wanted, present, faults);
  for (const name of [...wanted].filter((file) => !present.has(file))) {
    faults.add({ kind: 'file', file: name, message: 'the file is missing' });
  }
  for (const { name, bytes, sha256 } of manifest.files) {
    if (present.has(name) && !(await checkDigest(folder, name, { bytes, sha256 }, faults))) {
      present.delete(name);
    }
  }
  return present;
}

async function look(
  folder: string,
  under: string,
  wanted: ReadonlySet<string>,
  present: Set<string>,
  faults: BundleFaults,
): Promise<void> {
  for (const entry of await entriesOf(join(folder, under), under, faults)) {
    const name = under === '' ? entry.name : `${under}/${entry.name}`;
    if (under === '' && entry.isDirectory() && (name === PROOFS_FOLDER || name === CHECKPOINTS_FOLDER)) {
      await look(folder, name, wanted, present, faults);
    } else if (wanted.has(name) && entry.isFile()) {
      present.add(name);
    } else {
      faults.add({ kind: 'file', file: name, message: strangeness(name, wanted.has(name), entry) });
    }
  }
}

async function entriesOf(path: string, under: string, faults: BundleFaults): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    faults.add({ kind: 'file', file: under, message: `the folder cannot be read (${codeOf(error)})` });
    return [];
  }
}

function strangeness(name: string, isWanted: boolean, entry: Dirent): string {
  if (isWanted) {
    return entry.isSymbolicLink() ? 'the file is a link, which is not followed' : 'it is no plain file';
  }
  return name === `${PERSONAL_FILE}${PARTIAL_SUFFIX}`
    ? 'an erasure of this bundle was stopped: run it again'
    : 'it does not belong to the bundle, and nothing vouches for it';
}

/** @returns false when the file cannot be read */
async function checkDigest(
  folder: string,
  name: string,
  { bytes, sha256 }: { readonly bytes: number; readonly sha256: string },
  faults: BundleFaults,
): Promise<boolean> {
  try {
    const found = await digestOf(folder, name);
    if (found.bytes !== bytes || found.sha256 !== sha256) {
      const message = `the file (${found.bytes} bytes) is not the one that the manifest names (${bytes} bytes)`;
      faults.add({ kind: 'digest', file: name, message });
    }
    return true;
  } catch (error) {
    if (error instanceof FileProblem) {
      faults.add({ kind: 'file', file: name, message: `the file ${error.message}` });
      return false;
    }
    throw error;
  }
}
