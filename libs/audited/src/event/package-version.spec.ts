import { readFile } from 'node:fs/promises';
import { PACKAGE_VERSION } from './package-version.js';

describe('PACKAGE_VERSION', () => {
  it('is the version that is published', async () => {
    const text = await readFile('libs/audited/package.json', 'utf8');
    expect((JSON.parse(text) as { version: string }).version).toBe(PACKAGE_VERSION);
  });
});
