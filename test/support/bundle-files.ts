import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { canonicalJson, type JsonObject } from 'nestjs-audited';

type Manifest = JsonObject & { readonly files: readonly (JsonObject & { readonly name: string })[] };

/** Rewrites the lines of a packed file of a bundle. */
export function changeLines(
  bundle: string,
  name: string,
  change: (lines: readonly string[]) => readonly string[],
): void {
  const path = join(bundle, name);
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n').slice(0, -1);
  writeFileSync(path, gzipSync(`${change(lines).join('\n')}\n`));
}

/** Makes the manifest name the files as they are now, and say what else it is told; the signature is left as it is. */
export function fitManifest(bundle: string, change: (manifest: Manifest) => JsonObject = (manifest) => manifest): void {
  const path = join(bundle, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  const files = manifest.files.map((file) => {
    const content = readFileSync(join(bundle, file.name));
    return { ...file, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  });
  writeFileSync(path, `${canonicalJson(change({ ...manifest, files }))}\n`);
}
