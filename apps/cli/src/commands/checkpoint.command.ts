import { Command } from 'commander';
import type { StoredCheckpoint } from 'nestjs-audited';
import { InputError } from '../input-error.js';
import { readLog, writeLog } from '../log-connection.js';
import { withSigning, type LogOptions } from '../options/log-options.js';
import { wholeNumber } from '../options/option-values.js';
import type { CommandContext } from '../program.js';

interface CheckpointOptions extends LogOptions {
  readonly chain?: string;
  readonly list?: boolean;
  readonly limit?: number;
}

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
    .option('--limit <count>', 'list so many', wholeNumber, 10)
    .addHelpText('after', HELP)
    .action(async (options: CheckpointOptions) => {
      if (options.list !== true && (options.key ?? []).length === 0) {
        throw new InputError('--key is missing: a checkpoint is signed. "audited keys generate" makes a key.');
      }
      const checkpoints = await withLog(options, ({ custody }) =>
        options.list === true
          ? custody.checkpoints({
              ...(options.chain === undefined ? {} : { chain: options.chain }),
              ...(options.limit === undefined ? {} : { limit: options.limit }),
            })
          : custody.checkpoint(options.chain, { force: true }),
      );
      terminal.json(checkpoints);
      checkpoints.forEach((checkpoint) => {
        if (options.list === true) {
          terminal.say(lineOf(checkpoint));
        } else {
          terminal.note(lineOf(checkpoint));
          terminal.say(checkpoint.note.replace(/\n$/, ''));
        }
      });
      if (checkpoints.length === 0) {
        terminal.note(options.list === true ? 'No checkpoint was signed yet.' : 'There is no record to sign.');
      }
    });
}

function lineOf({ chain, size, root, signedAt }: StoredCheckpoint): string {
  return `chain ${chain}: ${size} record(s), root ${root}, signed ${signedAt}`;
}
