import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('`npx audited` in a checkout', () => {
  // npm links only what is there when it installs, and then nothing is built yet.
  it('is the command of this checkout, not a package of that name from a registry', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'libs/audited/package.json'), 'utf8')) as {
      readonly version: string;
    };
    const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/audited'), ['--version'], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` });
  });
});
