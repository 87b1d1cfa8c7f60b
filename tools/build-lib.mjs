// Builds libs/audited twice, as ES modules (dist/esm) and as CommonJS (dist/cjs), and the command line that ships with it
// (apps/cli into dist/cli). Does nothing when neither the sources nor the output changed since the last good build;
// `--force` builds anyway.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprint, listFiles } from './fingerprint.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = join(root, 'libs', 'audited');
const commandLine = join(root, 'apps', 'cli');
const dist = join(library, 'dist');
/** Built beside and moved into place at the end: a process that runs the old build never sees half a new one. */
const staging = join(library, `dist.${process.pid}`);
/** Kept outside `dist`, which is published as it is. */
const memory = join(root, 'node_modules', '.cache', 'nestjs-audited', 'build-lib.json');

const PASSES = [
  { config: 'tsconfig.lib.json', folder: 'esm' },
  { config: 'tsconfig.cjs.json', folder: 'cjs' },
];

const startedAt = Date.now();
const inputs = fingerprintInputs();

if (!process.argv.includes('--force') && isFresh()) {
  console.log('build:lib: up to date');
} else {
  await build();
}

async function build() {
  rmSync(memory, { force: true });
  const results = await Promise.all(
    PASSES.map(({ config, folder }) => compile({ config: join(library, config), outDir: join(staging, folder) })),
  );
  const failed = results.find(({ status }) => status !== 0);
  if (failed) {
    // TypeScript writes output in spite of errors; neither half a build nor an old one may pass for this one.
    rmSync(staging, { recursive: true, force: true });
    rmSync(dist, { recursive: true, force: true });
    console.error(failed.output);
    console.error(`build:lib: the pass of ${failed.config} failed; dist was removed`);
    process.exit(1);
  }

  // The package is "type": "module"; this makes Node read the second tree as CommonJS.
  writeFileSync(join(staging, 'cjs', 'package.json'), '{"type":"commonjs"}\n');
  rmSync(dist, { recursive: true, force: true });
  renameSync(staging, dist);

  // Last: the command line is compiled against the package as it is published, as any other user of it.
  const program = await compile({ config: join(commandLine, 'tsconfig.app.json'), outDir: join(dist, 'cli') });
  if (program.status !== 0) {
    rmSync(dist, { recursive: true, force: true });
    console.error(program.output);
    console.error('build:lib: the command line did not compile (apps/cli); dist was removed');
    process.exit(1);
  }

  mkdirSync(dirname(memory), { recursive: true });
  // The inputs as they were before the compiler read them: an edit made meanwhile asks for another build.
  writeFileSync(memory, JSON.stringify({ inputs, outputs: fingerprint(listFiles(dist)) }));
  console.log(`build:lib: built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** No source maps: the sources are not published, so a map would point at files nobody has. */
function compile({ config, outDir }) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['-p', config, '--outDir', outDir, '--sourceMap', 'false'];
  const child = spawn(process.execPath, [compiler, ...options], { cwd: root });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ config, status, output }));
  });
}

function isFresh() {
  const last = readMemory();
  const files = listFiles(dist);
  return files.length > 0 && last?.inputs === inputs && last.outputs === fingerprint(files);
}

function readMemory() {
  try {
    return JSON.parse(readFileSync(memory, 'utf8'));
  } catch {
    return undefined; // no build yet, or one that was interrupted: both mean "build"
  }
}

function fingerprintInputs() {
  const sources = [join(library, 'src'), join(commandLine, 'src')]
    .flatMap(listFiles)
    .filter((file) => !file.endsWith('.spec.ts'));
  const settings = [
    join(library, 'package.json'),
    ...PASSES.map(({ config }) => join(library, config)),
    join(commandLine, 'tsconfig.app.json'),
    join(root, 'tsconfig.json'),
    join(root, 'package-lock.json'),
    fileURLToPath(import.meta.url),
  ];
  return fingerprint([...sources, ...settings]);
}
