import { Command, Option } from 'commander';
import type { ReanchorCause } from 'nestjs-audited';
import { writeLog } from '../log-connection.js';
import { actOf, withAct, type ActOptions } from '../options/act-options.js';
import { checkpointsOf } from '../options/input-files.js';
import { withSigning, type LogOptions } from '../options/log-options.js';
import { collect } from '../options/option-values.js';
import type { CommandContext } from '../command-context.js';

interface ReanchorOptions extends LogOptions, ActOptions {
  readonly chain: string;
  readonly cause: ReanchorCause;
  readonly checkpoint?: readonly string[];
}

const HELP = `
After a legitimate break, such as a restore from a backup, an operator says in a sealed record what happened and which
faults it explains: exactly those that are there now. Nothing turns green: "verify" goes on to name the faults, now with
the explanation, and exits with 4 instead of 1.

Example:
  audited reanchor -d audit.sqlite --cause restore --checkpoint last-known.note --by ops --reason "disk failure, backup of 2026-11-20" --ticket INC-88`;

/** `audited reanchor`. */
export function reanchorCommand({ terminal }: CommandContext): Command {
  const command = new Command('reanchor')
    .description('explain a legitimate break, such as a restore from a backup')
    .addHelpText('after', HELP);
  return withAct(withSigning(command))
    .option('-c, --chain <name>', 'the chain', 'main')
    .addOption(
      new Option('--cause <cause>', 'what kind of break it was')
        .choices(['restore', 'disaster', 'migration', 'other'])
        .makeOptionMandatory(),
    )
    .option('--checkpoint <file>', 'a checkpoint that was kept outside and no longer fits; repeat for several', collect)
    .action(async (options: ReanchorOptions) => {
      const act = actOf(options);
      const checkpoints = checkpointsOf(options.checkpoint);
      const done = await writeLog(options, terminal, ({ custody }) =>
        custody.reanchor({ chain: options.chain, cause: options.cause, checkpoints }, act),
      );
      terminal.json(done);
      if (done.unsigned !== undefined) {
        terminal.note(`No checkpoint was signed over it: ${done.unsigned}`);
      }
      terminal.say(`Explained at position ${done.position} of chain ${done.chain}:`);
      done.faults.forEach(({ kind, from, through }) =>
        terminal.say(from === through ? `  ${kind} at ${from}` : `  ${kind} from ${from} to ${through}`),
      );
    });
}
