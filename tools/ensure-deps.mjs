// Installs the dependencies when they are missing or older than the lock file, so that `npm test` and
// `npm run demo` work as the only command on a fresh clone. Only Node built-ins: it runs before any install.
//
// It is `npm install --no-save`, not `npm ci`: a lock file written where the registry lacks packages of foreign
// platforms misses their optional entries, and newer `npm ci` refuses such a lock. This way the versions still come
// from the lock, and the lock is never changed.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = join(root, 'package-lock.json');
/** npm writes this file at the end of every install that succeeded. */
const stamp = join(root, 'node_modules', '.package-lock.json');

if (!isUpToDate()) {
  console.log('Installing the dependencies (the first time takes a minute or two: SQLite may be compiled) ...');
  install();
}

function isUpToDate() {
  return existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs;
}

function install() {
  // Everything a checkout needs is a development dependency, which NODE_ENV=production would leave out.
  const flags = ['install', '--no-save', '--no-audit', '--no-fund', '--include=dev'];
  const { status, signal, error } = spawnSync('npm', flags, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) fail(`npm could not be started: ${error.message}. Is npm on the PATH?`);
  if (status !== 0) fail(`npm ended with ${signal ?? `status ${status}`}. Its own message is above.`);
  if (!existsSync(stamp)) fail(`npm reported success but did not write ${stamp}.`);

  // npm leaves the stamp alone when there was nothing to change; without this the next run would install again.
  if (!isUpToDate()) {
    const now = new Date(Math.max(Date.now(), Math.ceil(statSync(lock).mtimeMs)));
    utimesSync(stamp, now, now);
  }
}

function fail(problem) {
  console.error(
    [
      '',
      `The dependencies could not be installed: ${problem}`,
      '',
      'What usually helps:',
      '  - better-sqlite3 is a native module. Where no prebuilt binary can be downloaded it is compiled, which needs a',
      '    C++ compiler, make and Python 3. Debian and Ubuntu: apt-get install build-essential python3.',
      '    macOS: xcode-select --install. Windows: the "Desktop development with C++" workload.',
      `  - Node 20.19 or newer is needed; this is ${process.version}.`,
      '  - Behind a proxy or a private registry: npm config set registry <address>.',
      '',
      'Then run the same command again.',
    ].join('\n'),
  );
  process.exit(1);
}
