import type { Command } from 'commander';

/** Where a document is written. */
export function withDocument(command: Command): Command {
  return command
    .option('--out <file>', 'write there instead of to standard output; a new file')
    .option('--force', 'replace the file of --out')
    .option('--gzip', 'pack it with gzip; also when the name of --out ends in .gz');
}
