import { Command } from 'commander';
import type { StoredCheckpoint } from 'nestjs-audited';
import { InputError } from '../input-error.js';
import { readLog, writeLog } from '../log-connection.js';
import { withSigning, type LogOptions } from '../options/log-options.js';
import { wholeNumber } from '../options/option-values.js';
import type { Terminal } from '../output/terminal.js';
import type { CommandContext } from '../command-context.js';

interface CheckpointOptions extends LogOptions {
  readonly chain?: string;
  readonly list?: boolean;
  readonly limit?: number;
}

/** How many are listed unless the caller says otherwise. */
const SHOWN = 10;

const HELP = `
A checkpoint is a signed statement of how many records a chain holds and what they are (RFC 6962 tree root, C2SP
tlog-checkpoint). Keep one outside the database: with it, nobody can cut the log off or rewrite it unseen.

Examples:
  audited checkpoint -d audit.sqlite --origin audit.example.com/orders --key audit-key.pem > last-known.note
  audited checkpoint --list -d audit.sqlite`;

/** `audited checkpoint`. */
export function checkpointCommand({ terminal }: CommandContext): Command {
  const command = new Command('checkpoint').description('sign a checkpoint now, or list those that were signed');
  return withSigning(command)
    .option('-c, --chain <name>', 'only this chain')
    .option('--list', 'list the newest instead of signing')
    .option('--limit <count>', 'list so many', wholeNumber, SHOWN)
    .addHelpText('after', HELP)
    .action(async (options: CheckpointOptions) => {
      await (options.list === true ? list(options, terminal) : sign(options, terminal));
    });
}

async function list(options: CheckpointOptions, terminal: Terminal): Promise<void> {
  const { chain, limit = SHOWN } = options;
  const query = { limit, ...(chain === undefined ? {} : { chain }) };
  const checkpoints = await readLog(options, ({ custody }) => custody.checkpoints(query));
  terminal.json(checkpoints);
  checkpoints.forEach((checkpoint) => terminal.say(lineOf(checkpoint)));
  if (checkpoints.length === 0) {
    terminal.note('No checkpoint was signed yet.');
  }
}

async function sign(options: CheckpointOptions, terminal: Terminal): Promise<void> {
  const { chain, key = [] } = options;
  if (key.length === 0) {
    throw new InputError('--key is missing: a checkpoint is signed. "audited keys generate" makes a key.');
  }
  const checkpoints = await writeLog(options, terminal, ({ custody }) => custody.checkpoint(chain, { force: true }));
  if (chain !== undefined && checkpoints.length === 0) {
    throw new InputError(`--chain: there is no chain "${chain}". Nothing was signed.`);
  }
  terminal.json(checkpoints);
  checkpoints.forEach((checkpoint) => {
    terminal.note(lineOf(checkpoint));
    terminal.say(checkpoint.note.replace(/\n$/, ''));
  });
  if (checkpoints.length === 0) {
    terminal.note('There is no record to sign.');
  }
}

function lineOf({ chain, size, root, signedAt }: StoredCheckpoint): string {
  return `chain ${chain}: ${size} record(s), root ${root}, signed ${signedAt}`;
}
