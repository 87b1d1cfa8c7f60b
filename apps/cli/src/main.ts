import { failed, run } from './run.js';

// Nothing that was overlooked ends with a stack trace.
process.on('uncaughtException', (error) => process.exit(failed(error)));
for (const stream of [process.stdout, process.stderr]) {
  // Whoever read has gone: `audited verify | head`.
  stream.on('error', () => undefined);
}

// Everything was written synchronously; what a server still owes us must not keep the shell waiting.
process.exit(await run(process.argv.slice(2)));
