#!/usr/bin/env node
// Not compiled, so that npm finds and links the command in a fresh clone, too, where nothing is built yet.
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli/main.js', import.meta.url);

if (existsSync(program)) {
  await import(program.href);
} else {
  console.error('audited: the package is not built yet. Run: npm run build:lib');
  process.exitCode = 3;
}
