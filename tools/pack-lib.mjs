// Packs the built library exactly as it is published. README and LICENSE live once, at the top of the repository,
// and are added here; that is why the package is staged in a folder of its own and not packed where it stands.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = join(root, 'libs', 'audited');

const STAGED = [
  { from: join(library, 'package.json'), to: 'package.json' },
  { from: join(library, 'bin'), to: 'bin' },
  { from: join(library, 'dist'), to: 'dist' },
  { from: join(root, 'README.md'), to: 'README.md' },
  { from: join(root, 'LICENSE'), to: 'LICENSE' },
];

/** Packs into `destination` (an existing folder) and returns the path of the tarball. Run `npm run build:lib` before. */
export function packLibrary(destination) {
  for (const { from } of STAGED) {
    if (!existsSync(from))
      throw new Error(`Cannot pack: ${from} is missing. Is the library built (npm run build:lib)?`);
  }
  const stage = mkdtempSync(join(tmpdir(), 'nestjs-audited-stage-'));
  try {
    for (const { from, to } of STAGED) cpSync(from, join(stage, to), { recursive: true });
    const answer = execFileSync(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', resolve(destination)],
      {
        cwd: stage,
        encoding: 'utf8',
        shell: process.platform === 'win32',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [{ filename }] = JSON.parse(answer);
    return join(resolve(destination), filename);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(packLibrary(process.argv[2] ?? '.'));
