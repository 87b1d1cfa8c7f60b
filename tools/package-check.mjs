// Checks the tarball that would be published: its contents, its package.json (publint), its types (attw).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packLibrary } from './pack-lib.mjs';
import { findTarballFaults } from './pack-smoke.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'nestjs-audited-pack-'));
try {
  const tarball = packLibrary(folder);
  const faults = findTarballFaults(tarball);
  for (const fault of faults) console.error(`package:check: ${fault}`);
  // Each check runs whatever the others say: one run shows everything there is to mend.
  const passed = [
    faults.length === 0,
    run('publint', ['run', '--strict', tarball]),
    // The strict profile includes node10 resolution, which reads typesVersions instead of exports.
    run('attw', ['--no-definitely-typed', '--profile', 'strict', tarball]),
  ];
  if (passed.includes(false)) process.exitCode = 1;
  else console.log(`package:check: ${basename(tarball)} is fit to publish`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command, parameters) {
  const { status, error } = spawnSync(join(root, 'node_modules', '.bin', command), parameters, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) console.error(`package:check: ${command} could not be started: ${error.message}`);
  return status === 0;
}
