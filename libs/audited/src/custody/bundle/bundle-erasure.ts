import { open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { StoredRecord } from '../../event/audit-record.js';
import { BundleDamagedError } from '../../event/bundle.error.js';
import { syncFolder } from '../../recording/spool/durable-folder.js';
import { PARTIAL_SUFFIX, PERSONAL_FILE } from './bundle-format.js';
import { BundleFaults } from './bundle-report.js';
import { ManifestProblem, readManifest, type ReadManifest } from './reading/manifest-reader.js';
import { RecordLines } from './reading/record-lines.js';
import { personalLine } from './record-line.js';
import { BundleFile } from './writing/bundle-file.js';
import { GzipLines } from './writing/gzip-lines.js';

/**
 * Removes personal parts from a bundle. Hashes, proofs and signatures stay valid: the personal parts stand outside of
 * them. The file is replaced as a whole, so a crash leaves the old one or the new one; the bytes of the old one are given
 * back to the file system, which may keep them until it needs the room.
 *
 * @param matches whether the personal part of a record goes; asked for those that still have one
 * @returns how many were removed
 * @throws BundleDamagedError when the bundle cannot be read to its end; nothing was changed
 */
export async function eraseFromBundle(folder: string, matches: (record: StoredRecord) => boolean): Promise<number> {
  const path = resolve(folder);
  const read = await manifestOf(path);
  const partial = join(path, `${PERSONAL_FILE}${PARTIAL_SUFFIX}`);
  // What a stopped try left holds personal data and must go in any case.
  await rm(partial, { force: true });
  const file = new BundleFile(PERSONAL_FILE, await open(partial, 'wx', 0o600));
  const kept = new GzipLines(file);
  let removed: number;
  try {
    removed = await rewrite(path, read, matches, kept);
    await kept.finish();
    await file.end();
  } catch (error) {
    await kept.abandon();
    await rm(partial, { force: true });
    throw error;
  }
  if (removed === 0) {
    await rm(partial, { force: true });
    return 0;
  }
  await rename(partial, join(path, PERSONAL_FILE));
  await syncFolder(path);
  return removed;
}

async function manifestOf(folder: string): Promise<ReadManifest> {
  try {
    return await readManifest(folder);
  } catch (error) {
    if (error instanceof ManifestProblem) {
      throw new BundleDamagedError(folder, error.message, { cause: error });
    }
    throw error;
  }
}

async function rewrite(
  folder: string,
  { manifest }: ReadManifest,
  matches: (record: StoredRecord) => boolean,
  kept: GzipLines,
): Promise<number> {
  const faults = new BundleFaults(1);
  const lines = new RecordLines(folder, manifest, faults);
  let removed = 0;
  try {
    for (const { chain } of manifest.chains) {
      for (let record = await lines.next(chain); record !== undefined; record = await lines.next(chain)) {
        const line = personalLine(record);
        if (line !== undefined && matches(record)) {
          removed++;
        } else if (line !== undefined) {
          kept.add(line);
        }
        if (kept.isFull) {
          await kept.flush();
        }
      }
    }
    await lines.finish();
  } finally {
    await lines.close();
  }
  const [fault] = faults.all;
  if (fault !== undefined) {
    throw new BundleDamagedError(folder, `${fault.file ?? 'the bundle'}: ${fault.message}`);
  }
  return removed;
}
