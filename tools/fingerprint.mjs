// Content fingerprints of files: how the build knows that nothing changed. Contents and not times, because a
// checkout changes the times of unchanged files, and a deleted source leaves no newer file behind.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below `folder`, sorted, as paths that start with `folder`. Empty when the folder does not exist. */
export function listFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** SHA-256 over names and contents. A file that does not exist counts as its own, different state. */
export function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'missing';
    hash.update(`${file}\0${content}\n`);
  }
  return hash.digest('hex');
}
