// Builds the demo and runs it in this very process. `npm` does not pass a signal on to what it runs; it just goes. The
// demo goes with it, so that stopping `npm run demo` from a script leaves no server behind.
import { spawnSync } from 'node:child_process';

const PARENT_CHECK_MS = 500;

const parent = process.ppid;
const build = spawnSync('npm', ['run', 'build'], {
  cwd: new URL('..', import.meta.url),
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (build.status !== 0) {
  process.exit(build.status ?? 1);
}
await import('../dist/apps/demo/main.js');

if (process.env['npm_lifecycle_event'] === 'demo') {
  const watch = setInterval(() => {
    if (process.ppid !== parent) {
      clearInterval(watch);
      process.kill(process.pid, 'SIGTERM');
    }
  }, PARENT_CHECK_MS);
  watch.unref();
}
