import { createRequire } from 'node:module';
import { Command } from 'commander';
import { bundleCommand } from './commands/bundle.command.js';
import { checkpointCommand } from './commands/checkpoint.command.js';
import { deadLettersCommand } from './commands/dead-letters.command.js';
import { destinationsCommand } from './commands/destinations.command.js';
import { eraseCommand } from './commands/erase.command.js';
import { exportCommand } from './commands/export.command.js';
import { formatCommand } from './commands/format.command.js';
import { helpCommand } from './commands/help.command.js';
import { holdCommand } from './commands/hold.command.js';
import { keysCommand } from './commands/keys.command.js';
import { proofCommand } from './commands/proof.command.js';
import { pruneCommand } from './commands/prune.command.js';
import { queryCommand } from './commands/query.command.js';
import { reanchorCommand } from './commands/reanchor.command.js';
import { receiptsCommand } from './commands/receipts.command.js';
import { replayCommand } from './commands/replay.command.js';
import { statisticsCommand } from './commands/statistics.command.js';
import { tailCommand } from './commands/tail.command.js';
import { verifyBundleCommand } from './commands/verify-bundle.command.js';
import { verifyProofCommand } from './commands/verify-proof.command.js';
import { verifyCommand } from './commands/verify.command.js';
import type { ExitCode } from './exit-code.js';
import type { Terminal } from './output/terminal.js';

/** Every command; a new one is a file and a line here. */
const COMMANDS = [
  queryCommand,
  tailCommand,
  exportCommand,
  statisticsCommand,
  verifyCommand,
  checkpointCommand,
  proofCommand,
  verifyProofCommand,
  bundleCommand,
  verifyBundleCommand,
  formatCommand,
  eraseCommand,
  holdCommand,
  pruneCommand,
  reanchorCommand,
  destinationsCommand,
  deadLettersCommand,
  replayCommand,
  receiptsCommand,
  keysCommand,
  helpCommand,
];

const EPILOGUE = `
Exit codes: 0 done or intact, 1 broken, 2 wrong call or input, 3 not possible now, 4 broken but explained.

Examples:
  audited query -d audit.sqlite --since 2026-11-01 --outcome failure,denied
  audited verify -d audit.sqlite --trust audit-key.pub.pem
  audited verify -d postgres://auditor@db/audit --threads 4 --checkpoint last-known.note
  audited bundle evidence -d audit.sqlite --from 2026-07-01 --to 2026-10-01 --origin audit.example.com/orders --key audit-key.pem
  audited verify-bundle evidence --trust audit-key.pub.pem
  audited format -d audit.sqlite --to cef --since 2026-11-01 > november.cef

"audited help <command>" explains one command.`;

/** The whole command line. */
export function programOf(terminal: Terminal, exitWith: (code: ExitCode) => void): Command {
  const program = new Command('audited')
    .description('Reads, verifies, proves and keeps an audit log: with a database, or with nothing but a public key.')
    .version(versionOfPackage(), '-V, --version', 'the version of nestjs-audited that this belongs to')
    .helpCommand(false)
    .addHelpText('after', EPILOGUE)
    .configureOutput({
      writeOut: (text) => terminal.print(text),
      writeErr: (text) => terminal.fail(text.replace(/\n$/, '')),
      // Told by whoever runs the program, in one place and one form.
      outputError: () => undefined,
    })
    .exitOverride();
  withOutput(program);
  for (const made of COMMANDS.map((command) => command({ terminal, exitWith }))) {
    adopt(program, made);
    program.addCommand(made);
  }
  return program;
}

/** What a command inherits, it does only when it was made inside of another. */
function adopt(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent).helpCommand(false);
  withOutput(command);
  command.commands.forEach((inner) => adopt(command, inner));
}

function withOutput(command: Command): void {
  command.option('--json', 'one JSON document instead of sentences').option('-q, --quiet', 'no progress, no hints');
}

function versionOfPackage(): string {
  const { version } = createRequire(import.meta.url)('nestjs-audited/package.json') as { readonly version: string };
  return version;
}
