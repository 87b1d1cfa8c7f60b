// What a tarball of the library may hold, and what it must. Reads the tarball itself, not npm's opinion of it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listFiles } from './fingerprint.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const REQUIRED = ['package.json', 'README.md', 'LICENSE'];

/** Unpacks the tarball and returns one sentence per fault; an empty list means that it may be published. */
export function findTarballFaults(tarball) {
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-audited-smoke-'));
  try {
    execFileSync('tar', ['-xzf', tarball, '-C', folder]);
    return inspect(join(folder, 'package'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inspect(folder) {
  const files = listFiles(folder).map((file) => relative(folder, file).split(sep).join('/'));
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const has = (file) => existsSync(join(folder, file));
  const read = (file) => readFileSync(join(folder, file), 'utf8');
  const commands = Object.values(manifest.bin ?? {}).map((file) => file.replace(/^\.\//, ''));
  const text = files.filter((file) => /\.([cm]?[jt]s|json|map|md)$/.test(file));

  return [
    ...REQUIRED.filter((file) => !has(file)).map((file) => `${file} is missing`),
    ...files
      .filter((file) => !file.startsWith('dist/') && !REQUIRED.includes(file) && !commands.includes(file))
      .map((file) => `${file} does not belong into the package`),
    ...files.filter((file) => /\.(spec|e2e-spec|test)\./.test(file)).map((file) => `${file} is a test`),
    ...files
      .filter((file) => /\.[cm]?ts$/.test(file) && !/\.d\.[cm]?ts$/.test(file))
      .map((file) => `${file} is TypeScript source`),
    ...targets(manifest)
      .filter((target) => !has(target))
      .map((target) => `package.json points at ${target}, which is not in the package`),
    ...commands
      .filter((file) => has(file) && !read(file).startsWith('#!/usr/bin/env node\n'))
      .map((file) => `${file} is a command without #!/usr/bin/env node`),
    ...text.filter((file) => read(file).includes(root)).map((file) => `${file} names a path of the build machine`),
    ...text.flatMap((file) => mapFaults(folder, file)),
  ];
}

/** Every file that `exports`, `main`, `types` and `typesVersions` promise. */
function targets(manifest) {
  const { main, types, bin } = manifest;
  const leaves = (node) => (node && typeof node === 'object' ? Object.values(node).flatMap(leaves) : [node]);
  return leaves([main, types, bin, manifest.exports, manifest.typesVersions]).filter(
    (target) => typeof target === 'string' && !target.includes('*'),
  );
}

/** A map is welcome when a debugger can follow it with nothing but the package. */
function mapFaults(folder, file) {
  const content = readFileSync(join(folder, file), 'utf8');
  const here = dirname(join(folder, file));
  if (file.endsWith('.map')) {
    const { sources, sourcesContent } = JSON.parse(content);
    return sources
      .filter((source, at) => !sourcesContent?.[at] && !existsSync(join(here, source)))
      .map((source) => `${file} points at ${source}, which is not in the package`);
  }
  const target = /^\/\/# sourceMappingURL=(?!data:)(\S+)\s*$/m.exec(content)?.[1];
  return target && !existsSync(join(here, target))
    ? [`${file} names the map ${target}, which is not in the package`]
    : [];
}
