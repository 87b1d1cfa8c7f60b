// Builds the demo and runs it in this very process, so that a signal to `npm run demo` reaches the application
// and not only the shell around it.
import { spawnSync } from 'node:child_process';

const build = spawnSync('npm', ['run', 'build'], {
  cwd: new URL('..', import.meta.url),
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (build.status !== 0) {
  process.exit(build.status ?? 1);
}
await import('../dist/apps/demo/main.js');
