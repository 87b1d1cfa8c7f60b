// Names that oxlint has no rule for: file names that say nothing, index files that are not entry points, folders that
// grew too full, and two variable names. The naming table is in STYLE.md.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ROOTS = ['libs', 'apps', 'test', 'benchmarks', 'tools'];
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'coverage', 'golden']);
const BANNED_WORDS = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'misc']);
const ENTRY_POINTS = new Set(
  ['', 'exporters/', 'formats/', 'http/', 'openapi/', 'testing/', 'typeorm/'].map(
    (room) => `libs/audited/src/${room}index.ts`,
  ),
);
const MAX_FILES_PER_FOLDER = 14;
/**
 * `info` and `data` as a variable or first parameter. Not with oxlint's `id-denylist`, which holds the other banned
 * names: it refuses property keys too, and `info` is a severity and `data` a field of many foreign shapes.
 */
const BANNED_VARIABLE =
  /\b(?:const|let|var|function\*? ?\w*\()\s*(data|info)\b|\((data|info)\??(?::|, \w+(?::|\) ?=>)|\) ?=>)/g;

const files = ROOTS.flatMap((folder) => sourceFiles(join(root, folder)));
const faults = files.flatMap((file) => [...faultsOf(file), ...variablesOf(file)].map((fault) => `${file}: ${fault}`));

for (const [folder, count] of crowdedFolders()) {
  console.warn(
    `warning: ${folder} holds ${count} source files; above ${MAX_FILES_PER_FOLDER} a folder wants splitting`,
  );
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`check-names: ${files.length} file names are fine`);

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return SKIPPED_FOLDERS.has(entry.name) || entry.name.startsWith('dist.') ? [] : sourceFiles(path);
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [relative(root, path).split(sep).join('/')] : [];
  });
}

function faultsOf(file) {
  const segments = file.split('/');
  const name = segments.at(-1);
  const words = segments.flatMap((segment) => segment.toLowerCase().split(/[.\-_]/));
  const banned = words.find((word) => BANNED_WORDS.has(word));
  return [
    banned && `"${banned}" says nothing about the content; name the file after what it does`,
    name.startsWith('index.') && !ENTRY_POINTS.has(file) && 'only a published entry point is an index file',
    !/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(name) && 'file names are kebab-case: <what>.<role>.ts',
  ].filter(Boolean);
}

function variablesOf(file) {
  const code = readFileSync(join(root, file), 'utf8');
  return [...code.matchAll(BANNED_VARIABLE)].map((match) => {
    const line = code.slice(0, match.index).split('\n').length;
    return `line ${line}: "${match[1] ?? match[2]}" is a variable name that says nothing; name what it holds`;
  });
}

/** Specs sit beside their file and do not count: a well tested folder is not a crowded one. */
function crowdedFolders() {
  const counts = new Map();
  for (const file of files.filter((path) => !path.includes('.spec.'))) {
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > MAX_FILES_PER_FOLDER);
}
